/** The run: how far it is, what it recorded, what was measured of it, and what makes it go on. */
import type { Evaluation, Event, Phase } from '../protocol.ts';
import type { Channel } from './channel.ts';
import type { Current } from './current.ts';
import type { Identity } from './keep.ts';
import { PaceMemory } from './pace-memory.ts';
import type { Past } from './record.ts';
import { SeriesStore } from './series.ts';
import type { SlowPace } from './slow.ts';
import type { Stop } from './stop.ts';
import type { Topics } from './topics.ts';

/** Evaluations that are kept of a run. */
const MEASURES = 120;

export class Run {
  running = false;
  /** How slow slow motion is, when it is on. */
  pace: SlowPace = 'medium';
  /** What the worker was told of it. */
  #told: SlowPace | undefined;
  /** Why training stopped by itself before the end of the run, where it still stands. */
  reached: Stop | undefined;
  phase: Phase | undefined;
  step = 0;
  stepsPerSecond = 0;
  evaluation: Evaluation | undefined;
  /** Every evaluation of this run, thinned out where there are many. */
  measures: readonly Evaluation[] = [];
  evaluating = false;
  /** Another object for another run. */
  identity: Identity = { id: undefined, step: 0 };
  readonly series = new SeriesStore();
  readonly #paces = new PaceMemory();

  constructor(
    private readonly topics: Topics,
    private readonly channel: Channel,
    private readonly current: Current,
  ) {}

  /**
   * Another model took the place of the one before; `past`: what is known of how it got to its step, `identity`: of a run that
   * goes on.
   */
  begin(step: number, past?: Past, identity?: Identity): void {
    this.identity = identity ?? { id: undefined, step };
    this.series.clear();
    if (past) this.series.restore(past.curves, step);
    this.measures = past?.measures.filter((one) => one.step <= step) ?? [];
    this.evaluation = this.measures.at(-1);
    this.step = step;
    this.stepsPerSecond = 0;
    this.reached = undefined;
    // A link may begin in slow motion.
    this.pace = this.current.spec.slow ?? this.pace;
    this.topics.tell('running');
    // The engine may be another one, which was told nothing yet.
    this.#told = undefined;
    void this.#tellSlow();
  }

  /** What a model that comes later, or a file, is told of this one. */
  get past(): Past {
    return { curves: this.series.curves, measures: this.measures };
  }

  /** Whether the run came to its end here, and nobody asked it to go on. */
  get ended(): boolean {
    return !this.running && this.step === this.current.length && this.series.steps.length > 0;
  }

  /** Seconds to the preset's length at the rate of an earlier visit; undefined where never seen. */
  get expected(): number | undefined {
    const rate = this.#paces.rate(this.#paceKey);
    const left = this.current.length - this.step;
    return rate !== undefined && left > 0 ? left / rate : undefined;
  }

  get #paceKey(): string {
    const { spec, model } = this.current;
    return `${spec.preset} ${model?.info.backend ?? ''}`;
  }

  /** Where training stops by itself before the end of the run, unless it is there already. */
  get stop(): Stop | undefined {
    const { stop } = this.current.spec;
    const isThere = stop?.kind === 'step' ? stop.step <= this.step : this.reached !== undefined;
    return isThere ? undefined : stop;
  }

  /** Trains to the end of the run, or to where it is to stop before; beyond that end, until paused. */
  play(): Promise<unknown> {
    const { step, stop } = this;
    const { length } = this.current;
    const ends = [length, stop?.kind === 'step' ? stop.step : Infinity].filter((end) => end > step);
    const until = Math.min(...ends);
    return this.channel.try('', 'play', { until: until === Infinity ? undefined : until, stop });
  }

  trainTo(step: number): Promise<unknown> {
    return this.channel.try('', 'play', { until: step });
  }

  /** Says where to stop, for this run and those that follow. */
  async setStop(stop: Stop | undefined): Promise<void> {
    this.current.spec = { ...this.current.spec, stop };
    this.reached = undefined;
    this.topics.tell('spec');
    if (this.running) await this.play();
  }

  pause(): Promise<unknown> {
    return this.channel.try('', 'pause', null);
  }

  async toggle(): Promise<void> {
    if (this.current.model) await (this.running ? this.pause() : this.play());
  }

  /** Trains so many steps from here; comes back when they are done, or when somebody pauses. */
  async trainFor(steps: number): Promise<void> {
    const over = new Promise<void>((resolve) => {
      const leave = this.topics.subscribe((topic) => {
        if (topic !== 'running' || this.running) return;
        leave();
        resolve();
      });
    });
    await this.trainTo(this.step + steps);
    await over;
  }

  /** Slow motion: one update at a time, each long enough to be read about. */
  get slow(): boolean {
    return this.current.spec.slow !== undefined;
  }

  async setSlow(slow: boolean): Promise<void> {
    this.current.spec = { ...this.current.spec, slow: slow ? this.pace : undefined };
    this.topics.tell('spec');
    this.topics.tell('running');
    await this.#tellSlow();
  }

  /** How slow slow motion is, from the next update on. */
  async setPace(pace: SlowPace): Promise<void> {
    this.pace = pace;
    await this.setSlow(this.slow);
  }

  async #tellSlow(): Promise<void> {
    const { slow } = this.current.spec;
    if (slow === this.#told) return;
    this.#told = slow;
    await this.channel.try('', 'speed', { slow });
  }

  /** One update, or without one a whole step. */
  async stepOnce(update?: string): Promise<void> {
    if (this.current.model) await this.channel.try('', 'step', { update });
  }

  async evaluate(): Promise<void> {
    this.evaluating = true;
    this.topics.tell('evaluation');
    const evaluation = await this.channel.try('', 'evaluate', null);
    this.evaluating = false;
    if (evaluation) this.measured(evaluation);
    else this.topics.tell('evaluation');
  }

  measured(evaluation: Evaluation): void {
    this.evaluation = evaluation;
    const before = this.measures.filter(({ step }) => step < evaluation.step);
    this.measures = [
      ...(before.length < MEASURES ? before : before.filter((_, i) => i % 2 === 0)),
      evaluation,
    ];
    this.topics.tell('evaluation');
  }

  trained({ step, stepsPerSecond, series }: Extract<Event, { event: 'metrics' }>): void {
    this.step = step;
    this.stepsPerSecond = stepsPerSecond;
    if (stepsPerSecond > 0) this.#paces.record(stepsPerSecond, this.#paceKey);
    this.series.append(series);
    this.topics.tell('metrics');
  }

  setRunning(running: boolean, reached?: Stop): void {
    this.running = running;
    this.reached = reached;
    this.topics.tell('running');
  }

  setPhase(phase: Phase | undefined): void {
    this.phase = phase;
    this.topics.tell('phase');
  }
}
