/**
 * The densities of data and samples over the plane, by which the best discriminator is known:
 * D* = p_data / (p_data + p_model) (2014 paper, proposition 1). Loaded when a layer asks for it.
 *
 * The model's density is a kernel estimate from its samples. A kernel blurs what it estimates, so the data's exact density is
 * seen through the same one. Where the model has the data's distribution the estimate is then right on average at every place
 * and for every width, and what differs is chance (Anderson, Hall and Titterington 1994).
 */
import type { Trainer } from '../library.ts';
import type { Bounds, Densities, Model } from '../protocol.ts';
import { lattice } from './lattice.ts';

/** Samples whose distances to all others choose the width. */
const CHOOSING = 128;
/** Kernels end so many standard deviations from their centre, where they have fallen to 4e-6 of their height. */
const REACH = 5;
/** As many widths as are tried, each smaller than the one before by the square root of two. */
const MOST_WIDTHS = 24;
/** How often the lattice on which the data's density is summed up is halved before that is given up. */
const FINEST = 4;
/** How far from 1 the sum may be; and the share of the highest density below which a place adds nothing. */
const OFF = 0.02;
const NOTHING = 1e-6;

/** Points of the plane, and how much of the whole is at each. */
interface Masses {
  points: Float32Array;
  of: (point: number) => number;
}

/** The data's density as masses on a lattice, fine enough for its smallest cluster; undefined where none is. */
function massesOf(
  density: (points: Float32Array) => Float32Array,
  [x0, x1, y0, y1]: Bounds,
  side: number,
): Masses | undefined {
  for (let finer = 1; finer <= FINEST; finer *= 2) {
    const sides = (side - 1) * finer + 1;
    const places = lattice([x0, x1, y0, y1], sides);
    const found = density(places);
    const cell = ((x1 - x0) * (y1 - y0)) / (sides - 1) ** 2;
    const mass = found.reduce((sum, p) => sum + p, 0) * cell;
    if (Math.abs(mass - 1) > OFF) continue;
    const least = NOTHING * found.reduce((most, p) => Math.max(most, p), 0);
    const kept = [...found.keys()].filter((i) => (found[i] ?? 0) > least);
    const points = Float32Array.from(
      kept.flatMap((i) => [places[2 * i] ?? 0, places[2 * i + 1] ?? 0]),
    );
    const masses = Float32Array.from(kept, (i) => ((found[i] ?? 0) * cell) / mass);
    return { points, of: (point) => masses[point] ?? 0 };
  }
  return undefined;
}

/** Those of each model, which do not change. */
const known = new WeakMap<Model, Masses | undefined>();

/** Both densities on the lattice of the picture; undefined where the data have none that it could show. */
export function densities(
  trainer: Pick<Trainer, 'density'>,
  model: Model,
  samples: Float32Array,
  side: number,
): Densities | undefined {
  const { bounds } = model;
  if (!known.has(model)) {
    known.set(
      model,
      massesOf((points) => trainer.density(points), bounds, side),
    );
  }
  const data = known.get(model);
  if (!data) return undefined;
  const count = samples.length / 2;
  // A kernel narrower than the places are apart would fall between them.
  const width = widthOf(samples, (bounds[1] - bounds[0]) / (side - 1));
  return {
    data: estimate(data, width, bounds, side),
    model: estimate({ points: samples, of: () => 1 / count }, width, bounds, side),
    one: 1 / (4 * Math.PI * count * width ** 2),
  };
}

/** A Gaussian of this width at each point, as much as it has: each a product of one along x and one along y. */
export function estimate(
  { points, of }: Masses,
  width: number,
  [x0, x1, y0, y1]: Bounds,
  side: number,
): Float32Array<ArrayBuffer> {
  const density = new Float32Array(side * side);
  const columns = new Float32Array(side);
  const along = (at: number, from: number, step: number): [number, number] => [
    Math.max(0, Math.ceil((at - REACH * width - from) / step)),
    Math.min(side - 1, Math.floor((at + REACH * width - from) / step)),
  ];
  const bell = (away: number): number =>
    Math.exp(-((away / width) ** 2) / 2) / (Math.sqrt(2 * Math.PI) * width);
  const [dx, dy] = [(x1 - x0) / (side - 1), (y1 - y0) / (side - 1)];
  for (let point = 0; 2 * point < points.length; point++) {
    const [x, y] = [points[2 * point] ?? 0, points[2 * point + 1] ?? 0];
    const [left, right] = along(x, x0, dx);
    const [bottom, top] = along(y, y0, dy);
    for (let i = left; i <= right; i++) columns[i] = bell(x0 + i * dx - x);
    for (let row = bottom; row <= top; row++) {
      const share = of(point) * bell(y0 + row * dy - y);
      for (let i = left; i <= right; i++) {
        density[row * side + i] = (density[row * side + i] ?? 0) + share * (columns[i] ?? 0);
      }
    }
  }
  return density;
}

/**
 * The width of the kernel, at least `least`: that of least-squares cross-validation (Rudemo 1982; Bowman 1984), among widths
 * from Scott's rule for one normal distribution (the deviation times n^(-1/6)), which blurs a ring of clusters into one, downward.
 *
 * What is least is ∫p² minus twice the mean at each sample of p without it, an estimate of the squared distance from the true
 * density but for a constant. A likelihood would hang on the loneliest samples, such as a stray one between two clusters, and
 * blur all others for their sake.
 */
export function widthOf(samples: Float32Array, least: number): number {
  const n = samples.length / 2;
  const variance = [0, 1].map((axis) => {
    const values = samples.filter((_, i) => i % 2 === axis);
    const mean = values.reduce((sum, x) => sum + x, 0) / n;
    return values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n;
  });
  const widest = Math.sqrt(variance.reduce((a, b) => a + b) / 2) * n ** (-1 / 6);
  if (n < 2 || !(widest > least)) return least;
  const count = Math.min(MOST_WIDTHS, Math.ceil(1 + 2 * Math.log2(widest / least)));
  // The sums of exp(-d² / 2v) over pairs at the distance d, for v from 2 widest² down, each half of the one before: each term is
  // then the square of the one before.
  const sums = new Float64Array(count + 1);
  const chosen = Math.min(n, CHOOSING);
  for (let i = 0; i < chosen; i++) {
    const [x, y] = [samples[2 * i] ?? 0, samples[2 * i + 1] ?? 0];
    for (let j = 0; j < n; j++) {
      if (i === j) continue;
      const square = ((samples[2 * j] ?? 0) - x) ** 2 + ((samples[2 * j + 1] ?? 0) - y) ** 2;
      let term = Math.exp(-square / (4 * widest ** 2));
      for (let k = 0; k <= count && term > 1e-12; k++) {
        sums[k] = (sums[k] ?? 0) + term;
        term *= term;
      }
    }
  }
  const means = sums.map((sum) => sum / (chosen * (n - 1)));
  // In the integral kernels have twice the variance of the estimate's, and each meets itself once.
  const risk = (k: number): number =>
    (1 / n + (1 - 1 / n) * (means[k] ?? 0) - 4 * (means[k + 1] ?? 0)) * 2 ** k;
  const [best = 0] = [...Array(count).keys()].sort((a, b) => risk(a) - risk(b));
  return Math.max(least, widest * 2 ** (-best / 2));
}
