/**
 * The messages between the page and its one worker. A call carries an id and gets exactly one
 * reply with the same id; events come from the worker unasked.
 */
import type { Backend, BackendChoice, Code, Info, Preset, Progress } from './library.ts';
import type { InversionEvent, StudioCalls } from './protocol-studio.ts';
import type { Json } from './state/json.ts';
import type { SlowPace } from './state/slow.ts';
import type { Stop } from './state/stop.ts';

/** What to train: a preset plus what differs from it. */
export interface CreateArgs {
  preset: string;
  seed: number;
  backend: BackendChoice;
  overrides: Record<string, Json>;
  /** Steps to run before the first frame, so that a newcomer sees a game under way. */
  headStart: number;
}

/** What the stage shows: which of its optional layers are on, and what the model is asked for. */
export interface Show {
  heat: boolean;
  grid: boolean;
  arrows: boolean;
  /** Points: the best discriminator against the two densities, and their ratio. */
  optimal: boolean;
  ratio: boolean;
  /** The number of a class or category, of a model that makes what is asked for; undefined: each of them. */
  choice: number | undefined;
  /** Values of the continuous codes, of a model that has such; the middle where missing. */
  codes: readonly number[];
}

export const SHOW: Show = {
  heat: true,
  grid: false,
  arrows: false,
  optimal: false,
  ratio: false,
  choice: undefined,
  codes: [],
};

/** Whose move slow motion shows: the name of an update. */
export type Phase = string;

export interface Description {
  presets: Preset[];
}

/** The axis-aligned box that the stage shows. */
export type Bounds = [x0: number, x1: number, y0: number, y1: number];

/** Everything the page must know about a model when it appears (created, loaded, reset). */
export interface Model {
  info: Info;
  config: Json;
  /** A batch of real data; the stage's fixed backdrop. */
  real: Float32Array<ArrayBuffer>;
  bounds: Bounds;
  /** Samples get scores without a fixed range, not probabilities. */
  critic: boolean;
  /** What the model before had learned here, where this one took its place. */
  aside?: Aside;
  /** 1-D toys: the exact data density on `line.x`. */
  line?: { x: Float32Array<ArrayBuffer>; density: Float32Array<ArrayBuffer> };
}

/** A model that gave way to another, as a checkpoint. */
export interface Aside {
  bytes: Uint8Array<ArrayBuffer>;
  step: number;
}

/** Of the plane, in one over the square of the data's unit of length. */
export interface Densities {
  data: Float32Array<ArrayBuffer>;
  model: Float32Array<ArrayBuffer>;
  /** What one sample adds to `model` where it counts. The standard error of `model` is √(one × model) (Silverman 1986). */
  one: number;
}

export interface Frame {
  step: number;
  /** Samples; of a model that makes no images, real ones that it names. */
  fake: Float32Array<ArrayBuffer>;
  /** The class that such a model names each of them. */
  names?: readonly string[];
  /** Images of a model that makes what is asked for: what each row of the grid shows, and how many it has. */
  rows?: { words: readonly string[]; columns: number };
  /** The score, where the model has one. 2-D: over a square lattice; 1-D: along `line.x`; images: of each sample. */
  scores?: Float32Array<ArrayBuffer>;
  /** Images: the score of each of the model's real ones. */
  realScores?: Float32Array<ArrayBuffer>;
  /** 2-D: samples of a lattice of noise, row by row; 1-D: where each z of `noise` lands. */
  warped?: Float32Array<ArrayBuffer>;
  noise?: Float32Array<ArrayBuffer>;
  /** 2-D, where a layer asks for them: the densities of data and model on the lattice that the terrain is drawn on. */
  densities?: Densities;
}

export type Series = Record<string, Float64Array<ArrayBuffer>>;

/**
 * The library's codes: `structural` asks for a new model instead of a live change, `lost` leaves a checkpoint to go on from
 * (call `recover`). `superseded`: another model was asked for meanwhile, so that nobody waits for this one any more.
 */
export type FailureCode = Code | 'superseded';

export interface Failure {
  message: string;
  /** None where nobody expected it. */
  code?: FailureCode | undefined;
  /** The field of the config that is wrong, where it is one. */
  field?: string | undefined;
}

/** How long a preset's training step takes. */
export interface Timing {
  preset: string;
  backend: Backend;
  adapter: string;
  software: boolean;
  dispatchesPerStep: number;
  /** From nothing to the end of the first step: device, compilation, first kernels. */
  firstStepMs: number;
  /** Means over repetitions of `stepsPerRepetition` steps. */
  msPerStep: number[];
  stepsPerRepetition: number;
  /** All losses of each of the first steps, by which libraries are seen to do the same work. */
  losses: number[][];
}

export interface Calls extends StudioCalls {
  /** With a backend, what it takes is on its way when the catalog is there. */
  open: { args: { library: string; data: string; backend?: BackendChoice }; result: Description };
  /** The JSON schema of a config, which is fetched when it is first asked for. */
  describe: { args: null; result: Json };
  /** The file of a person's own images, for models whose config names them. */
  images: { args: { name: string; file: Uint8Array }; result: null };
  /** The model that there is goes on until the new one is ready; asked for again meanwhile, only the last counts. */
  create: { args: CreateArgs; result: Model };
  /** `name`: what a person calls it. */
  load: { args: { bytes: Uint8Array; backend: BackendChoice; name: string }; result: Model };
  /** The model that there is goes on elsewhere; nothing is put aside. */
  move: { args: { backend: BackendChoice }; result: Model };
  reset: { args: { seed: number }; result: Model };
  /** Goes on, on the CPU, from the last checkpoint of a model whose GPU is gone. */
  recover: { args: null; result: Model };
  /** Goes on from an earlier step of the run, exactly as it was then. */
  branch: { args: { step: number }; result: Model };
  /** To a step, or until it is paused or where `stop` says. */
  play: { args: { until: number | undefined; stop?: Stop | undefined }; result: null };
  pause: { args: null; result: null };
  /** Slow motion, how slow; undefined: at full speed. */
  speed: { args: { slow: SlowPace | undefined }; result: null };
  /** One update, or without one a whole step. */
  step: { args: { update: string | undefined }; result: null };
  set: { args: { path: string; value: Json }; result: { config: Json } };
  /** Samples of some latents; without them of `n` that stay the same, or of none where the model decodes none. */
  sample: {
    args: { n: number; latents: Float32Array | undefined };
    result: { samples: Float32Array; latents: Float32Array };
  };
  save: { args: null; result: Uint8Array<ArrayBuffer> };
  evaluate: { args: null; result: Evaluation };
  bench: { args: { preset: string; backend: Backend }; result: Timing };
  show: { args: Show; result: null };
  /** The page has drawn the last frame and may be sent another. */
  drawn: { args: null; result: null };
}
export type CallName = keyof Calls;

/** The worker's side of every call. */
export type Handlers = { [K in CallName]: (args: Calls[K]['args']) => Promise<Calls[K]['result']> };

export type Request = {
  [K in CallName]: { id: number; call: K; args: Calls[K]['args'] };
}[CallName];

export interface Evaluation {
  step: number;
  values: Record<string, number>;
}

export type Event =
  | { event: 'progress'; progress: Progress }
  /** `reached`: why training stopped by itself before its end. */
  | { event: 'running'; running: boolean; reached?: Stop }
  | { event: 'phase'; phase: Phase | undefined }
  | { event: 'metrics'; step: number; stepsPerSecond: number; series: Series }
  | { event: 'frame'; frame: Frame }
  | { event: 'evaluation'; evaluation: Evaluation }
  | InversionEvent
  | { event: 'failure'; failure: Failure };

export type Reply =
  | { id: number; ok: true; result: Calls[CallName]['result'] }
  | { id: number; ok: false; failure: Failure };

export type FromWorker = Reply | Event;

const CODES: readonly FailureCode[] = [
  'structural',
  'lost',
  'diverged',
  'input',
  'data',
  'unsupported',
  'superseded',
];

/** A failure of the worker's own, with its code. */
export class Refusal extends Error {
  constructor(
    readonly code: FailureCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** An error as a message. The errors of browsers have codes too, which are none of ours. */
export function toFailure(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const { code: found, field } = Object(error) as { code?: unknown; field?: unknown };
  const code = CODES.find((code) => code === found);
  if (!code) return { message };
  return typeof field === 'string' ? { message, code, field } : { message, code };
}
