/** The scores of the real and the generated samples on show, from a frame: probabilities as they
 * are, scores without a range by their own spread. */
import type { Bounds, Frame, Model } from '../protocol.ts';
import { normalize } from './terrain.ts';

export interface Scores {
  real: Float32Array;
  fake: Float32Array;
}

export function scoresOf(model: Model, frame: Frame | undefined): Scores | undefined {
  const scores = frame?.scores;
  if (!frame || !scores) return undefined;
  if (frame.realScores) {
    const both = new Float32Array(frame.realScores.length + scores.length);
    both.set(frame.realScores);
    both.set(scores, frame.realScores.length);
    const values = normalize(both, model.critic);
    const cut = frame.realScores.length;
    return { real: values.subarray(0, cut), fake: values.subarray(cut) };
  }
  // Of labelled images nobody knows the real ones' labels.
  if (model.info.data.kind === 'image') return undefined;
  const values = normalize(scores, model.critic);
  const [x0, x1] = model.bounds;
  const read = model.line
    ? (points: Float32Array) => alongLine(values, x0, x1, points)
    : (points: Float32Array) => overPlane(values, model.bounds, points);
  return { real: read(model.real), fake: read(frame.fake) };
}

/** Values on evenly spaced places of [x0, x1], read at points by the nearest place. */
function alongLine(
  values: Float32Array,
  x0: number,
  x1: number,
  points: Float32Array,
): Float32Array {
  return points.map((x) => values[place(x, x0, x1, values.length)] ?? NaN);
}

/** Values on a square lattice over a box, read at points [n, 2] by the nearest place. */
function overPlane(
  values: Float32Array,
  [x0, x1, y0, y1]: Bounds,
  points: Float32Array,
): Float32Array {
  const side = Math.round(Math.sqrt(values.length));
  return Float32Array.from({ length: points.length / 2 }, (_, i) => {
    const column = place(points[2 * i] ?? 0, x0, x1, side);
    const row = place(points[2 * i + 1] ?? 0, y0, y1, side);
    return values[row * side + column] ?? NaN;
  });
}

function place(value: number, from: number, to: number, count: number): number {
  const at = Math.round(((value - from) / (to - from)) * (count - 1));
  return Math.max(0, Math.min(count - 1, at));
}

/** Shares of values in equal bins of [0, 1]; what is not a number is left out. */
export function histogram(values: Float32Array, bins: number): number[] {
  const counts = Array<number>(bins).fill(0);
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    const bin = Math.max(0, Math.min(bins - 1, Math.floor(value * bins)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts.map((count) => count / Math.max(1, values.length));
}
