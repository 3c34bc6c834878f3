/** Evenly spaced places. */
import type { Bounds } from '../protocol.ts';

export function linspace(from: number, to: number, n: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));
}

/** Points of a lattice over a box, row by row from the low corner. */
export function lattice([x0, x1, y0, y1]: Bounds, side: number): Float32Array<ArrayBuffer> {
  const xs = linspace(x0, x1, side);
  const ys = linspace(y0, y1, side);
  const points = new Float32Array(side * side * 2);
  let at = 0;
  for (const y of ys) {
    for (const x of xs) {
      points[at++] = x;
      points[at++] = y;
    }
  }
  return points;
}
