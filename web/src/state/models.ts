/** Which model there is: made from a preset, loaded, moved to another device, begun again; and the one before it, put aside. */
import { CallError } from '../client.ts';
import type { BackendChoice } from '../library.ts';
import type { Aside, CreateArgs, Model } from '../protocol.ts';
import type { Catalog } from './catalog.ts';
import type { Channel } from './channel.ts';
import type { Current } from './current.ts';
import { count } from './format.ts';
import { getPath, type Json } from './json.ts';
import type { Identity } from './keep.ts';
import type { Notices } from './notices.ts';
import { configOf, nameOf } from './own-sets.ts';
import { isCheckpoint, type Past, pastOf, withPast } from './record.ts';
import { withoutRefused } from './refused.ts';
import type { Run } from './run.ts';
import { fetchShipped, refusalOfCheckpoint, wantsShipped } from './shipped.ts';
import type { Topics } from './topics.ts';
import { MAX_SEED, type Spec } from './url.ts';
import { msg, str } from '../words/locale.ts';

/** What the page knows of a model that gives way to another. */
interface Left {
  spec: Spec;
  past: Past;
  identity: Identity;
}

export class Models {
  /** Steps that ran by themselves before the first picture. */
  headStart = 0;
  /** The model came trained, with the page. */
  shipped = false;
  /** What gave way to the model that there is, if it had been trained here. */
  aside: (Aside & Left) | undefined;
  /** How many models were asked for; only the last is wanted. */
  #wanted = 0;

  constructor(
    private readonly topics: Topics,
    private readonly notices: Notices,
    private readonly channel: Channel,
    private readonly catalog: Catalog,
    private readonly current: Current,
    private readonly run: Run,
    /** Hears of a model that took the place of another one, which was of the given kind. */
    private readonly onAdopt: (before: Model | undefined) => void,
  ) {}

  /** `skip`, where it is given, hears of each value that was dropped because the engine refuses it; the rest is kept. */
  async create(spec: Spec, headStart = 0, skip?: (problem: string) => void): Promise<boolean> {
    const turn = ++this.#wanted;
    const { preset, seed, backend, overrides } = spec;
    const shipped =
      this.catalog.ships(spec.preset) && wantsShipped(spec)
        ? await this.#loadShipped(spec, () => turn === this.#wanted)
        : undefined;
    if (!shipped && turn !== this.#wanted) return true;
    const args = { preset, seed, backend, overrides: { ...overrides }, headStart };
    const model = shipped ?? (await this.#make(args, skip));
    // If there is none, another one may have been chosen meanwhile; if there is one, the worker has gone over to it.
    if (!model) return turn !== this.#wanted;
    const left = this.#left();
    const { current } = this;
    // Where it was skipped, another backend was taken.
    current.spec = { ...spec, backend: args.backend };
    this.adopt(model);
    this.shipped = shipped !== undefined;
    // How long it was trained beforehand is no setting that somebody changed.
    if (shipped) current.spec = { ...current.spec, overrides: {} };
    this.headStart = shipped ? 0 : headStart;
    this.#putAside(model, left);
    return true;
  }

  async #make(args: CreateArgs, skip?: (problem: string) => void): Promise<Model | undefined> {
    const end = this.channel.begin(msg('Preparing the model'));
    try {
      await this.#bringImages(args.overrides);
      for (;;) {
        try {
          return await this.channel.call('create', args);
        } catch (error) {
          if (!skip || !(error instanceof CallError)) throw error;
          const problem = withoutRefused(args, error);
          if (problem === undefined) throw error;
          skip(problem);
        }
      }
    } catch (error) {
      this.channel.failed(error);
      return undefined;
    } finally {
      end();
    }
  }

  /** The trained model that comes with a preset; where it cannot be had, one trains it oneself. */
  async #loadShipped({ preset, backend }: Spec, wanted: () => boolean): Promise<Model | undefined> {
    const end = this.channel.begin(msg('Loading the trained model'));
    try {
      const bytes = await fetchShipped(preset, this.catalog.site, (progress) => {
        this.channel.report(progress);
      });
      if (!wanted()) return undefined;
      const name = `${preset}, trained`;
      return await this.channel.call('load', { bytes, backend, name }, [bytes.buffer]);
    } catch (error) {
      if (!wanted()) return undefined;
      const reason = error instanceof Error ? error.message : String(error);
      this.notices.add('warning', msg(str`${reason} It is trained from scratch instead.`));
      return undefined;
    } finally {
      end();
    }
  }

  /** A person's own data: in the game that there is, where that learns points of as many dimensions, else in one that does. */
  useData(dim: number, data: Json): Promise<boolean> {
    const { model, spec } = this.current;
    const same = model?.info.data.kind === 'points' && model.info.data.dim === dim;
    const preset = same ? spec.preset : dim === 1 ? 'line-1d' : 'ring';
    const others = Object.entries(spec.overrides).filter(([path]) => !/^data(\.|$)/.test(path));
    const kept = same ? Object.fromEntries(others) : {};
    return this.create({ ...spec, preset, overrides: { ...kept, data } });
  }

  /** A person's own images, in the game that learns them. */
  async useImages(
    { preset, overrides }: Pick<Spec, 'preset' | 'overrides'>,
    file: Uint8Array,
  ): Promise<boolean> {
    const name = nameOf(overrides) ?? '';
    if ((await this.channel.try('', 'images', { name, file }, [file.buffer])) === undefined)
      return false;
    return this.create({ ...this.current.spec, preset, overrides, scratch: false });
  }

  /** Hands over the images of a config that a link or a file has, where this browser keeps them. */
  async #bringImages(config: Json | undefined): Promise<void> {
    const name = nameOf(config);
    if (name === undefined || name === nameOf(this.current.model?.config)) return;
    const { taken } = await import('../own/shelf.ts');
    const file = await taken(name);
    if (file) await this.channel.call('images', { name, file }, [file.buffer]);
  }

  /** Another device; what was trained moves with it. */
  async chooseBackend(backend: BackendChoice): Promise<boolean> {
    const { current, run, shipped } = this;
    if (!current.model || run.step === 0) return this.create({ ...current.spec, backend });
    const { running } = run;
    const model = await this.channel.try(msg('Moving the model'), 'move', { backend });
    if (model) {
      current.spec = { ...current.spec, backend };
      this.adopt(model, run.past, run.identity);
      this.shipped = shipped;
      this.topics.tell('model');
    }
    if (running) await run.play();
    return model !== undefined;
  }

  async reset(seed = this.current.spec.seed): Promise<void> {
    if (!this.current.model) return;
    const again = this.run.running;
    if (again) await this.run.pause();
    const model = await this.channel.try(msg('Starting again'), 'reset', { seed });
    if (!model) return;
    const left = this.#left();
    const { spec } = left;
    this.current.spec = { ...spec, seed, scratch: this.catalog.ships(spec.preset) };
    this.adopt(model);
    this.#putAside(model, left);
    if (again) await this.run.play();
  }

  newSeed(): Promise<void> {
    return this.reset(Math.floor(Math.random() * Math.min(MAX_SEED, 99_999)) + 1);
  }

  async save(): Promise<{ name: string; bytes: Uint8Array<ArrayBuffer> } | undefined> {
    const bytes = await this.channel.try('', 'save', null);
    const name = `ganlet-${this.current.spec.preset}-step-${this.run.step}.safetensors`;
    return bytes && { name, bytes: withPast(bytes, this.run.past) };
  }

  async load(file: File): Promise<void> {
    const refusal = refusalOfCheckpoint(file);
    if (refusal) {
      this.notices.add('error', refusal);
      return;
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (!isCheckpoint(bytes)) {
      this.notices.add(
        'error',
        msg(
          str`${file.name} is not a checkpoint, and the model here is as it was. Choose a file that “Save” made here; its name ends with .safetensors.`,
        ),
      );
      return;
    }
    await this.open(file.name, bytes);
  }

  /** Takes up a checkpoint; `id`: of the kept run that it is. False where it cannot be, which is said. */
  async open(name: string, bytes: Uint8Array<ArrayBuffer>, id?: string): Promise<boolean> {
    const { backend } = this.current.spec;
    const past = pastOf(bytes);
    await this.#bringImages(configOf(bytes));
    const model = await this.channel.try(
      msg(str`Loading ${name}`),
      'load',
      { bytes, backend, name },
      [bytes.buffer],
      `${msg(str`${name} was not loaded, and the model here is as it was:`)} `,
    );
    if (!model) return false;
    const left = this.#left();
    const { step } = model.info;
    const preset = getPath(model.config, 'preset');
    if (typeof preset === 'string') this.current.spec = { ...left.spec, preset };
    this.adopt(model, past, { id, step });
    const at = count(step);
    this.notices.add('info', msg(str`${name} loaded at step ${at}.`));
    this.#putAside(model, left);
    return true;
  }

  /** Takes the model back that gave way to this one. */
  async bringBack(): Promise<void> {
    if (!this.aside) return;
    const { bytes, spec, past, identity } = this.aside;
    const { backend } = spec;
    const model = await this.channel.try(msg('Bringing the model back'), 'load', {
      bytes,
      backend,
      name: msg('the run before'),
    });
    if (!model) return;
    const left = this.#left();
    this.current.spec = spec;
    this.adopt(model, past, identity);
    this.aside = undefined;
    this.#putAside(model, left);
  }

  /** Takes up a model in place of the one that there is, which is put aside. */
  replace(model: Model, past?: Past): void {
    const left = this.#left();
    this.adopt(model, past);
    this.#putAside(model, left);
  }

  #left(): Left {
    const { past, identity } = this.run;
    return { spec: this.current.spec, past, identity };
  }

  /** What a person trained is not lost by a click, nor by another click on what was not trained. */
  #putAside({ aside }: Model, left: Left): void {
    if (aside) this.aside = { ...aside, ...left };
    this.topics.tell('model');
  }

  /** `past`: what is known of how it got there; `identity`: of a run that goes on. */
  adopt(model: Model, past?: Past, identity?: Identity): void {
    const { current } = this;
    const before = current.model;
    current.model = model;
    // The engine's word on the seed and the config counts, whatever a link or a file said.
    current.spec = { ...current.spec, seed: model.info.seed };
    current.configure(model.config);
    this.shipped = false;
    this.run.begin(model.info.step, past, identity);
    this.onAdopt(before);
    for (const topic of ['spec', 'model', 'metrics', 'evaluation'] as const) {
      this.topics.tell(topic);
    }
  }
}
