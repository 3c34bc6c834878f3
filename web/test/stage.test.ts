import { describe, expect, it } from 'vitest';
import type { Input } from '../src/library.ts';
import { mapping } from '../src/stage/canvas.ts';
import { kernelDensity } from '../src/stage/density.ts';
import { countOf, sheetPixels } from '../src/stage/images.ts';
import {
  contour,
  finer,
  finerSide,
  normalize,
  slopeAt,
  terrainPixels,
  tintOf,
} from '../src/stage/terrain.ts';
import { boundsOf, noiseRange } from '../src/worker/frames.ts';
import { lattice, linspace } from '../src/worker/lattice.ts';

it('maps data to pixels with y upwards', () => {
  const map = mapping([-1, 1, -2, 2], [0, 100, 0, 200]);
  expect([map.x(-1), map.x(1), map.y(-2), map.y(2), map.y(0)]).toEqual([0, 100, 200, 0, 100]);
});

describe('lattices and boxes', () => {
  it('walks a box row by row from its low corner', () => {
    expect([...lattice([0, 1, 10, 20], 2)]).toEqual([0, 10, 1, 10, 0, 20, 1, 20]);
  });

  it('is square around points in the plane', () => {
    const [x0, x1, y0, y1] = boundsOf(Float32Array.of(0, 0, 4, 1), 2);
    expect(x1 - x0).toBeCloseTo(y1 - y0);
    expect((x0 + x1) / 2).toBeCloseTo(2);
    expect((y0 + y1) / 2).toBeCloseTo(0.5);
  });

  it('survives points that are all alike', () => {
    const [x0, x1] = boundsOf(Float32Array.of(3, 3, 3), 1);
    expect(x1).toBeGreaterThan(x0);
  });

  it('spans the prior', () => {
    const noise = (prior: { kind: string; scale: number }): Input[] => [
      { name: 'z', len: 2, kind: 'noise', prior: { ...prior, dim: 2 } },
    ];
    expect(noiseRange(noise({ kind: 'uniform', scale: 0.5 }))).toEqual([-0.5, 0.5]);
    expect(noiseRange(noise({ kind: 'signs', scale: 0.5 }))).toEqual([-0.5, 0.5]);
    expect(noiseRange(noise({ kind: 'normal', scale: 1 }))[1]).toBeGreaterThan(2);
  });
});

describe('the terrain', () => {
  // D rises with x: undecided on the line x = 1.
  const values = Float32Array.from({ length: 9 }, (_, i) => [0.2, 0.5, 0.8][i % 3] ?? 0);

  it('is clear where D is undecided and tinted by its verdict elsewhere', () => {
    const colours = { real: [0, 0, 255], fake: [255, 0, 0], paper: [255, 255, 255] } as const;
    const pixels = terrainPixels(values, 3, colours, 255);
    const share = tintOf(0.2);
    expect([...pixels.slice(0, 4)]).toEqual([
      255,
      expect.closeTo(255 * (1 - share), 0),
      expect.closeTo(255 * (1 - share), 0),
      255,
    ]);
    expect([...pixels.slice(4, 8)]).toEqual([255, 255, 255, 255]);
    expect(pixels[10]).toBe(255);
    expect(pixels[8]).toBeLessThan(255);
  });

  it('is tinted the more the surer D is, without a crease where it is undecided', () => {
    expect(tintOf(0.5)).toBe(0);
    expect(tintOf(1)).toBeCloseTo(1);
    expect(tintOf(0)).toBeCloseTo(1);
    expect(tintOf(0.6)).toBeGreaterThan(0.2);
    // Twice as near to one half, half the tint.
    expect(tintOf(0.51) / tintOf(0.505)).toBeCloseTo(2, 1);
  });

  it('is drawn finer than it is known, through what is known and within the scale', () => {
    const side = 5;
    const known = Float32Array.from({ length: side * side }, (_, i) => (i % side < 2 ? 0 : 1));
    const fine = finer(known, side);
    const n = finerSide(side);
    expect(fine).toHaveLength(n * n);
    expect(Math.min(...fine)).toBe(0);
    expect(Math.max(...fine)).toBe(1);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const at = ((y * (n - 1)) / (side - 1)) * n + (x * (n - 1)) / (side - 1);
        expect(fine[at]).toBeCloseTo(known[y * side + x] ?? NaN);
      }
    }
    // A slope stays a slope.
    const ramp = finer(
      Float32Array.from({ length: 9 }, (_, i) => (i % 3) / 2),
      3,
    );
    expect(ramp[4]).toBeCloseTo(0.5);
    expect(ramp[2]).toBeGreaterThan(ramp[1] ?? 1);
  });

  it('has its contour where the values cross the level', () => {
    const lines = contour(values, 3, 0.35);
    expect(lines.length).toBe(8);
    for (let i = 0; i < lines.length; i += 2) expect(lines[i]).toBeCloseTo(0.5);
  });

  it('slopes towards what D takes for real', () => {
    const [sx, sy] = slopeAt(values, 3, 1, 1);
    expect(sx).toBeGreaterThan(0);
    expect(sy).toBeCloseTo(0);
  });

  it('brings a critic’s scores to the unit range and leaves probabilities', () => {
    expect([...normalize(Float32Array.of(-3, 1, 5), true)]).toEqual([0, 0.5, 1]);
    expect([...normalize(Float32Array.of(0.25, 0.5), false)]).toEqual([0.25, 0.5]);
  });
});

it('estimates a density that integrates to one', () => {
  const xs = linspace(-4, 4, 161);
  const samples = Float32Array.from({ length: 1000 }, (_, i) => ((i % 100) - 50) / 40);
  const mass = kernelDensity(samples, xs).reduce((a, b) => a + b, 0) * 0.05;
  expect(mass).toBeCloseTo(1, 2);
});

describe('images', () => {
  it('scales pixels from the data’s range', () => {
    const data = {
      kind: 'image',
      dim: 1,
      width: 1,
      height: 1,
      channels: 1,
      range: [-1, 1],
      name: '',
    } as const;
    const sheet = sheetPixels(Float32Array.of(-1, 0, 1, 1), { ...data, range: [-1, 1] }, 2);
    expect([sheet[0], sheet[4], sheet[8], sheet[3]]).toEqual([0, 128, 255, 255]);
    expect(countOf(new Float32Array(9), { ...data, channels: 3, range: [0, 1] })).toBe(3);
  });
});
