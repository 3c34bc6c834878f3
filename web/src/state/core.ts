/**
 * What the page knows: the state that elements show, told by topic when it changes, and the line to
 * the worker that it comes from.
 */
import { CallError, type Client } from '../client.ts';
import type { Preset, Progress } from '../library.ts';
import {
  type Calls,
  type CallName,
  type Catalog,
  type Evaluation,
  type Event,
  type Failure,
  type Frame,
  type Model,
  type Phase,
  SHOW,
  type Show,
} from '../protocol.ts';
import { type Change, changesOf, listed } from './changes.ts';
import { Film } from './film.ts';
import { differences, getPath, type Json } from './json.ts';
import { Notices, type Tone } from './notices.ts';
import { PaceMemory } from './pace-memory.ts';
import type { SchemaReader } from './schema.ts';
import type { Past } from './record.ts';
import { SeriesStore } from './series.ts';
import { Studio } from './studio.ts';
import type { Control, Part } from './parts.ts';
import { DEFAULT_SPEC, type Spec, writeHash } from './url.ts';
import { connect, type Connection } from './worker.ts';

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
  | 'show'
  | 'studio'
  | 'before'
  | 'notices';

/** Evaluations that are kept of a run. */
const MEASURES = 120;

export abstract class Core {
  spec: Spec;
  catalog: Catalog | undefined;
  schema: SchemaReader | undefined;
  /** The sets of images beside the page; undefined where nobody says. */
  dataSets: readonly string[] | undefined;
  /** The presets that a trained model ships with. */
  trained: readonly string[] | undefined;
  model: Model | undefined;
  /** What is being made ready; the model that is there can be used meanwhile. */
  busy = '';
  progress: Progress | undefined;
  running = false;
  /** Training stopped because the tab went out of sight, and will go on by itself. */
  hiddenPause = false;
  keepInBackground = false;
  /** Slow motion: one update at a time, each long enough to be read about. */
  slow = false;
  phase: Phase | undefined;
  step = 0;
  stepsPerSecond = 0;
  /** The model came trained, with the page. */
  shipped = false;
  evaluation: Evaluation | undefined;
  /** Every evaluation of this run, thinned out where there are many. */
  measures: readonly Evaluation[] = [];
  evaluating = false;
  frame: Frame | undefined;
  /** The pictures of this run that are kept. */
  readonly film = new Film();
  /** Which of them is looked at, while that is not the newest. */
  looking: number | undefined;
  show: Show = SHOW;
  /** The last thing that the engine refused, and which field is wrong. */
  refused: Failure | undefined;
  /** Structural edits that wait for Apply. */
  pending: Record<string, Json> = {};
  readonly series = new SeriesStore();
  readonly studio = new Studio(
    (call, args) => this.client.call(call, args),
    () => {
      this.tell('studio');
    },
  );
  readonly notices = new Notices(() => {
    this.tell('notices');
  });

  readonly #paces = new PaceMemory();
  readonly #listeners = new Set<(topic: Topic) => void>();
  readonly #connection: Connection;
  #begun = 0;

  /** `site` is the address that the library, the data and the models lie below. */
  constructor(
    protected readonly site: string,
    spec: Spec = DEFAULT_SPEC,
  ) {
    this.spec = spec;
    this.#connection = connect(
      (event) => {
        this.#onEvent(event);
      },
      (text) => {
        this.running = false;
        this.notices.add('error', text);
        this.tell('running');
      },
    );
  }

  protected get client(): Client {
    return this.#connection.client;
  }

  /** Says what went wrong, and offers the way on where there is one. */
  protected abstract fail(text: string, failure: Failure): void;

  subscribe(listener: (topic: Topic) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#listeners.clear();
    this.#connection.close();
  }

  get preset(): Preset | undefined {
    return this.catalog?.presets.find(({ name }) => name === this.spec.preset);
  }

  /** How the run differs from its preset. */
  get changes(): Change[] {
    return changesOf(this.preset?.config, this.spec.overrides);
  }

  /** What the run is called: its preset, and what differs from it. */
  get title(): string {
    const { changes } = this;
    const name = this.preset?.title ?? this.spec.preset;
    return changes.length > 0 ? `${name} with ${listed(changes)}` : name;
  }

  /** Whether a preset's data are here; toys draw theirs themselves. */
  has({ group, data }: Preset): boolean {
    return group !== 'images' || (this.dataSets?.includes(data) ?? true);
  }

  ships(preset: string): boolean {
    return this.trained?.includes(preset) ?? false;
  }

  /** What the address of the page itself says of what is there. */
  get hash(): string {
    return writeHash(this.spec);
  }

  /** The same as an address to share. */
  get link(): string {
    return this.at(this.hash);
  }

  /** The address of what lies beside the page. */
  at(path: string): string {
    return new URL(path, this.site).href;
  }

  /** Whether a lesson left a part of the page in. */
  shows(part: Part): boolean {
    return !this.spec.hide.includes(part);
  }

  offers(control: Control): boolean {
    return this.shows('controls') && this.#listed(control);
  }

  #listed(control: Control): boolean {
    return this.spec.controls.length === 0 || this.spec.controls.includes(control);
  }

  /** How many steps the run is meant to have. */
  get length(): number {
    const steps = getPath(this.model?.config, 'steps');
    return typeof steps === 'number' ? steps : (this.preset?.steps ?? 0);
  }

  /** Whether the run came to its end here, and nobody asked it to go on. */
  get ended(): boolean {
    return !this.running && this.step === this.length && this.series.steps.length > 0;
  }

  /** Trains to a step: to the end of the run, unless another is given; beyond that end, until paused. */
  protected play(until = this.step < this.length ? this.length : undefined): Promise<unknown> {
    return this.try('', 'play', { until });
  }

  /** Seconds to the preset's length at the rate of an earlier visit; undefined where never seen. */
  get expected(): number | undefined {
    const rate = this.#paces.rate(this.#paceKey);
    const left = this.length - this.step;
    return rate !== undefined && left > 0 ? left / rate : undefined;
  }

  get #paceKey(): string {
    return `${this.spec.preset} ${this.model?.info.backend ?? ''}`;
  }

  notify(tone: Tone, text: string): void {
    this.notices.add(tone, text);
  }

  /** What the stage shows: the newest picture, or the one of the film that is looked at. */
  get picture(): Frame | undefined {
    return this.looking === undefined ? this.frame : (this.film.frames[this.looking] ?? this.frame);
  }

  /** Goes to a picture of the film; undefined: to the newest, whichever that is. */
  look(at: number | undefined): void {
    this.looking = at;
    this.tell('frame');
  }

  drawn(): void {
    void this.client.call('drawn', null);
  }

  async setShow(changes: Partial<Show>): Promise<void> {
    this.show = { ...this.show, ...changes };
    this.tell('show');
    if (this.model) await this.try('', 'show', this.show);
  }

  /** What a config changes about its preset. */
  protected overrides(config: Json): Record<string, Json> {
    return this.preset ? differences(this.preset.config, config) : {};
  }

  /** A call whose failure becomes a notice; what was there before stays. */
  protected async try<K extends CallName>(
    busy: string,
    call: K,
    args: Calls[K]['args'],
    transfer: Transferable[] = [],
    /** What a failure's message is put behind. */
    before = '',
  ): Promise<Calls[K]['result'] | undefined> {
    const end = busy ? this.begin(busy) : undefined;
    try {
      return await this.client.call(call, args, transfer);
    } catch (error) {
      this.failed(error, before);
      return undefined;
    } finally {
      end?.();
    }
  }

  /** Says that a call failed. */
  protected failed(error: unknown, before = ''): void {
    if (!(error instanceof CallError)) this.notices.add('error', String(error));
    else if (error.code !== 'superseded') {
      this.refused = error;
      this.fail(before + error.message, error);
      this.tell('spec');
    }
  }

  /** Says what is being made ready until the returned function is called, or something newer is. */
  protected begin(busy: string): () => void {
    const turn = ++this.#begun;
    this.#setBusy(busy);
    return () => {
      if (turn === this.#begun) this.#setBusy('');
    };
  }

  #setBusy(busy: string): void {
    this.busy = busy;
    this.progress = undefined;
    this.tell('progress');
  }

  protected tell(topic: Topic): void {
    for (const listener of this.#listeners) listener(topic);
  }

  /** What a model that comes later, or a file, is told of this one. */
  protected get past(): Past {
    return { curves: this.series.curves, measures: this.measures };
  }

  protected measured(evaluation: Evaluation): void {
    this.evaluation = evaluation;
    const before = this.measures.filter(({ step }) => step < evaluation.step);
    this.measures = [
      ...(before.length < MEASURES ? before : before.filter((_, i) => i % 2 === 0)),
      evaluation,
    ];
    this.tell('evaluation');
  }

  #onEvent(event: Event): void {
    switch (event.event) {
      case 'progress':
        this.progress = event.progress;
        this.tell('progress');
        return;
      case 'running':
        this.running = event.running;
        this.tell('running');
        return;
      case 'metrics':
        this.step = event.step;
        this.stepsPerSecond = event.stepsPerSecond;
        if (event.stepsPerSecond > 0) this.#paces.record(event.stepsPerSecond, this.#paceKey);
        this.series.append(event.series);
        this.tell('metrics');
        return;
      case 'frame':
        this.frame = event.frame;
        this.film.add(event.frame);
        this.tell('frame');
        return;
      case 'evaluation':
        this.measured(event.evaluation);
        return;
      case 'phase':
        this.phase = event.phase;
        this.tell('phase');
        return;
      case 'inverting':
        this.studio.inverting(event.progress);
        return;
      case 'failure':
        this.fail(`Training stopped: ${event.failure.message}`, event.failure);
        return;
    }
  }
}

export type Kind = 'plane' | 'line' | 'image' | 'none';

/** Which stage a model needs; the benchmarks' data are of any size and have none. */
export function kindOf(model: Model): Kind {
  if (model.info.data.kind === 'image') return 'image';
  if (model.line) return 'line';
  return model.info.data.dim === 2 ? 'plane' : 'none';
}
