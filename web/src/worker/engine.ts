/**
 * The worker's brain: owns the trainer, runs the training loop, and answers the page's calls.
 * Knows nothing of `self` or `import()`, so that tests drive it with a stand-in library.
 */
import type { Library, Trainer, TrainerOptions } from '../library.ts';
import {
  type Calls,
  type CallName,
  type CreateArgs,
  type Evaluation,
  type Event,
  type Handlers,
  type Model,
  type Phase,
  type Request,
  type Series,
  toFailure,
  type FromWorker,
  type View,
} from '../protocol.ts';
import { getPath, type Json, type JsonObject, withPath } from '../state/json.ts';
import { timePreset } from './bench.ts';
import { buffersOf, describeModel, makeFrame } from './frames.ts';
import { Keeper } from './keeper.ts';
import { studioCalls } from './latent.ts';
import { Cadence, Pace, Rate } from './pace.ts';
import { Queue } from './queue.ts';

export interface Host {
  post(message: FromWorker, transfer?: Transferable[]): void;
  load(url: string): Promise<Library>;
  now(): number;
  /** Lets messages that wait for the worker in, before the next chunk of training. */
  breathe(): Promise<void>;
  sleep(ms: number): Promise<void>;
}

/** How long slow motion dwells on a phase: long enough to read a sentence. */
const PHASE_MS = 1600;

export class Engine {
  readonly #queue = new Queue();
  #library: Library | undefined;
  #dataUrl: string | undefined;
  #trainer: Trainer | undefined;
  #model: Model | undefined;
  #view: View = { heat: true, grid: false, arrows: false };
  #running = false;
  /** How often training was begun: a loop that was paused must not wake up beside the next one. */
  #plays = 0;
  #slow = false;
  #pageIsDrawing = false;
  #historySince = 0;
  #pace = new Pace();
  readonly #rate = new Rate();
  // At most 30 pictures a second and a third of the time.
  readonly #frames = new Cadence(33, 1 / 3);
  // The exact metrics draw many samples, so they get a tenth of the time.
  readonly #evaluations = new Cadence(1200, 1 / 10);
  readonly #keeper = new Keeper();

  constructor(private readonly host: Host) {}

  async answer(request: Request): Promise<void> {
    const { id, call, args } = request;
    try {
      // The pairing of name and arguments is checked where the request is built.
      const handler = this.#handlers[call] as (args: unknown) => Promise<Calls[CallName]['result']>;
      const result = await handler(args);
      this.host.post({ id, ok: true, result });
    } catch (error) {
      this.host.post({ id, ok: false, failure: toFailure(error) });
    }
  }

  readonly #handlers: Handlers = {
    ...studioCalls(
      (job) => this.#queue.run(() => job(this.#needLatent())),
      (event) => {
        this.#post(event);
      },
    ),
    open: async ({ library, data }) => {
      this.#dataUrl = data;
      this.#library ??= await this.host.load(library);
      return {
        presets: JSON.parse(this.#library.presets()) as Calls['open']['result']['presets'],
        schema: JSON.parse(this.#library.describe()) as Json,
      };
    },
    create: (args) =>
      this.#replace(async (library) => {
        const trainer = await library.Trainer.create(
          configText(args),
          this.#options({ backend: args.backend, seed: args.seed }),
        );
        if (args.headStart > 0) await this.#headStart(trainer, args.headStart);
        return trainer;
      }),
    load: ({ bytes, backend }) =>
      this.#replace((library) => library.Trainer.load(bytes, this.#options({ backend }))),
    reset: ({ seed }) =>
      this.#queue.run(async () => {
        const trainer = this.#need();
        await trainer.reset(seed);
        return this.#adopt(trainer);
      }),
    recover: () =>
      this.#replace((library) =>
        library.Trainer.load(this.#keeper.checkpoint(), this.#options({ backend: 'cpu' })),
      ),
    play: () => {
      this.#need();
      if (!this.#running) {
        this.#setRunning(true);
        this.#rate.clear();
        void this.#loop(++this.#plays);
      }
      return Promise.resolve(null);
    },
    pause: async () => {
      this.#setRunning(false);
      // Answered once the chunk under way is over, so that what follows sees a still model.
      await this.#queue.run(async () => {
        if (!this.#trainer) return;
        this.#report(this.#trainer, 0);
        await this.#picture();
      });
      // The numbers then are of the same step as the picture.
      this.#later(() => this.#evaluateToy());
      return null;
    },
    speed: ({ slow }) => {
      this.#slow = slow;
      this.#rate.clear();
      if (!slow) this.#post({ event: 'phase', phase: undefined });
      return Promise.resolve(null);
    },
    step: async ({ which }) => {
      this.#setRunning(false);
      await this.#queue.run(async () => {
        const trainer = this.#need();
        await (which === 'both' ? trainer.train(1) : trainer.step(which));
        this.#report(trainer, 0);
        await this.#picture();
        if (this.#evaluations.due(this.host.now())) await this.#evaluateToy();
      });
      return null;
    },
    set: ({ path, value }) =>
      this.#queue.run(() => {
        const trainer = this.#need();
        trainer.set(path, value);
        return { config: JSON.parse(trainer.config()) as Json };
      }),
    save: () => this.#queue.run(async () => (await this.#need().save()) as Uint8Array<ArrayBuffer>),
    evaluate: () => this.#queue.run(() => this.#evaluate()),
    bench: ({ preset, backend }) =>
      this.#queue.run(() =>
        timePreset(this.#loaded(), preset, this.#options({ backend, seed: 0 }), () =>
          this.host.now(),
        ),
      ),
    view: async (view) => {
      this.#view = view;
      if (this.#trainer) await this.#queue.run(() => this.#picture());
      return null;
    },
    drawn: () => {
      this.#pageIsDrawing = false;
      return Promise.resolve(null);
    },
  };

  #post(event: Event, transfer?: Transferable[]): void {
    this.host.post(event, transfer);
  }

  #loaded(): Library {
    if (!this.#library) throw new Error('The library is not loaded yet: reload the page.');
    return this.#library;
  }

  #need(): Trainer {
    if (!this.#trainer) throw new Error('There is no model yet: choose a preset first.');
    return this.#trainer;
  }

  #needLatent(): Trainer {
    const trainer = this.#need();
    if (this.#model?.info.data.kind !== 'image') {
      throw new Error(
        'The studio needs a model that makes images: choose a preset under “Images”.',
      );
    }
    // The library is a file of its own, and a cache may hold an older one than the page's.
    if (!('latents' in trainer)) {
      throw new Error('The engine that was loaded is older than this page: reload the page.');
    }
    return trainer;
  }

  #options(options: TrainerOptions): TrainerOptions {
    return {
      ...options,
      ...(this.#dataUrl ? { dataUrl: this.#dataUrl } : {}),
      onProgress: (progress) => {
        this.#post({ event: 'progress', progress });
      },
    };
  }

  #setRunning(running: boolean): void {
    if (running === this.#running) return;
    this.#running = running;
    if (!running) this.#post({ event: 'phase', phase: undefined });
    this.#post({ event: 'running', running });
  }

  /** Makes a new trainer first and lets the old one go only then: a failure loses nothing. */
  #replace(make: (library: Library) => Promise<Trainer>): Promise<Model> {
    this.#setRunning(false);
    return this.#queue.run(async () => {
      const trainer = await make(this.#loaded());
      const old = this.#trainer;
      let model: Model;
      try {
        model = await this.#adopt(trainer);
      } catch (error) {
        trainer.free();
        throw error;
      }
      old?.free();
      return model;
    });
  }

  async #adopt(trainer: Trainer): Promise<Model> {
    const model = await describeModel(trainer);
    this.#trainer = trainer;
    this.#model = model;
    this.#pace = new Pace();
    this.#rate.clear();
    this.#historySince = 0;
    this.#pageIsDrawing = false;
    this.#keeper.clear();
    // Behind the reply with the model, so that the page knows what the picture is of.
    this.#later(async () => {
      if (trainer !== this.#trainer) return;
      this.#report(trainer, 0);
      await this.#picture();
      await this.#evaluateToy();
      await this.#keep(trainer);
    });
    return model;
  }

  /** A job that no call waits for; its failure is told all the same. */
  #later(job: () => Promise<void>): void {
    this.#queue.run(job).catch((error: unknown) => {
      this.#post({ event: 'failure', failure: toFailure(error) });
    });
  }

  async #headStart(trainer: Trainer, steps: number): Promise<void> {
    const pace = new Pace();
    for (let done = 0; done < steps;) {
      const chunk = Math.min(pace.steps, steps - done);
      const start = this.host.now();
      await trainer.train(chunk);
      pace.record(chunk, this.host.now() - start);
      done += chunk;
      this.#post({
        event: 'progress',
        progress: { stage: 'init', done, total: steps, label: 'first steps' },
      });
    }
  }

  async #loop(play: number): Promise<void> {
    while (this.#running && play === this.#plays) {
      try {
        if (this.#slow) await this.#slowRound(play);
        else await this.#queue.run(() => this.#chunk());
      } catch (error) {
        this.#setRunning(false);
        this.#post({ event: 'failure', failure: toFailure(error) });
      }
      await this.host.breathe();
    }
  }

  /** One round of the game at a pace that a reader can follow: D's updates, then G's. */
  async #slowRound(play: number): Promise<void> {
    const updates = Number(getPath(this.#model?.config, 'schedule.d_steps') ?? 1);
    const moves: Phase[] = [...Array<Phase>(updates).fill('d'), 'g'];
    for (const phase of moves) {
      if (!this.#running || !this.#slow || play !== this.#plays) return;
      this.#post({ event: 'phase', phase });
      await this.#queue.run(async () => {
        const trainer = this.#need();
        await trainer.step(phase);
        this.#report(trainer, 0);
        await this.#picture();
      });
      await this.host.sleep(PHASE_MS);
    }
    await this.#queue.run(() => this.#evaluateToy());
  }

  async #chunk(): Promise<void> {
    // A pause, a step or a new model may have been queued before this chunk.
    if (!this.#running) return;
    const trainer = this.#need();
    const { steps } = this.#pace;
    const start = this.host.now();
    const metrics = await trainer.train(steps);
    const end = this.host.now();
    this.#pace.record(steps, end - start);
    const stepsPerSecond = this.#rate.record(end, metrics.step);
    if (this.#frames.due(end) && !this.#pageIsDrawing) {
      this.#report(trainer, stepsPerSecond);
      await this.#picture();
    }
    if (this.#evaluations.due(this.host.now())) await this.#evaluateToy();
    if (this.#keeper.due(this.host.now())) await this.#keep(trainer);
  }

  /** A GPU can vanish at any moment; what is in memory here stays. */
  async #keep(trainer: Trainer): Promise<void> {
    if (trainer.info().backend !== 'webgpu') return;
    await this.#keeper.keep(trainer, () => this.host.now());
  }

  /** Sends the latest numbers and the part of the curves that the page does not have yet. */
  #report(trainer: Trainer, stepsPerSecond: number): void {
    const series = trainer.history(this.#historySince) as Series;
    const last = series.step?.at(-1);
    if (last !== undefined) this.#historySince = last + 1;
    this.#post({ event: 'metrics', step: trainer.info().step, stepsPerSecond, series });
  }

  async #picture(): Promise<void> {
    if (!this.#trainer || !this.#model) return;
    const start = this.host.now();
    const frame = await makeFrame(this.#trainer, this.#model, this.#view);
    this.#frames.record(start, this.host.now());
    this.#pageIsDrawing = true;
    this.#post({ event: 'frame', frame }, buffersOf(frame));
  }

  async #evaluate(): Promise<Evaluation> {
    const trainer = this.#need();
    const start = this.host.now();
    const values = await trainer.evaluate();
    this.#evaluations.record(start, this.host.now());
    return { step: trainer.info().step, values };
  }

  /** The exact metrics of a toy are cheap enough to come unasked; those of images are not. */
  async #evaluateToy(): Promise<void> {
    if (this.#model?.info.data.kind !== 'points') return;
    this.#post({ event: 'evaluation', evaluation: await this.#evaluate() });
  }
}

/** The library takes one JSON object: the preset's name and, nested, what differs from it. */
export function configText({
  preset,
  overrides,
}: Pick<CreateArgs, 'preset' | 'overrides'>): string {
  let config: JsonObject = { preset };
  for (const [path, value] of Object.entries(overrides)) config = withPath(config, path, value);
  return JSON.stringify(config);
}
