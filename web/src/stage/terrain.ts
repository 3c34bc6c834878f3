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

/** Pixels of the terrain: tinted "real" above a half, tinted "fake" below, clear where undecided. */
export function terrainPixels(
  values: Float32Array,
  side: number,
  real: Rgb,
  fake: Rgb,
  strength: number,
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(side * side * 4);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const value = values[row * side + column] ?? 0.5;
      const tint = value >= 0.5 ? real : fake;
      // Images start at the top, the lattice at the bottom.
      const at = ((side - 1 - row) * side + column) * 4;
      pixels.set(tint, at);
      // A root lifts the small leanings, where most of the game is played.
      pixels[at + 3] = strength * Math.sqrt(Math.min(1, Math.abs(value - 0.5) * 2));
    }
  }
  return pixels;
}

/** Segments [x0, y0, x1, y1] in lattice units along which the values cross a level. */
export function contour(values: Float32Array, side: number, level: number): number[] {
  const segments: number[] = [];
  const at = (x: number, y: number): number => values[y * side + x] ?? level;
  for (let y = 0; y + 1 < side; y++) {
    for (let x = 0; x + 1 < side; x++) {
      const corners: [number, number, number][] = [
        [x, y, at(x, y)],
        [x + 1, y, at(x + 1, y)],
        [x + 1, y + 1, at(x + 1, y + 1)],
        [x, y + 1, at(x, y + 1)],
      ];
      const crossings: number[] = [];
      corners.forEach(([ax, ay, a], i) => {
        const [bx, by, b] = corners[(i + 1) % 4] ?? [ax, ay, a];
        if (a < level === b < level) return;
        const t = (level - a) / (b - a);
        crossings.push(ax + (bx - ax) * t, ay + (by - ay) * t);
      });
      // A saddle gives two segments; their pairing does not matter at this size.
      segments.push(...crossings);
    }
  }
  return segments;
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
    const p = Math.min(
      1 - 1e-5,
      Math.max(1e-5, values[clampTo(row) * side + clampTo(column)] ?? 0.5),
    );
    return Math.log(p / (1 - p));
  };
  const [column, row] = [Math.round(x), Math.round(y)];
  return [
    (at(column + 1, row) - at(column - 1, row)) / 2,
    (at(column, row + 1) - at(column, row - 1)) / 2,
  ];
}
