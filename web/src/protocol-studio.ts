/** The studio's part of the line between page and worker: latents in, pictures of them out. */
import type { Attribute, Direction, Inversion, InversionProgress } from './library.ts';

/** What the classifier takes an image for, of one attribute. */
export interface Prediction {
  attribute: string;
  label: string;
  /** The label as one says it: "no glasses", "black hair". */
  words: string;
  probability: number;
}

/** Latents with what G makes of them and what the classifier sees in each. */
export interface Decoded {
  count: number;
  z: Float32Array<ArrayBuffer>;
  images: Float32Array<ArrayBuffer>;
  predictions: Prediction[][];
}

/** Which draw from the prior a latent is. It is the same one on every machine, so that a link needs to say no more. */
export interface Draw {
  /** Undefined: the run's own. */
  seed: number | undefined;
  /** Its place among the draws of that seed, from 0. */
  index: number;
  truncation: number;
}

/** Latents that were looked for, with the draw that each is, where it is one of the first `MOST_DRAWN`. */
export interface Found extends Decoded {
  draws: readonly (Draw | undefined)[];
}

/** As many draws of a seed are looked through, and can be asked for by number. */
export const MOST_DRAWN = 4096;

export type Three<T> = [a: T, b: T, c: T];

export interface Arithmetic {
  /** The image of each basket's mean. */
  means: Decoded;
  /** The result in the middle of eight neighbours. */
  result: Decoded;
}

/** So much of a direction. */
export interface Move {
  direction: string;
  amount: number;
}

export interface StudioCalls {
  /** What the classifier tells apart and where there is to go. */
  survey: { args: null; result: { attributes: Attribute[]; directions: Direction[] } };
  /** Without predictions: while a slider is dragged, nobody reads them, and they take as long as the pictures. */
  samples: { args: { n: number; seed: number | undefined; truncation: number }; result: Decoded };
  /** What the classifier sees in images that were sent without. */
  classify: { args: { images: Float32Array }; result: Prediction[][] };
  decode: { args: { z: Float32Array }; result: Decoded };
  mean: { args: { latents: Float32Array }; result: Decoded };
  arithmetic: {
    args: { baskets: Three<Float32Array>; coefficients: Three<number>; rescale: boolean };
    result: Arithmetic;
  };
  walk: {
    args: {
      from: Float32Array;
      to: Float32Array;
      steps: number;
      kind: 'linear' | 'spherical';
    };
    result: Decoded;
  };
  plane: { args: { corners: Three<Float32Array>; uv: Float32Array }; result: Decoded };
  shift: { args: { z: Float32Array; moves: Move[] }; result: Decoded };
  /** Three groups of samples that differ in what is wanted alone; null where too few are alike in all else. */
  match: {
    args: { wanted: Three<Record<string, string>>; n: number; seed: number };
    result: Three<Found> | null;
  };
  find: { args: { wanted: Record<string, string>; n: number; seed: number }; result: Found };
  draw: { args: { draws: readonly Draw[] }; result: Decoded };
  invert: { args: { image: Float32Array }; result: Inversion };
}

export interface InversionEvent {
  event: 'inverting';
  progress: InversionProgress;
}
