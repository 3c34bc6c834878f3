/** What a picture shows, in numbers, by comparing what the model made with real data: cheap enough for every picture. */
import type { DataInfo } from '../library.ts';
import type { Frame, Model } from '../protocol.ts';

export interface Looks {
  /** Points: the share of places on the stage where D answers about one half. */
  undecided?: number | undefined;
  /** Points: how far the middle of the samples has travelled in the second half of the run, in deviations of the data. */
  travelled?: number | undefined;
  /** Images: how much neighbouring pixels differ, over the same of real images: 1 where samples are as smooth. */
  noise?: number | undefined;
  /** Images: how far samples are from each other, over the same of real images: 1 where they vary as much. */
  variety?: number | undefined;
}

/** D cannot tell: its probability is within a tenth of one half. */
const ABOUT = 0.1;

/** `film`: pictures of the run so far, in their order. */
export function looksOf(
  model: Model,
  frame: Frame | undefined,
  film: readonly Frame[] = [],
): Looks {
  if (!frame || frame.fake.length === 0) return {};
  if (model.info.data.kind === 'image') {
    const { data } = model.info;
    return {
      noise: roughness(frame.fake, data) / roughness(model.real, data),
      variety: spread(frame.fake, data.dim) / spread(model.real, data.dim),
    };
  }
  return {
    undecided: model.critic || !frame.scores ? undefined : share(frame.scores),
    travelled: travelled(film, model),
  };
}

/** Fewer pictures say too little of a way. */
const FEWEST = 8;

function travelled(film: readonly Frame[], { info, real }: Model): number | undefined {
  const { dim } = info.data;
  const half = film.slice(Math.floor(film.length / 2));
  if (half.length < FEWEST) return undefined;
  const middles = half.map(({ fake }) => middle(fake, dim));
  const way = middles
    .slice(1)
    .reduce(
      (sum, at, i) => sum + Math.hypot(...at.map((x, axis) => x - (middles[i]?.[axis] ?? x))),
      0,
    );
  return way / width(real, dim);
}

/** The mean of points, on each axis. */
function middle(points: Float32Array, dim: number): number[] {
  const sums = new Array<number>(dim).fill(0);
  points.forEach((x, i) => (sums[i % dim] = (sums[i % dim] ?? 0) + x));
  return sums.map((sum) => (sum * dim) / points.length);
}

/** The root of the mean squared distance of points from their middle. */
function width(points: Float32Array, dim: number): number {
  const centre = middle(points, dim);
  const squares = points.reduce((sum, x, i) => sum + (x - (centre[i % dim] ?? 0)) ** 2, 0);
  return Math.sqrt((squares * dim) / points.length);
}

function share(scores: Float32Array): number {
  let about = 0;
  for (const value of scores) if (Math.abs(value - 0.5) <= ABOUT) about += 1;
  return about / scores.length;
}

/** The mean difference of a pixel from its neighbour to the right. */
function roughness(images: Float32Array, { width, channels }: DataInfo): number {
  const row = width * channels;
  let sum = 0;
  let count = 0;
  for (let i = 0; i + channels < images.length; i++) {
    if (i % row >= row - channels) continue;
    sum += Math.abs((images[i + channels] ?? 0) - (images[i] ?? 0));
    count += 1;
  }
  return sum / count;
}

/** The mean distance of an image from the next. */
function spread(images: Float32Array, dim: number): number {
  const count = Math.floor(images.length / dim);
  let sum = 0;
  for (let image = 0; image + 1 < count; image++) {
    let squares = 0;
    for (let i = image * dim; i < (image + 1) * dim; i++) {
      squares += ((images[i + dim] ?? 0) - (images[i] ?? 0)) ** 2;
    }
    sum += Math.sqrt(squares);
  }
  return sum / (count - 1);
}
