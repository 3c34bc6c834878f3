/**
 * The page's state and everything a person can do to it. Elements read its fields, call its
 * methods, and are told by topic what changed; frames pass through without being kept.
 */
import { CallError, Client } from '../client.ts';
import type { BackendChoice, Preset, Progress } from '../library.ts';
import type {
  Calls,
  CallName,
  Catalog,
  Evaluation,
  Event,
  Failure,
  Frame,
  Model,
  Phase,
  View,
} from '../protocol.ts';
import { differences, getPath, isObject, type Json, sameJson, withPath } from './json.ts';
import type { Idea } from './next.ts';
import { Notices, type Tone } from './notices.ts';
import { PaceMemory } from './pace-memory.ts';
import { SchemaReader } from './schema.ts';
import { SeriesStore } from './series.ts';
import { Studio } from './studio.ts';
import { MAX_SEED, readHash, type Spec, writeHash } from './url.ts';

export type Topic =
  | 'catalog'
  | 'model'
  | 'spec'
  | 'running'
  | 'phase'
  | 'progress'
  | 'metrics'
  | 'evaluation'
  | 'frame'
  | 'view'
  | 'studio'
  | 'notices';

/** Steps before the first picture for a visitor who comes without a link. */
const HEAD_START = 150;

export class Session {
  spec: Spec;
  catalog: Catalog | undefined;
  schema: SchemaReader | undefined;
  model: Model | undefined;
  /** What is being made ready; nothing else can start meanwhile. */
  busy = '';
  progress: Progress | undefined;
  running = false;
  /** Training stopped because the tab went out of sight, and will go on by itself. */
  hiddenPause = false;
  keepInBackground = false;
  /** Slow motion: one player's move at a time, each long enough to be read about. */
  slow = false;
  phase: Phase | undefined;
  step = 0;
  stepsPerSecond = 0;
  evaluation: Evaluation | undefined;
  evaluating = false;
  frame: Frame | undefined;
  view: View = { heat: true, grid: false, arrows: false };
  /** Structural edits that wait for Apply. */
  pending: Record<string, Json> = {};
  readonly series = new SeriesStore();
  readonly studio = new Studio(
    (call, args) => this.#client.call(call, args),
    () => {
      this.#tell('studio');
    },
  );
  readonly notices = new Notices(() => {
    this.#tell('notices');
  });

  readonly #pace = new PaceMemory();
  readonly #listeners = new Set<(topic: Topic) => void>();
  readonly #client: Client;
  readonly #worker: Worker;

  constructor(
    private readonly fallbackPreset: string,
    private readonly baseUrl: string,
  ) {
    this.spec = { ...readHash('').spec, preset: fallbackPreset };
    this.#worker = new Worker(new URL('../worker/main.ts', import.meta.url), {
      type: 'module',
      name: 'ganlet',
    });
    this.#client = new Client(this.#worker, (event) => {
      this.#onEvent(event);
    });
    this.#worker.onerror = (event) => {
      const text = `The training worker stopped: ${event.message || 'it could not be loaded'}. Reload the page; a saved checkpoint brings the model back.`;
      this.#client.abandon(text);
      this.running = false;
      this.notices.add('error', text);
      this.#tell('running');
    };
  }

  subscribe(listener: (topic: Topic) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#worker.terminate();
    this.#listeners.clear();
  }

  get preset(): Preset | undefined {
    return this.catalog?.presets.find(({ name }) => name === this.spec.preset);
  }

  /** Loads the library and makes the first model, as the link asks. */
  async open(hash: string): Promise<void> {
    const catalog = await this.#try('Loading the engine', 'open', {
      library: new URL('lib/ganlet.js', this.baseUrl).href,
      data: new URL('data/', this.baseUrl).href,
    });
    if (!catalog) return;
    this.catalog = catalog;
    this.schema = isObject(catalog.schema) ? new SchemaReader(catalog.schema) : undefined;
    this.#tell('catalog');
    await this.follow(hash);
  }

  /** Takes what a link asks for, says what it could not take, and creates the model. */
  async follow(hash: string): Promise<void> {
    const { spec, named, warnings } = readHash(hash, (path) => this.schema?.knows(path) ?? true);
    if (!named) spec.preset = this.fallbackPreset;
    const presets = this.catalog?.presets ?? [];
    if (!presets.some(({ name }) => name === spec.preset)) {
      this.notices.add(
        'error',
        `There is no preset “${spec.preset}” in this version, so “${this.fallbackPreset}” was opened. Choose another from the list at the top.`,
      );
      spec.preset = this.fallbackPreset;
      spec.overrides = {};
    }
    for (const warning of warnings) this.notices.add('warning', warning);
    const made = await this.create(spec, named ? 0 : HEAD_START);
    // A link's setting that the engine refuses must not leave an empty page.
    if (!made && !this.model) await this.create({ ...spec, backend: 'auto', overrides: {} });
    // The address again says what is there.
    this.#tell('spec');
  }

  async create(spec: Spec, headStart = 0): Promise<boolean> {
    const model = await this.#try('Preparing', 'create', { ...spec, headStart });
    if (!model) return false;
    this.spec = spec;
    this.#adopt(model);
    return true;
  }

  /** What to try next: a preset, or this one with other settings. */
  tryIdea({ preset, overrides }: Idea): Promise<boolean> {
    const kept = preset === this.spec.preset ? this.spec.overrides : {};
    return this.create({ ...this.spec, preset, overrides: { ...kept, ...overrides } });
  }

  choosePreset(preset: string): Promise<boolean> {
    return this.create({ ...this.spec, preset, overrides: {} });
  }

  chooseBackend(backend: BackendChoice): Promise<boolean> {
    return this.create({ ...this.spec, backend });
  }

  async toggle(): Promise<void> {
    this.hiddenPause = false;
    if (!this.model || this.busy) return;
    await this.#try('', this.running ? 'pause' : 'play', null);
  }

  async setSlow(slow: boolean): Promise<void> {
    this.slow = slow;
    this.#tell('running');
    await this.#try('', 'speed', { slow });
  }

  async stepOnce(which: 'd' | 'g' | 'both'): Promise<void> {
    if (this.model && !this.busy) await this.#try('', 'step', { which });
  }

  async reset(seed = this.spec.seed): Promise<void> {
    if (!this.model || this.busy) return;
    const again = this.running;
    if (again) await this.#try('', 'pause', null);
    const model = await this.#try('Starting again', 'reset', { seed });
    if (!model) return;
    this.spec = { ...this.spec, seed };
    this.#adopt(model);
    if (again) await this.#try('', 'play', null);
  }

  newSeed(): Promise<void> {
    return this.reset(Math.floor(Math.random() * Math.min(MAX_SEED, 99_999)) + 1);
  }

  async setView(view: View): Promise<void> {
    this.view = view;
    this.#tell('view');
    if (this.model) await this.#try('', 'view', view);
  }

  /** The preset's own value of a field. */
  presetValue(path: string): Json | undefined {
    return getPath(this.preset?.config, path);
  }

  /** What a config changes about its preset. */
  #overrides(config: Json): Record<string, Json> {
    return this.preset ? differences(this.preset.config, config) : {};
  }

  /** Changes a setting while training; what cannot change live waits for `apply`. */
  async change(path: string, value: Json): Promise<string | undefined> {
    try {
      const { config } = await this.#client.call('set', { path, value });
      if (this.model) this.model = { ...this.model, config };
      this.spec = { ...this.spec, overrides: this.#overrides(config) };
      this.#drop(path);
      this.#tell('spec');
      this.#tell('model');
    } catch (error) {
      if (!(error instanceof CallError) || !error.structural) {
        return error instanceof Error ? error.message : String(error);
      }
      if (sameJson(value, getPath(this.model?.config, path))) this.#drop(path);
      else this.pending = { ...this.pending, [path]: value };
      this.#tell('spec');
    }
    return undefined;
  }

  async apply(): Promise<void> {
    let config = this.model?.config;
    for (const [path, value] of Object.entries(this.pending)) {
      if (isObject(config)) config = withPath(config, path, value);
    }
    if (config !== undefined) {
      await this.create({ ...this.spec, overrides: this.#overrides(config) });
    }
  }

  /** Forgets edits that wait for Apply. */
  discard(): void {
    this.pending = {};
    this.#tell('spec');
  }

  async evaluate(): Promise<void> {
    this.evaluating = true;
    this.#tell('evaluation');
    const evaluation = await this.#try('', 'evaluate', null);
    this.evaluating = false;
    if (evaluation) this.evaluation = evaluation;
    this.#tell('evaluation');
  }

  async save(): Promise<{ name: string; bytes: Uint8Array<ArrayBuffer> } | undefined> {
    const bytes = await this.#try('', 'save', null);
    return bytes && { name: `ganlet-${this.spec.preset}-step-${this.step}.safetensors`, bytes };
  }

  async load(file: File): Promise<void> {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const { backend } = this.spec;
    const model = await this.#try(`Loading ${file.name}`, 'load', { bytes, backend }, [
      bytes.buffer,
    ]);
    if (!model) return;
    const preset = getPath(model.config, 'preset');
    if (typeof preset === 'string') this.spec = { ...this.spec, preset };
    this.#adopt(model);
    this.notices.add(
      'info',
      `${file.name} loaded at step ${model.info.step.toLocaleString('en')}.`,
    );
  }

  /** The page went out of sight or came back. */
  async visible(visible: boolean): Promise<void> {
    if (!visible && this.running && !this.keepInBackground) {
      this.hiddenPause = true;
      await this.#try('', 'pause', null);
    } else if (visible && this.hiddenPause) {
      this.hiddenPause = false;
      this.notices.add('info', 'Training was paused while this tab was hidden, and goes on now.');
      await this.#try('', 'play', null);
    }
  }

  /** Seconds to the preset's length at the rate of an earlier visit; undefined where never seen. */
  get expected(): number | undefined {
    const rate = this.#pace.rate(this.#paceKey);
    const left = (this.preset?.steps ?? 0) - this.step;
    return rate !== undefined && left > 0 ? left / rate : undefined;
  }

  get #paceKey(): string {
    return `${this.spec.preset} ${this.model?.info.backend ?? ''}`;
  }

  drawn(): void {
    void this.#client.call('drawn', null);
  }

  notify(tone: Tone, text: string): void {
    this.notices.add(tone, text);
  }

  get link(): string {
    return writeHash(this.spec);
  }

  #drop(path: string): void {
    const pending = { ...this.pending };
    Reflect.deleteProperty(pending, path);
    this.pending = pending;
  }

  #adopt(model: Model): void {
    const before = this.model && kindOf(this.model);
    this.model = model;
    // The engine's word on the seed and the config counts, whatever a link or a file said.
    this.spec = {
      ...this.spec,
      seed: model.info.seed,
      overrides: this.#overrides(model.config),
    };
    if (before !== kindOf(model)) void this.setView(defaultView(model));
    this.pending = {};
    this.series.clear();
    this.studio.clear();
    this.evaluation = undefined;
    this.frame = undefined;
    this.step = model.info.step;
    this.stepsPerSecond = 0;
    this.#tell('spec');
    this.#tell('model');
    this.#tell('metrics');
    this.#tell('evaluation');
  }

  /** A call whose failure becomes a notice; what was there before stays. */
  async #try<K extends CallName>(
    busy: string,
    call: K,
    args: Calls[K]['args'],
    transfer: Transferable[] = [],
  ): Promise<Calls[K]['result'] | undefined> {
    if (busy) this.#setBusy(busy);
    try {
      return await this.#client.call(call, args, transfer);
    } catch (error) {
      if (error instanceof CallError) this.#fail(error.message, error);
      else this.notices.add('error', String(error));
      return undefined;
    } finally {
      if (busy) this.#setBusy('');
    }
  }

  #setBusy(busy: string): void {
    this.busy = busy;
    this.progress = undefined;
    this.#tell('progress');
  }

  #onEvent(event: Event): void {
    switch (event.event) {
      case 'progress':
        this.progress = event.progress;
        this.#tell('progress');
        return;
      case 'running':
        this.running = event.running;
        this.#tell('running');
        return;
      case 'metrics':
        this.step = event.step;
        this.stepsPerSecond = event.stepsPerSecond;
        if (event.stepsPerSecond > 0) this.#pace.record(event.stepsPerSecond, this.#paceKey);
        this.series.append(event.series);
        this.#tell('metrics');
        return;
      case 'frame':
        this.frame = event.frame;
        this.#tell('frame');
        return;
      case 'evaluation':
        this.evaluation = event.evaluation;
        this.#tell('evaluation');
        return;
      case 'phase':
        this.phase = event.phase;
        this.#tell('phase');
        return;
      case 'inverting':
        this.studio.inverting(event.progress);
        return;
      case 'failure':
        this.#fail(`Training stopped. ${event.failure.message}`, event.failure);
        return;
    }
  }

  /** Says what went wrong, and offers the way on where there is one. */
  #fail(text: string, { lost, message }: Failure): void {
    if (lost) {
      this.notices.add(
        'error',
        `${text}. Nothing is wrong with the model, but this tab can no longer reach the GPU: the driver was reset, the computer slept, or another program took it. Reloading the page gets the GPU back.`,
        { label: 'Go on, on the CPU, from the last checkpoint', act: () => void this.recover() },
      );
    } else if (/diverged/i.test(message)) {
      this.notices.add('error', text, {
        label: 'Halve both step sizes and go on',
        act: () => void this.#calm(),
      });
    } else this.notices.add('error', text);
  }

  /** After the GPU went away. */
  async recover(): Promise<void> {
    const model = await this.#try('Going on from the last checkpoint', 'recover', null);
    if (!model) return;
    this.spec = { ...this.spec, backend: 'cpu' };
    this.#adopt(model);
    this.notices.add('info', `Back at step ${model.info.step.toLocaleString('en')}, on the CPU.`);
  }

  /** After training diverged: the library is back at the last good step; smaller steps go further. */
  async #calm(): Promise<void> {
    for (const path of ['d_optimizer.lr', 'g_optimizer.lr']) {
      const rate = getPath(this.model?.config, path);
      if (typeof rate === 'number') await this.change(path, rate / 2);
    }
    await this.#try('', 'play', null);
  }

  #tell(topic: Topic): void {
    for (const listener of this.#listeners) listener(topic);
  }
}

export type Kind = 'plane' | 'line' | 'image' | 'none';

/** Which stage a model needs; the benchmarks' data are of any size and have none. */
export function kindOf(model: Model): Kind {
  if (model.info.data.kind === 'image') return 'image';
  if (model.line) return 'line';
  return model.info.data.dim === 2 ? 'plane' : 'none';
}

/** The classic figure has its arrows; the plane starts quiet. */
function defaultView(model: Model): View {
  return { heat: true, grid: kindOf(model) === 'line', arrows: false };
}
