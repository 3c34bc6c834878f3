/**
 * The worker's brain: answers the page's calls, and knows which model there is. Knows nothing of `self` or
 * `import()`, so that tests drive it with a stand-in library.
 */
import type { BackendChoice, Library, Trainer, TrainerOptions } from '../library.ts';
import {
  type Calls,
  type CallName,
  type CreateArgs,
  type Event,
  type FromWorker,
  type Handlers,
  type Model,
  Refusal,
  type Request,
  toFailure,
} from '../protocol.ts';
import { hasLatentImages, NO_STUDIO } from '../state/describe.ts';
import { type Json, type JsonObject, withPath } from '../state/json.ts';
import { configOf, Sets } from '../state/own-sets.ts';
import { timePreset } from './bench.ts';
import { describeModel } from './frames.ts';
import type { Keeper, Way } from './keeper.ts';
import { studioCalls } from './latent.ts';
import { Pace } from './pace.ts';
import { Queue } from './queue.ts';
import { type Clock, Training } from './training.ts';

export interface Host extends Clock {
  post(message: FromWorker, transfer?: Transferable[]): void;
  load(url: string, backend?: BackendChoice): Promise<Library>;
}

/** What is done while a run goes a part of its way again. */
const AGAIN = 'the same steps again';

type Make = (library: Library) => Promise<Trainer>;
type Leave = () => Promise<Pick<Model, 'aside'>>;

export class Engine {
  readonly #queue = new Queue();
  readonly #training: Training;
  readonly #sets = new Sets();
  #library: Library | undefined;
  #dataUrl: string | undefined;
  /** How many models were asked for: of those that are being made, only the last is wanted. */
  #makes = 0;

  constructor(private readonly host: Host) {
    this.#training = new Training(host, this.#queue, (event, transfer) => {
      host.post(event, transfer);
    });
  }

  async handle(request: Request): Promise<void> {
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
    open: async ({ library, data, backend }) => {
      this.#dataUrl = data;
      this.#library ??= await this.host.load(library, backend);
      return {
        presets: JSON.parse(this.#library.presets()) as Calls['open']['result']['presets'],
      };
    },
    describe: async () => JSON.parse((await this.#library?.describe()) ?? 'null') as Json,
    images: ({ name, file }) => {
      this.#sets.put(name, file);
      return Promise.resolve(null);
    },
    create: (args) =>
      this.#replace(async (library) => {
        const { backend, seed } = args;
        const config = configText(args);
        const images = this.#sets.for(JSON.parse(config) as Json);
        const options = this.#options({ backend, seed, ...images });
        const trainer = await library.Trainer.create(config, options);
        await this.#advance(trainer, args.headStart, 'first steps');
        return trainer;
      }),
    load: ({ bytes, backend }) =>
      this.#replaceStill((library) => this.#load(library, bytes, backend)),
    move: ({ backend }) =>
      this.#replaceStill(
        async (library) => {
          const bytes = await this.#save();
          this.#training.keeper.put(this.#training.need().info().step, bytes);
          return this.#load(library, bytes, backend);
        },
        // It is the same model.
        () => Promise.resolve({}),
      ),
    reset: ({ seed }) =>
      this.#queue.run(async () => {
        const trainer = this.#training.need();
        const aside = await this.#training.aside();
        await trainer.reset(seed);
        return { ...(await this.#adopt(trainer)), ...aside };
      }),
    recover: () =>
      this.#replaceStill((library) =>
        this.#load(library, this.#training.keeper.checkpoint(), 'cpu'),
      ),
    branch: ({ step }) => {
      const { keeper } = this.#training;
      const { backend } = this.#training.need().info();
      const way = keeper.wayTo(step);
      return this.#replaceStill(
        async (library) => {
          const trainer = await this.#load(library, way.bytes, backend);
          try {
            await this.#replay(trainer, way, step);
          } catch (error) {
            trainer.free();
            throw error;
          }
          return trainer;
        },
        undefined,
        keeper.upTo(step),
      );
    },
    play: async ({ until, stop }) => {
      await this.#training.play(until, stop);
      return null;
    },
    pause: async () => {
      await this.#training.pause();
      return null;
    },
    speed: ({ slow }) => {
      this.#training.slow = slow;
      return Promise.resolve(null);
    },
    step: async ({ update }) => {
      await this.#training.step(update);
      return null;
    },
    set: ({ path, value }) => this.#queue.run(() => ({ config: this.#training.set(path, value) })),
    sample: ({ n, latents }) =>
      this.#queue.run(async () => {
        const trainer = this.#training.need();
        if (trainer.info().latent_dim === 0)
          return { samples: await trainer.sample(n), latents: new Float32Array() };
        const z = latents ?? trainer.latents(n);
        return { samples: await trainer.generate(z), latents: z };
      }),
    save: () => this.#save(),
    evaluate: () => this.#queue.run(() => this.#training.evaluate()),
    bench: ({ preset, backend }) =>
      this.#queue.run(() =>
        timePreset(this.#loaded(), preset, this.#options({ backend, seed: 0 }), () =>
          this.host.now(),
        ),
      ),
    show: async (show) => {
      this.#training.show = show;
      await this.#queue.run(() => this.#training.picture());
      return null;
    },
    drawn: () => {
      this.#training.pageIsDrawing = false;
      return Promise.resolve(null);
    },
  };

  #post(event: Event): void {
    this.host.post(event);
  }

  #loaded(): Library {
    if (!this.#library)
      throw new Refusal('input', 'The library is not loaded yet: reload the page.');
    return this.#library;
  }

  #needLatent(): Trainer {
    const trainer = this.#training.need();
    const { model } = this.#training;
    if (!model || !hasLatentImages(model.info)) throw new Refusal('unsupported', NO_STUDIO);
    // The library is a file of its own, and a cache may hold an older one than the page's.
    if (!('latents' in trainer)) {
      throw new Refusal(
        'unsupported',
        'The engine that was loaded is older than this page: reload the page.',
      );
    }
    return trainer;
  }

  /** From a checkpoint, with the images that it was trained on where they are here. */
  #load(library: Library, bytes: Uint8Array, backend: BackendChoice): Promise<Trainer> {
    const images = this.#sets.for(configOf(bytes));
    return library.Trainer.load(bytes, this.#options({ backend, ...images }));
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

  #save(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#queue.run(
      async () => (await this.#training.need().save()) as Uint8Array<ArrayBuffer>,
    );
  }

  /**
   * Makes a new trainer first and lets the old one go only then: a failure loses nothing. `leave` is what is kept of the
   * old one, unless whoever asks has kept it; `keeper`, what is kept of the new one already.
   */
  async #replace(make: Make, leave?: Leave, keeper?: Keeper): Promise<Model> {
    const turn = ++this.#makes;
    const check = (): void => {
      if (turn !== this.#makes)
        throw new Refusal('superseded', 'Another model was chosen meanwhile.');
    };
    // Of several that were asked for while the worker was busy, only the last is made at all.
    await this.host.breathe();
    check();
    if (!leave) await this.#queue.run(() => this.#training.secure());
    const trainer = await make(this.#loaded()).catch((error: unknown) => {
      throw this.#survived(error);
    });
    return this.#queue.run(async () => {
      const old = this.#training.trainer;
      try {
        check();
        this.#training.stop();
        const left = await (leave?.() ?? this.#training.aside());
        const model = await this.#adopt(trainer, keeper);
        old?.free();
        return { ...model, ...left };
      } catch (error) {
        trainer.free();
        throw error;
      }
    });
  }

  /** Where the engine ended while it made a model, but the one that there is lives elsewhere, nothing is lost. */
  #survived(error: unknown): unknown {
    const { message, code } = toFailure(error);
    const lost = code === 'lost' && this.#training.trainer && !this.#training.alive;
    return code === 'lost' && !lost ? new Refusal('unsupported', message) : error;
  }

  /** The same for a model whose last state has been saved already. */
  #replaceStill(make: Make, leave?: Leave, keeper?: Keeper): Promise<Model> {
    this.#training.stop();
    return this.#replace(make, leave, keeper);
  }

  async #adopt(trainer: Trainer, keeper?: Keeper): Promise<Model> {
    const model = await describeModel(trainer);
    this.#training.adopt(trainer, model, keeper);
    return model;
  }

  /** Goes a way again that a run has gone. */
  async #replay(trainer: Trainer, { deeds }: Way, until: number): Promise<void> {
    for (const deed of deeds) {
      await this.#advance(trainer, deed.step, AGAIN);
      if ('update' in deed) await trainer.step(deed.update);
      else trainer.set(deed.path, deed.value);
    }
    await this.#advance(trainer, until, AGAIN);
  }

  /** Trains to a step before the model is shown. */
  async #advance(trainer: Trainer, until: number, label: string): Promise<void> {
    const pace = new Pace();
    const steps = until - trainer.info().step;
    for (let done = 0; done < steps;) {
      const chunk = Math.min(pace.steps, steps - done);
      const start = this.host.now();
      await trainer.train(chunk);
      pace.record(chunk, this.host.now() - start);
      done += chunk;
      this.#post({
        event: 'progress',
        progress: { stage: 'init', done, total: steps, label },
      });
    }
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
