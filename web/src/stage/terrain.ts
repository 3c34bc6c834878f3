/**
 * D's terrain over a square lattice: its colours, its slope and its undecided line. Pure, so that
 * it can be tested without a canvas.
 */

/** D's values brought to [0, 1]: probabilities as they are, a critic's scores by their own spread. */
export function normalize(values: Float32Array, critic: boolean): Float32Array {
  if (!critic) return values;
  let lo = Infinity;
  let hi = -Infinity;
  for (const v of values) {
    if (Number.isFinite(v)) {
      lo = Math.min(lo, v);
      hi = Math.max(hi, v);
    }
  }
  const range = hi - lo || 1;
  return values.map((v) => (v - lo) / range);
}

type Rgb = readonly [number, number, number];

/** Places of the finer lattice between two of the coarse one. */
const FINER = 4;

/** Sides of a lattice that is made finer. */
export const finerSide = (side: number): number => (side - 1) * FINER + 1;

/** The values between those of a lattice, by cubic (Catmull-Rom) curves through them: what is drawn then has no corners of its own. */
export function finer(values: Float32Array, side: number): Float32Array {
  const fine = finerSide(side);
  const rows = new Float32Array(side * fine);
  for (let y = 0; y < side; y++) curve(values, y * side, 1, side, rows, y * fine, 1);
  const out = new Float32Array(fine * fine);
  for (let x = 0; x < fine; x++) curve(rows, x, fine, side, out, x, fine);
  return out;
}

/** One line of it: `n` values from `at` on, `step` apart, to finer ones within [0, 1]. */
function curve(
  from: Float32Array,
  at: number,
  step: number,
  n: number,
  to: Float32Array,
  start: number,
  stride: number,
): void {
  const value = (i: number): number => from[at + Math.max(0, Math.min(n - 1, i)) * step] ?? 0;
  for (let i = 0; i < n; i++) {
    const [a, b, c, d] = [value(i - 1), value(i), value(i + 1), value(i + 2)];
    for (let part = 0; part < (i < n - 1 ? FINER : 1); part++) {
      const t = part / FINER;
      const y = b + (t / 2) * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
      to[start + (i * FINER + part) * stride] = Math.min(1, Math.max(0, y));
    }
  }
}

/** How much of the strongest tint a value gets: small leanings, where most of the game is played, are lifted, with no crease at one
 * half. */
const LIFT = 0.15;
export function tintOf(value: number): number {
  const lean = Math.min(1, Math.abs(value - 0.5) * 2);
  return lean * Math.sqrt((1 + LIFT) / (lean * lean + LIFT));
}

/** Pixels of the terrain on paper: tinted "real" above a half, tinted "fake" below, paper where undecided. Opaque, because the few
 * levels of a faint transparency would be seen as steps; nothing where there is no value. */
export function terrainPixels(
  values: Float32Array,
  side: number,
  { real, fake, paper }: { real: Rgb; fake: Rgb; paper: Rgb },
  strength: number,
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(side * side * 4);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const value = values[row * side + column] ?? 0.5;
      if (Number.isNaN(value)) continue;
      const tint = value >= 0.5 ? real : fake;
      const share = (strength / 255) * tintOf(value);
      // Images start at the top, the lattice at the bottom.
      const at = ((side - 1 - row) * side + column) * 4;
      pixels[at] = paper[0] + (tint[0] - paper[0]) * share;
      pixels[at + 1] = paper[1] + (tint[1] - paper[1]) * share;
      pixels[at + 2] = paper[2] + (tint[2] - paper[2]) * share;
      pixels[at + 3] = 255;
    }
  }
  return pixels;
}

/** Segments [x0, y0, x1, y1] in lattice units along which the values cross a level. */
export function contour(values: Float32Array, side: number, level: number): number[] {
  const segments: number[] = [];
  const cross = (ax: number, ay: number, a: number, bx: number, by: number, b: number): void => {
    if (a < level === b < level) return;
    const t = (level - a) / (b - a);
    segments.push(ax + (bx - ax) * t, ay + (by - ay) * t);
  };
  for (let y = 0; y + 1 < side; y++) {
    for (let x = 0; x + 1 < side; x++) {
      const at = y * side + x;
      const [a, b] = [values[at] ?? level, values[at + 1] ?? level];
      const [d, c] = [values[at + side] ?? level, values[at + side + 1] ?? level];
      const above =
        Number(a >= level) + Number(b >= level) + Number(c >= level) + Number(d >= level);
      if (above === 0 || above === 4) continue;
      // A saddle gives two segments; their pairing does not matter at this size.
      cross(x, y, a, x + 1, y, b);
      cross(x + 1, y, b, x + 1, y + 1, c);
      cross(x + 1, y + 1, c, x, y + 1, d);
      cross(x, y + 1, d, x, y, a);
    }
  }
  return segments;
}

function logOdds(probability: number): number {
  const p = Math.min(1 - 1e-5, Math.max(1e-5, probability));
  return Math.log(p / (1 - p));
}

/** The slope of log-odds of D at a place in lattice units: where D's teaching pulls a sample. */
export function slopeAt(
  values: Float32Array,
  side: number,
  x: number,
  y: number,
): [number, number] {
  const at = (column: number, row: number): number => {
    const clampTo = (n: number): number => Math.max(0, Math.min(side - 1, n));
    return logOdds(values[clampTo(row) * side + clampTo(column)] ?? 0.5);
  };
  const [column, row] = [Math.round(x), Math.round(y)];
  return [
    (at(column + 1, row) - at(column - 1, row)) / 2,
    (at(column, row + 1) - at(column, row - 1)) / 2,
  ];
}

/** The same along a line, at one of its places. */
export function slopeAlong(values: Float32Array, at: number): number {
  const odds = (i: number): number =>
    logOdds(values[Math.max(0, Math.min(values.length - 1, i))] ?? 0.5);
  return (odds(at + 1) - odds(at - 1)) / 2;
}
