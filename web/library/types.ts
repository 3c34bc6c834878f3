/**
 * What the library offers, as `lib/ganlet.d.ts` says it to others.
 *
 * Kept by hand, because what wasm-bindgen generates exists only after a Rust build while the page must type-check
 * without one. `check/fits.ts` holds it against that at every build of the library, e2e/library.spec.ts against what it does.
 */

/**
 * What kind of failure an error is, for programs; its message is for people. `structural`: the change needs a new trainer.
 * `lost`: the device or the engine is gone, and with it what was not saved. `diverged`: training left the finite numbers;
 * the trainer is back at the last good step. `input`: what was passed cannot be used. `data`: what was loaded cannot.
 * `unsupported`: this device, this browser or this model cannot do it.
 */
export type Code = 'structural' | 'lost' | 'diverged' | 'input' | 'data' | 'unsupported';

/** What every call that fails throws or rejects with. */
export interface LibraryError extends Error {
  code: Code;
  /** The field of the config that is wrong, where it is one: a dotted path such as `g_optimizer.lr`. */
  field?: string;
}

export type Backend = 'webgpu' | 'cpu';
export type BackendChoice = 'auto' | Backend;

export interface Progress {
  stage: 'adapter' | 'engine' | 'data' | 'compile' | 'init';
  done: number;
  total: number;
  label?: string;
}

/** The step, and every metric of `info().metrics` by its name. */
export type Metrics = { step: number } & Record<string, number>;

export interface DataInfo {
  kind: 'points' | 'image';
  dim: number;
  width: number;
  height: number;
  channels: number;
  range: [number, number];
  name: string;
  bounds?: [number, number, number, number] | null;
}

/** One of the moves of a training step: which networks follow the gradient of its loss, and how often within a step. */
export interface Update {
  name: string;
  title: string;
  networks: string[];
  times: number;
}

/**
 * One part of a question, rows of `len` numbers. `noise`: draws from the prior. `label`: the number of a class.
 * `category`: the number of one of `count` that the model gave a meaning of its own; `code`: numbers from -1 to 1, likewise.
 */
export type Input = { name: string; len: number } & (
  | { kind: 'noise'; prior: { kind: string; dim: number; scale: number } }
  | { kind: 'label'; classes: string[] }
  | { kind: 'category'; count: number }
  | { kind: 'code' | 'sample' }
);

/**
 * Something that can be asked of a model. `decode`: from noise to samples. `score`: how real a sample is. `scored`:
 * decoded images, the score behind the numbers of each. `encode`: from samples to latents. `reconstruct`: to what the model makes of them. `log_density`: in nats, or a bound of it.
 * `classify`: probabilities of classes or codes. `chain`: samples after one more step of a Markov chain.
 */
export interface View {
  name: string;
  kind:
    'decode' | 'score' | 'scored' | 'encode' | 'reconstruct' | 'log_density' | 'classify' | 'chain';
  inputs: Input[];
  /** Numbers of one answer, and what they lie between where that is known. */
  len: number;
  range: [number, number] | null;
}

/** What is asked of a view: `n` answers, to rows of numbers by the names of its inputs. */
export interface Ask {
  view: string;
  inputs: Record<string, Float32Array>;
  n: number;
}

/** Meanings that have a colour. */
export type Colour = 'generator' | 'discriminator' | 'real' | 'fake' | 'third' | 'neutral';

/** What is recorded at every step: a name in `history()`, with words, a unit ('' for a pure number) and a chart. */
export interface Metric {
  name: string;
  title: string;
  unit: string;
  chart: 'loss' | 'score' | 'gradient' | 'other';
  colour: Colour;
}

/** A part of a model: `field` is its place in the config, `view` the view whose answers it shows. */
export interface Block {
  name: string;
  title: string;
  field: string;
  view: string | null;
  colour: Colour;
}

/** How the parts of a model hang together; `gradient_of`: the updates whose gradient flows back along an arrow. */
export interface Diagram {
  blocks: Block[];
  arrows: { from: string; to: string; gradient_of: string[] }[];
}

export interface Info {
  backend: Backend;
  adapter: string;
  software: boolean;
  fallback_reason?: string | null;
  kernels: number;
  dispatches_per_step: number;
  gpu_bytes: number;
  step: number;
  /** 0 where the model decodes no latents. */
  latent_dim: number;
  seed: number;
  /** The kind of model, such as `gan` or `vae`. */
  model: string;
  /** What learns, with its place in the config. */
  networks: { name: string; field: string }[];
  updates: Update[];
  views: View[];
  metrics: Metric[];
  diagram: Diagram;
  data: DataInfo;
}

export type History = { step: Float64Array } & Record<string, Float64Array>;

export interface TrainerOptions {
  /** `auto`, unless given: a GPU where there is a real one. */
  backend?: BackendChoice;
  seed?: number;
  /** Folder with the data sets; by default `data/` beside the library's folder. */
  dataUrl?: string;
  /**
   * The file of a person's own images, where the config's data are such: safetensors with `images`, u8 `[count, size, size,
   * channels]`, and, where they have labels, `labels`, u8 `[count]`.
   */
  images?: Uint8Array;
  onProgress?: (progress: Progress) => void;
}

/** A trainer as a module has it: `ask` is made of `askAll`. */
export type ModuleTrainer = Omit<Trainer, 'ask'>;

export interface Trainer extends LatentTools {
  train(steps: number): Promise<Metrics>;
  /** One update of `info().updates` alone. The last completes a step; within one, `history` changes its last row. */
  step(update: string): Promise<Metrics>;
  sample(n: number): Promise<Float32Array>;
  generate(z: Float32Array): Promise<Float32Array>;
  real(n: number): Promise<Float32Array>;
  discriminate(x: Float32Array): Promise<Float32Array>;
  /** Latents of samples, of a model that has an encoder. */
  encode(x: Float32Array): Promise<Float32Array>;
  /** What the model makes of samples by way of their latents. */
  reconstruct(x: Float32Array): Promise<Float32Array>;
  /**
   * `n` answers of a view in `info().views`, to rows of numbers by the names of its inputs. What is left out is filled in:
   * the noise of every redraw, each class in turn, codes in the middle.
   */
  ask(view: string, inputs: Record<string, Float32Array>, n: number): Promise<Float32Array>;
  /** Several such questions, whose answers are waited for together: one trip to the device and back. */
  askAll(asks: Ask[]): Promise<Float32Array[]>;
  history(since: number): History;
  evaluate(): Promise<Record<string, number>>;
  density(points: Float32Array): Float32Array;
  set(path: string, value: unknown): void;
  config(): string;
  info(): Info;
  save(): Promise<Uint8Array>;
  reset(seed: number): Promise<void>;
  free(): void;
}

/** Something that is known of every image of a set, such as `glasses`: which of some classes it belongs to. */
export interface Attribute {
  name: string;
  classes: string[];
}

/**
 * A way to go in latent space. `attribute`: from the mean latent of one class to that of another, found by
 * classifying many samples. `property`: along a measured property of the strokes of digits. `principal`: one of the
 * directions in which the first layer of G stretches most, found without labels.
 */
export interface Direction {
  name: string;
  kind: 'attribute' | 'property' | 'principal';
}

/** How far an inversion is. `error` is the least mean squared error so far, in the units of the pixels. */
export interface InversionProgress {
  step: number;
  steps: number;
  error: number;
}

export interface Inversion {
  z: Float32Array;
  /** G(z), as the model is now. */
  image: Float32Array;
  /** Mean squared error between `image` and what was to be found. */
  error: number;
}

/**
 * Latent space. Latents are rows of `latent_dim` numbers, images rows of `data.dim`; both go in and come out flat.
 * Nothing here trains anything. Every call rejects with a message that says what to do.
 */
export interface LatentTools {
  /** `n` latents from the prior, the same for the same seed. A truncation below 1 draws numbers nearer to the middle. */
  latents(n: number, options?: { seed?: number; truncation?: number }): Float32Array;
  /** The mean of a basket of latents. An empty basket is an error. */
  mean(latents: Float32Array): Float32Array;
  /**
   * `mean(A) - mean(B) + mean(C)` of three baskets of latents, each times its coefficient ([1, -1, 1] unless given);
   * `rescale` puts the result at the typical distance of the prior's latents from the middle (true unless given).
   */
  arithmetic(
    a: Float32Array,
    b: Float32Array,
    c: Float32Array,
    options?: { coefficients?: [number, number, number]; rescale?: boolean },
  ): Float32Array;
  /** 9 latents around `z`, which is the fifth: the others differ by uniform noise of +-`radius` (0.25 unless given). */
  neighbours(z: Float32Array, options?: { radius?: number; seed?: number }): Float32Array;
  /** `steps` latents from `a` to `b`, ends included. */
  walk(a: Float32Array, b: Float32Array, steps: number, kind: 'linear' | 'spherical'): Float32Array;
  /** `a + u (b - a) + v (c - a)` for each pair u, v of `uv`. */
  plane(a: Float32Array, b: Float32Array, c: Float32Array, uv: Float32Array): Float32Array;
  /** What there is to go along. The first call after training samples and classifies (seconds on a CPU). */
  directions(): Promise<Direction[]>;
  /** The latent to add for one step along a direction of `directions()`. */
  direction(name: string): Promise<Float32Array>;
  /** What `classify` tells apart; empty where no classifier is known for the data. */
  attributes(): Attribute[];
  /** For each image, the probability of every class of every attribute, in the order of `attributes()`. */
  classify(images: Float32Array): Promise<Float32Array>;
  /** `n` latents whose samples are classified as wanted, such as `{ person: 'man', glasses: 'glasses' }`. */
  find(
    wanted: Record<string, string>,
    n: number,
    options?: { seed?: number },
  ): Promise<Float32Array>;
  /** The latent whose sample is nearest to an image: Adam on z from several starts at once. */
  invert(
    image: Float32Array,
    options?: {
      steps?: number;
      starts?: number;
      seed?: number;
      onProgress?: (progress: InversionProgress) => void;
    },
  ): Promise<Inversion>;
}

export interface TrainerClass {
  /** Opens a game: a preset's name, or `{preset, …what differs}` as an object or as JSON. */
  create(config: string | object, options?: TrainerOptions): Promise<Trainer>;
  /** Goes on from a saved file. */
  load(bytes: Uint8Array | ArrayBuffer, options?: TrainerOptions): Promise<Trainer>;
}
