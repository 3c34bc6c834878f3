/** Densities over the plane, against what is known in closed form. */
import { describe, expect, it } from 'vitest';
import type { Bounds, Model } from '../src/protocol.ts';
import { optimalOf } from '../src/stage/optimal.ts';
import { densities, widthOf } from '../src/worker/densities.ts';

type Centre = readonly [x: number, y: number];

/** Draws of a fixed generator of Lehmer's, uniform and normal. */
function generator(): { uniform: () => number; normal: () => number } {
  let state = 42;
  const uniform = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

/** Equal Gaussians about some centres. */
function mixture(centres: readonly Centre[], std: number) {
  return {
    density: (points: Float32Array) =>
      Float32Array.from({ length: points.length / 2 }, (_, i) => {
        const [x, y] = [points[2 * i] ?? 0, points[2 * i + 1] ?? 0];
        const bells = centres.map((c) =>
          Math.exp(-((x - c[0]) ** 2 + (y - c[1]) ** 2) / (2 * std ** 2)),
        );
        return bells.reduce((a, b) => a + b) / (2 * Math.PI * std ** 2 * centres.length);
      }),
    draw: (count: number) => {
      const { uniform, normal } = generator();
      const points = new Float32Array(2 * count);
      for (let i = 0; i < count; i++) {
        const centre = centres[Math.floor(uniform() * centres.length)] ?? [0, 0];
        points.set([centre[0] + std * normal(), centre[1] + std * normal()], 2 * i);
      }
      return points;
    },
  };
}

const ring = Array.from({ length: 8 }, (_, k): Centre => {
  const turn = (k * Math.PI) / 4;
  return [2 * Math.cos(turn), 2 * Math.sin(turn)];
});
const grid = Array.from({ length: 25 }, (_, k): Centre => [
  2 * (k % 5) - 4,
  2 * Math.floor(k / 5) - 4,
]);

const over = (bounds: Bounds) => ({ bounds, config: {} }) as unknown as Model;
const square = (half: number): Bounds => [-half, half, -half, half];
const deviation = (off: number[]): number =>
  Math.sqrt(off.reduce((sum, one) => sum + one ** 2, 0) / off.length);

describe('densities over the plane', () => {
  it.each([1, 1.5])(
    'have the best D between normal distributions %s apart, and the ratio, within the stated error',
    (mean) => {
      const data = mixture([[0, 0]], 1);
      const side = 101;
      const found = densities(data, over(square(5)), mixture([[mean, 0]], 1).draw(4096), side);
      if (!found) throw new Error('there is a density');
      const { best, error, ratio } = optimalOf(found, {});
      const off: number[] = [];
      const offRatio: number[] = [];
      for (const x of [-1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5]) {
        for (const y of [-1, 0, 1]) {
          const at = Math.round((y + 5) * 10) * side + Math.round((x + 5) * 10);
          // The logarithm of the ratio of N(0, I) to N(m, I) is m² / 2 - m x.
          const exact = Math.exp(mean ** 2 / 2 - mean * x);
          const [value = NaN, spread = NaN] = [best[at], error[at]];
          off.push((value - exact / (1 + exact)) / spread);
          // The ratio is D* / (1 - D*), and its error follows.
          offRatio.push(((ratio[at] ?? NaN) - exact) / (spread / (1 - value) ** 2));
        }
      }
      for (const errors of [off, offRatio]) {
        expect(deviation(errors)).toBeGreaterThan(0.4);
        expect(deviation(errors)).toBeLessThan(1.7);
        expect(Math.max(...errors.map(Math.abs))).toBeLessThan(4);
      }
    },
  );

  it.each([
    ['a ring', ring, 0.05, 2.7],
    ['a ring of clusters finer than the lattice', ring, 0.01, 2.7],
    ['a grid', grid, 0.1, 5.3],
  ] as const)('leave it at one half where the samples are those of %s', (_, centres, std, half) => {
    const data = mixture(centres, std);
    const side = 177;
    const found = densities(data, over(square(half)), data.draw(4096), side);
    if (!found) throw new Error('there is a density');
    const cell = (2 * half) / (side - 1);
    for (const density of [found.data, found.model]) {
      expect(density.reduce((sum, p) => sum + p, 0) * cell ** 2).toBeCloseTo(1, 2);
    }
    const { best, error } = optimalOf(found, {});
    const least = 0.05 * Math.max(...found.data);
    const off = [...best.keys()]
      .filter((i) => (found.data[i] ?? 0) > least)
      .map((i) => ((best[i] ?? NaN) - 0.5) / (error[i] ?? NaN));
    expect(deviation(off)).toBeGreaterThan(0.5);
    expect(deviation(off)).toBeLessThan(1.5);
  });

  it('are 1 and 0 where only data and only samples are', () => {
    const data = mixture(ring, 0.05);
    const side = 177;
    // G makes one place, where no data are.
    const found = densities(data, over(square(2.7)), mixture([[0, 0]], 0.1).draw(4096), side);
    if (!found) throw new Error('there is a density');
    const { best } = optimalOf(found, {});
    const middle = (side - 1) / 2;
    expect(best[middle * side + middle]).toBeLessThan(1e-3);
    const right = Math.round(((2 + 2.7) / 5.4) * (side - 1));
    expect(best[middle * side + right]).toBe(1);
    expect(best[0]).toBeNaN();
  });

  it('are none where no lattice shows the data', () => {
    const data = mixture(ring, 1e-4);
    expect(densities(data, over(square(2.7)), data.draw(64), 45)).toBeUndefined();
  });
});

describe('the width of the kernel', () => {
  // By the rule for a cluster alone, of 512 samples.
  const alone = 0.05 * 512 ** (-1 / 6);
  const samples = mixture(ring, 0.05).draw(4096);

  it('is that of a cluster, though a few samples are astray', () => {
    expect(widthOf(samples, 1e-4) / alone).toBeGreaterThan(0.6);
    expect(widthOf(samples, 1e-4) / alone).toBeLessThan(1.7);
    const { uniform } = generator();
    const astray = samples.map((x, i) => (Math.floor(i / 2) % 25 === 0 ? 5 * uniform() - 2.5 : x));
    expect(widthOf(astray, 1e-4) / alone).toBeGreaterThan(0.6);
    expect(widthOf(astray, 1e-4) / alone).toBeLessThan(1.7);
  });

  it('is no less than what the lattice can show, of one point too', () => {
    expect(widthOf(samples, 0.1)).toBe(0.1);
    expect(widthOf(new Float32Array(128).fill(1), 0.03)).toBe(0.03);
    expect(widthOf(Float32Array.of(1, 2), 0.03)).toBe(0.03);
  });
});
