/** Trains the model that there is: in chunks with a picture now and then, or one update at a time. */
import type { Metrics, Trainer } from '../library.ts';
import {
  type Evaluation,
  type Event,
  type Model,
  type Phase,
  Refusal,
  type Series,
  SHOW,
  type Show,
  toFailure,
} from '../protocol.ts';
import type { Json } from '../state/json.ts';
import { LOOK, PACES, type SlowPace } from '../state/slow.ts';
import { isReached, type Stop } from '../state/reached.ts';
import { buffersOf, makeFrame } from './frames.ts';
import { Keeper } from './keeper.ts';
import { Cadence, Pace, Rate } from './pace.ts';
import type { Queue } from './queue.ts';

export interface Clock {
  now(): number;
  /** Lets messages that wait for the worker in, before the next chunk of training. */
  breathe(): Promise<void>;
  sleep(ms: number): Promise<void>;
}

export class Training {
  trainer: Trainer | undefined;
  model: Model | undefined;
  show: Show = SHOW;
  pageIsDrawing = false;
  keeper = new Keeper();
  #running = false;
  /** How often training was begun: a loop that was paused must not wake up beside the next one. */
  #plays = 0;
  /** The step at which training stops by itself. */
  #until = Infinity;
  /** What it stops for before that. */
  #stop: Stop | undefined;
  #stopAt = Infinity;
  /** In slow motion, how slow. */
  #slow: SlowPace | undefined;
  /** Whether anything was trained since the model was made or loaded, if only an update within a step. */
  #played = false;
  #historySince = 0;
  #pace = new Pace();
  readonly #rate = new Rate();
  // Together a tenth of the time at most, so that the page trains nearly as fast as the library alone. At most 30 pictures a second; the
  // metrics draw many samples, but the story must not say for long what the picture beside it no longer shows.
  readonly #frames = new Cadence(33, 1 / 16, 5_000);
  readonly #evaluations = new Cadence(1200, 1 / 50, 6_000);

  constructor(
    private readonly clock: Clock,
    private readonly queue: Queue,
    private readonly post: (event: Event, transfer?: Transferable[]) => void,
  ) {}

  need(): Trainer {
    if (!this.trainer) throw new Refusal('input', 'There is no model yet: choose a preset first.');
    return this.trainer;
  }

  /** Goes over to a model that stands at its first step, or wherever its file says; `keeper`: what is kept of how it got there. */
  adopt(trainer: Trainer, model: Model, keeper = new Keeper()): void {
    this.trainer = trainer;
    this.model = model;
    this.pageIsDrawing = false;
    this.#played = false;
    this.#historySince = 0;
    this.#pace = new Pace();
    this.#rate.clear();
    this.keeper = keeper;
    // Behind the reply with the model, so that the page knows what the picture is of.
    this.#later(async () => {
      await this.clock.breathe();
      if (trainer !== this.trainer) return;
      this.#report(trainer, 0);
      await this.picture();
      await this.#evaluateUnasked();
      await this.#keep(trainer);
    });
  }

  /** What was trained here, if anything was, before another model takes its place. */
  async aside(): Promise<Pick<Model, 'aside'>> {
    const { trainer } = this;
    if (!trainer || !this.#played) return {};
    try {
      const bytes = (await trainer.save()) as Uint8Array<ArrayBuffer>;
      return { aside: { bytes, step: trainer.info().step } };
    } catch {
      // A device that is gone has nothing more to give.
      return {};
    }
  }

  /** Trains to a step, or until it is paused or where `stop` says. */
  async play(until = Infinity, stop?: Stop): Promise<void> {
    this.need();
    if (stop?.kind === 'metric') await this.queue.run(() => this.#checkMetric(stop.name));
    this.#until = until;
    this.#stop = stop;
    this.#stopAt = stop?.kind === 'time' ? this.clock.now() + 1000 * stop.seconds : Infinity;
    if (this.#running) return;
    this.#setRunning(true);
    this.#rate.clear();
    void this.#loop(++this.#plays);
  }

  stop(): void {
    this.#setRunning(false);
  }

  /** Over once the chunk under way is, so that what follows sees a still model. */
  async pause(): Promise<void> {
    this.stop();
    await this.queue.run(async () => {
      if (!this.trainer) return;
      this.#report(this.trainer, 0);
      await this.picture();
    });
    // The numbers then are of the same step as the picture.
    this.#later(async () => {
      await this.#evaluateUnasked();
    });
  }

  set slow(slow: SlowPace | undefined) {
    this.#slow = slow;
    this.#rate.clear();
    if (!slow) this.post({ event: 'phase', phase: undefined });
  }

  /** One update, or a whole step. */
  async step(update: string | undefined): Promise<void> {
    this.stop();
    await this.queue.run(async () => {
      const trainer = this.need();
      await (update === undefined ? this.#train(trainer, 1) : this.#move(trainer, update));
      this.#report(trainer, 0);
      await this.picture();
      if (this.#evaluations.due(this.clock.now())) await this.#evaluateUnasked();
    });
  }

  async picture(): Promise<void> {
    if (!this.trainer || !this.model) return;
    const start = this.clock.now();
    const frame = await makeFrame(this.trainer, this.model, this.show);
    this.#frames.record(start, this.clock.now());
    this.pageIsDrawing = true;
    this.post({ event: 'frame', frame }, buffersOf(frame));
  }

  async evaluate(): Promise<Evaluation> {
    const trainer = this.need();
    const start = this.clock.now();
    const values = await trainer.evaluate();
    this.#evaluations.record(start, this.clock.now());
    return { step: trainer.info().step, values };
  }

  #setRunning(running: boolean, reached?: Stop): void {
    if (running === this.#running) return;
    this.#running = running;
    if (!running) this.post({ event: 'phase', phase: undefined });
    this.post({ event: 'running', running, ...(reached ? { reached } : {}) });
  }

  /** A job that no call waits for; its failure is told all the same. */
  #later(job: () => Promise<void>): void {
    this.queue.run(job).catch((error: unknown) => {
      this.post({ event: 'failure', failure: toFailure(error) });
    });
  }

  async #loop(play: number): Promise<void> {
    while (this.#isOn(play)) {
      try {
        if (this.#slow) await this.#slowRound(play);
        else await this.queue.run(() => this.#chunk());
      } catch (error) {
        this.#setRunning(false);
        this.post({ event: 'failure', failure: toFailure(error) });
      }
      await this.clock.breathe();
    }
  }

  /** Whether the loop that was begun last still runs. */
  #isOn(play: number): boolean {
    return this.#running && play === this.#plays;
  }

  /** One training step at a pace that a reader can follow: its updates in order, each as often as it happens. */
  async #slowRound(play: number): Promise<void> {
    const moves = (this.model?.info.updates ?? []).flatMap(({ name, times }) =>
      Array<Phase>(times).fill(name),
    );
    for (const phase of moves) {
      const dwell = this.#slow && PACES[this.#slow];
      if (dwell === undefined || !this.#isOn(play)) return;
      this.post({ event: 'phase', phase });
      // What leads to it is shown first: weights move at the end.
      await this.clock.sleep(dwell * (1 - LOOK));
      if (!this.#isOn(play)) return;
      await this.queue.run(async () => {
        const trainer = this.need();
        await this.#move(trainer, phase);
        this.#report(trainer, 0);
        await this.picture();
      });
      await this.clock.sleep(dwell * LOOK);
    }
    await this.queue.run(async () => {
      await this.#evaluateUnasked();
      if (this.need().info().step >= this.#until) this.#setRunning(false);
    });
  }

  async #chunk(): Promise<void> {
    // A pause, a step or a new model may have been queued before this chunk.
    if (!this.#running) return;
    const trainer = this.need();
    const steps = Math.min(this.#pace.steps, this.#until - trainer.info().step);
    if (steps <= 0) {
      this.#setRunning(false);
      return;
    }
    const start = this.clock.now();
    const metrics = await this.#train(trainer, steps);
    const end = this.clock.now();
    this.#pace.record(steps, end - start);
    const stepsPerSecond = this.#rate.record(end, metrics.step);
    if (metrics.step >= this.#until) {
      const isStop = this.#stop?.kind === 'step' && this.#stop.step === metrics.step;
      await this.#finish(trainer, isStop ? this.#stop : undefined);
      await this.#evaluateUnasked();
      return;
    }
    if (end >= this.#stopAt || isReached(this.#stop, metrics)) {
      await this.#finish(trainer, this.#stop);
      await this.#evaluateUnasked();
      return;
    }
    if (this.#frames.due(end) && !this.pageIsDrawing) {
      this.#report(trainer, stepsPerSecond);
      await this.picture();
    }
    if (this.#evaluations.due(this.clock.now())) {
      const values = await this.#evaluateUnasked();
      if (isReached(this.#stop, values)) await this.#finish(trainer, this.#stop);
    }
    if (this.keeper.due(this.clock.now())) await this.#keep(trainer);
  }

  /** Stops at a still model. Whoever waits for the end finds its numbers and its picture there. */
  async #finish(trainer: Trainer, reached?: Stop): Promise<void> {
    const until = this.#until;
    this.#report(trainer, 0);
    await this.picture();
    // Meanwhile more may have been asked for.
    if (until === this.#until) this.#setRunning(false, reached);
  }

  /** Refuses to wait for a number that never comes. */
  async #checkMetric(name: string): Promise<void> {
    const recorded = this.need()
      .info()
      .metrics.map((metric) => metric.name);
    if (recorded.includes(name)) return;
    const { values } = await this.evaluate();
    if (name in values) return;
    const known = [...recorded, ...Object.keys(values)].join(', ');
    throw new Refusal('input', `stop: there is no metric “${name}” here; there are ${known}.`);
  }

  #train(trainer: Trainer, steps: number): Promise<Metrics> {
    return this.#advance(trainer, () => trainer.train(steps));
  }

  /** One update alone. */
  async #move(trainer: Trainer, update: string): Promise<void> {
    const { step } = trainer.info();
    await this.#advance(trainer, () => trainer.step(update));
    this.keeper.note({ step, after: trainer.info().step, update });
  }

  async #advance<T>(trainer: Trainer, job: () => Promise<T>): Promise<T> {
    this.#played = true;
    try {
      return await job();
    } catch (error) {
      if (toFailure(error).code === 'diverged') {
        // The library went back to a step that it had come to by a way of its own.
        this.keeper.cut(trainer.info().step);
        await this.secure();
      }
      throw error;
    }
  }

  /** Changes a setting of the model that there is. */
  set(path: string, value: Json): Json {
    const trainer = this.need();
    trainer.set(path, value);
    const { step } = trainer.info();
    this.keeper.note({ step, after: step, path, value });
    return JSON.parse(trainer.config()) as Json;
  }

  /** A GPU can vanish and an engine end at any moment; what is in memory here stays. */
  async #keep(trainer: Trainer): Promise<void> {
    await this.keeper.keep(trainer, () => this.clock.now());
  }

  /** Keeps what was trained here before something that the engine may not survive. */
  async secure(): Promise<void> {
    try {
      if (this.trainer && this.#played) await this.#keep(this.trainer);
    } catch {
      // What was kept before is there.
    }
  }

  /** Whether there is a model that can still be used. */
  get alive(): boolean {
    try {
      return this.trainer?.info() !== undefined;
    } catch {
      return false;
    }
  }

  /** Sends the latest numbers and the part of the curves that the page does not have yet. */
  #report(trainer: Trainer, stepsPerSecond: number): void {
    const series = trainer.history(this.#historySince) as Series;
    const { step } = trainer.info();
    // The numbers of the step under way change with every move in it.
    this.#historySince = step;
    this.post({ event: 'metrics', step, stepsPerSecond, series });
  }

  /** The exact metrics of a toy are cheap enough to come unasked; those of images come where one of them is waited for, and
   * where few images of a person's own may be learned by heart. */
  async #evaluateUnasked(): Promise<Record<string, number>> {
    const { kind, name } = this.model?.info.data ?? {};
    const isOwn = name === 'own_images' && this.need().info().step > 0;
    if (kind !== 'points' && !isOwn && !this.#awaits()) return {};
    const evaluation = await this.evaluate();
    this.post({ event: 'evaluation', evaluation });
    return evaluation.values;
  }

  /** Whether training is to stop for a number that has to be measured. */
  #awaits(): boolean {
    const { model } = this;
    const stop = this.#stop;
    return (
      this.#running &&
      stop?.kind === 'metric' &&
      model?.info.metrics.every(({ name }) => name !== stop.name) === true
    );
  }
}
