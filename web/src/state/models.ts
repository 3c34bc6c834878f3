/** Which model there is: made from a preset or a link, loaded, moved to another device, begun again. */
import { CallError } from '../client.ts';
import type { BackendChoice } from '../library.ts';
import type { Aside, CreateArgs, Evaluation, Failure, Frame, Model } from '../protocol.ts';
import { Core, kindOf } from './core.ts';
import { asText, getPath, isObject, type Json } from './json.ts';
import type { Idea } from './next.ts';
import { isCheckpoint, type Past, pastOf, withPast } from './record.ts';
import { SchemaReader } from './schema.ts';
import { fetchShipped, listOf, refusalOfCheckpoint, wantsShipped } from './shipped.ts';
import { DEFAULT_SPEC, MAX_SEED, type Reading, readHash, type Spec } from './url.ts';

/** Steps before the first picture for a visitor who comes without a link. */
const HEAD_START = 150;

/** What the page knows of a model that gives way to another. */
interface Left {
  spec: Spec;
  past: Past;
}

/** What a run had come to, to be shown beside another. */
export interface Run {
  title: string;
  step: number;
  model: Model;
  frame: Frame;
  evaluation: Evaluation | undefined;
}

export abstract class Models extends Core {
  /** How many models were asked for; only the last is wanted. */
  #wanted = 0;
  /** One attempt is enough: where it fails too, that is said. */
  protected recovering = false;
  /** Steps that ran by themselves before the first picture. */
  headStart = 0;
  /** What an idea was tried on, beside which its result is shown. */
  before: Run | undefined;
  /** What gave way to the model that there is, if it had been trained here. */
  aside: (Aside & Left) | undefined;

  /** Loads the library and what is known of it; false where that failed, and said so. */
  async open(): Promise<boolean> {
    const catalog = await this.try('Loading the engine', 'open', {
      library: this.at('lib/ganlet.js'),
      data: this.at('data/'),
      backend: this.spec.backend,
    });
    if (!catalog) return false;
    this.catalog = catalog;
    const lists = ['data/index.json', 'models/index.json'].map((path) => listOf(path, this.site));
    [this.dataSets, this.trained] = await Promise.all(lists);
    this.schema = isObject(catalog.schema) ? new SchemaReader(catalog.schema) : undefined;
    this.tell('catalog');
    return true;
  }

  /** What a link says of the page itself holds before there is a model. */
  preview(link: string): void {
    this.spec = readHash(link).spec;
  }

  /** Takes what a link asks for, says what it could not take, and creates the model: an old link should still open
   * something sensible. */
  async follow(link: string): Promise<void> {
    const { spec, named, problems } = this.#read(link);
    if (!this.#isPreset(spec.preset)) {
      this.notices.add(
        'error',
        `There is no preset “${spec.preset}” in this version, so “${DEFAULT_SPEC.preset}” was opened. Choose another from the list at the top.`,
      );
      spec.preset = DEFAULT_SPEC.preset;
      spec.overrides = {};
    }
    const skip = (problem: string): void => void problems.push(problem);
    const made = await this.create(spec, named ? 0 : HEAD_START, skip);
    // One message, so that of many problems none pushes another away.
    if (problems.length) {
      const skipped = problems.map((problem) => `The link’s ${problem}. It was skipped.`);
      this.notices.add('warning', skipped.join(' '));
    }
    // What cannot be helped must not leave an empty page.
    if (!made && !this.model) await this.create({ ...spec, backend: 'auto', overrides: {} });
    // The address again says what is there.
    this.tell('spec');
  }

  /** Creates what attributes ask for, to the letter; or says why that cannot be. */
  async obey(link: string): Promise<string[]> {
    const { spec, problems } = this.#read(link);
    if (!this.#isPreset(spec.preset)) {
      const names = this.catalog?.presets.map(({ name }) => name) ?? [];
      problems.unshift(
        `“preset=${spec.preset}”: there is no such preset; there are ${names.join(', ')}`,
      );
    }
    if (problems.length === 0) await this.create(spec);
    return problems;
  }

  #read(link: string): Reading {
    return readHash(link, (path) => this.schema?.knows(path) ?? true);
  }

  #isPreset(name: string): boolean {
    return this.catalog?.presets.some((preset) => preset.name === name) ?? false;
  }

  /** `skip`, where it is given, hears of each value that was dropped because the engine refuses it; the rest is kept. */
  async create(spec: Spec, headStart = 0, skip?: (problem: string) => void): Promise<boolean> {
    const turn = ++this.#wanted;
    const { preset, seed, backend, overrides } = spec;
    const shipped =
      this.ships(spec.preset) && wantsShipped(spec)
        ? await this.loadShipped(spec, () => turn === this.#wanted)
        : undefined;
    if (!shipped && turn !== this.#wanted) return true;
    const args = { preset, seed, backend, overrides: { ...overrides }, headStart };
    const model = shipped ?? (await this.#make(args, skip));
    // If there is none, another one may have been chosen meanwhile; if there is one, the worker has gone over to it.
    if (!model) return turn !== this.#wanted;
    const left = this.#left();
    // Where it was skipped, another backend was taken.
    this.spec = { ...spec, backend: args.backend };
    this.adopt(model);
    this.shipped = shipped !== undefined;
    // How long it was trained beforehand is no setting that somebody changed.
    if (shipped) this.spec = { ...this.spec, overrides: {} };
    this.headStart = shipped ? 0 : headStart;
    this.#putAside(model, left);
    return true;
  }

  async #make(args: CreateArgs, skip?: (problem: string) => void): Promise<Model | undefined> {
    const end = this.begin('Preparing the model');
    try {
      for (;;) {
        try {
          return await this.client.call('create', args);
        } catch (error) {
          if (!skip || !(error instanceof CallError)) throw error;
          const problem = withoutRefused(args, error);
          if (problem === undefined) throw error;
          skip(problem);
        }
      }
    } catch (error) {
      this.failed(error);
      return undefined;
    } finally {
      end();
    }
  }

  /** The trained model that comes with a preset; where it cannot be had, one trains it oneself. */
  protected async loadShipped(
    { preset, backend }: Spec,
    wanted: () => boolean,
  ): Promise<Model | undefined> {
    const end = this.begin('Loading the trained model');
    try {
      const bytes = await fetchShipped(preset, this.site, (progress) => {
        this.progress = progress;
        this.tell('progress');
      });
      if (!wanted()) return undefined;
      return await this.client.call('load', { bytes, backend }, [bytes.buffer]);
    } catch (error) {
      if (!wanted()) return undefined;
      const reason = error instanceof Error ? error.message : String(error);
      this.notices.add('warning', `${reason} It is trained from scratch instead.`);
      return undefined;
    } finally {
      end();
    }
  }

  choosePreset(preset: string): Promise<boolean> {
    this.forgetBefore();
    return this.create({ ...this.spec, preset, overrides: {}, scratch: false });
  }

  /** What to try next: a preset as it is but for what the idea says, so that one change shows what it does. It trains at
   * once, with the run before it kept to compare. */
  async tryIdea({ preset, overrides }: Idea): Promise<void> {
    const before = await this.#remembered();
    const made = await this.create({ ...this.spec, preset, overrides });
    if (!made || this.spec.preset !== preset) return;
    this.before = before;
    this.tell('before');
    await this.play();
  }

  /** The run as it stands, with the numbers of just now, if there is something to remember. */
  async #remembered(): Promise<Run | undefined> {
    if (this.running) await this.try('', 'pause', null);
    const { model, frame, step, title } = this;
    if (!model || !frame || step === 0) return undefined;
    // Measuring images takes long; of points it does not.
    if (model.info.data.kind === 'points' && this.evaluation?.step !== step) {
      const evaluation = await this.try('', 'evaluate', null);
      if (evaluation) this.measured(evaluation);
    }
    return { title, step, model, frame, evaluation: this.evaluation };
  }

  /** Looks no more at the run before. */
  forgetBefore(): void {
    this.before = undefined;
    this.tell('before');
  }

  /** A person's own data: in the game that there is, where that learns points of as many dimensions, else in one that does. */
  useData(dim: number, data: Json): Promise<boolean> {
    const { model, spec } = this;
    const same = model?.info.data.kind === 'points' && model.info.data.dim === dim;
    const preset = same ? spec.preset : dim === 1 ? 'line-1d' : 'ring';
    const others = Object.entries(spec.overrides).filter(([path]) => !/^data(\.|$)/.test(path));
    const kept = same ? Object.fromEntries(others) : {};
    return this.create({ ...spec, preset, overrides: { ...kept, data } });
  }

  /** Another device; what was trained moves with it. */
  async chooseBackend(backend: BackendChoice): Promise<boolean> {
    if (!this.model || this.step === 0) return this.create({ ...this.spec, backend });
    const { shipped, running } = this;
    const model = await this.try('Moving the model', 'move', { backend });
    if (model) {
      this.spec = { ...this.spec, backend };
      this.adopt(model, this.past);
      this.shipped = shipped;
      this.tell('model');
    }
    if (running) await this.play();
    return model !== undefined;
  }

  async reset(seed = this.spec.seed): Promise<void> {
    if (!this.model) return;
    const again = this.running;
    if (again) await this.try('', 'pause', null);
    const model = await this.try('Starting again', 'reset', { seed });
    if (!model) return;
    const left = this.#left();
    const { spec } = left;
    this.spec = { ...spec, seed, scratch: this.ships(spec.preset) };
    this.adopt(model);
    this.#putAside(model, left);
    if (again) await this.play();
  }

  newSeed(): Promise<void> {
    return this.reset(Math.floor(Math.random() * Math.min(MAX_SEED, 99_999)) + 1);
  }

  async save(): Promise<{ name: string; bytes: Uint8Array<ArrayBuffer> } | undefined> {
    const bytes = await this.try('', 'save', null);
    const name = `ganlet-${this.spec.preset}-step-${this.step}.safetensors`;
    return bytes && { name, bytes: withPast(bytes, this.past) };
  }

  async load(file: File): Promise<void> {
    const refusal = refusalOfCheckpoint(file);
    if (refusal) {
      this.notices.add('error', refusal);
      return;
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    const { backend } = this.spec;
    if (!isCheckpoint(bytes)) {
      this.notices.add(
        'error',
        `${file.name} is no checkpoint, and the model here is as it was. Take a file that “Save” made here; its name ends with .safetensors.`,
      );
      return;
    }
    const past = pastOf(bytes);
    const model = await this.try(
      `Loading ${file.name}`,
      'load',
      { bytes, backend },
      [bytes.buffer],
      `${file.name} was not loaded, and the model here is as it was: `,
    );
    if (!model) return;
    const left = this.#left();
    const preset = getPath(model.config, 'preset');
    if (typeof preset === 'string') this.spec = { ...left.spec, preset };
    this.adopt(model, past);
    this.notices.add('info', `${file.name} loaded at step ${written(model.info.step)}.`);
    this.#putAside(model, left);
  }

  /** Takes the model back that gave way to this one. */
  async bringBack(): Promise<void> {
    if (!this.aside) return;
    const { bytes, spec, past } = this.aside;
    const { backend } = spec;
    const model = await this.try('Bringing the model back', 'load', { bytes, backend });
    if (!model) return;
    const left = this.#left();
    this.spec = spec;
    this.adopt(model, past);
    this.aside = undefined;
    this.#putAside(model, left);
  }

  #left(): Left {
    return { spec: this.spec, past: this.past };
  }

  /** What a person trained is not lost by a click, nor by another click on what was not trained. */
  #putAside({ aside }: Model, left: Left): void {
    if (aside) this.aside = { ...aside, ...left };
    this.tell('model');
  }

  /** After the GPU went away, or the engine ended; `why` is said with what came of it. */
  async recover(why = ''): Promise<void> {
    this.recovering = true;
    const onCpu = this.model?.info.backend === 'cpu';
    const model = await this.try('Going on from the last checkpoint', 'recover', null, [], why);
    this.recovering = false;
    if (!model) return;
    if (!onCpu) this.spec = { ...this.spec, backend: 'cpu' };
    this.adopt(model, this.past);
    const back = `Back at step ${written(model.info.step)}, on the CPU.`;
    this.notices.add(why ? 'error' : 'info', `${why}${back}`);
  }

  /** `past`: what is known of how it got there. */
  protected adopt(model: Model, past?: Past): void {
    const before = this.model && kindOf(this.model);
    this.model = model;
    // The engine's word on the seed and the config counts, whatever a link or a file said.
    this.spec = {
      ...this.spec,
      seed: model.info.seed,
      overrides: this.overrides(model.config),
    };
    // The classic figure has its arrows; the plane starts quiet.
    const kind = kindOf(model);
    if (before !== kind) void this.setShow({ heat: true, grid: kind === 'line', arrows: false });
    this.pending = {};
    this.refused = undefined;
    this.shipped = false;
    this.series.clear();
    this.studio.clear();
    if (past) this.series.restore(past.curves, model.info.step);
    this.measures = past?.measures.filter(({ step }) => step <= model.info.step) ?? [];
    this.evaluation = this.measures.at(-1);
    this.frame = undefined;
    this.film.clear();
    this.looking = undefined;
    this.step = model.info.step;
    this.stepsPerSecond = 0;
    this.tell('spec');
    this.tell('model');
    this.tell('metrics');
    this.tell('evaluation');
  }
}

/** Drops what a model was refused for; says what and why, or nothing where that is not known. */
export function withoutRefused(
  args: CreateArgs,
  { code, field, message }: Failure,
): string | undefined {
  const why = message.replace(/\.$/, '');
  if (code === 'unsupported' && args.backend !== 'auto') {
    const { backend } = args;
    args.backend = 'auto';
    return `“backend=${backend}”: ${why}`;
  }
  if (code !== 'input' || field === undefined) return undefined;
  const paths = Object.keys(args.overrides);
  // A value may be refused for a field within it or around it, or beside it: two that do not go together.
  const [head] = field.split('.');
  const path =
    paths.find((path) => path === field) ??
    paths.find((path) => `${field}.`.startsWith(`${path}.`) || path.startsWith(`${field}.`)) ??
    paths.find((path) => path.split('.')[0] === head) ??
    // What is refused is the preset's, which is right by itself.
    paths.at(-1);
  if (path === undefined) return undefined;
  const text = asText(args.overrides[path] ?? null);
  Reflect.deleteProperty(args.overrides, path);
  return `“${path}=${text.length > 40 ? `${text.slice(0, 40)}…` : text}”: ${why}`;
}

function written(step: number): string {
  return step.toLocaleString('en');
}
