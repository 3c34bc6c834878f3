import { describe, expect, it } from 'vitest';
import type { Model } from '../src/protocol.ts';
import { kernelDensity, oneSample } from '../src/stage/density.ts';
import {
  densitiesOf,
  distanceToOptimal,
  type Optimal,
  optimalIn,
  optimalOf,
  placeOfRatio,
} from '../src/stage/optimal.ts';
import { DENSITY_SIDE, HEAT_SIDE } from '../src/worker/frames.ts';
import { linspace } from '../src/worker/lattice.ts';

const bell = (x: number, mean: number): number =>
  Math.exp(-((x - mean) ** 2) / 2) / Math.sqrt(2 * Math.PI);

/** Normal draws by Box and Muller, from a fixed generator of Lehmer's. */
function draws(count: number, mean: number): Float32Array<ArrayBuffer> {
  let state = 42;
  const next = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  return Float32Array.from(
    { length: count },
    () => mean + Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next()),
  );
}

const x = linspace(-5, 6, 192);
const model = {
  critic: false,
  bounds: [-5, 6, 0, 1],
  line: { x, density: x.map((at) => bell(at, 0)) },
} as unknown as Model;
/** D* where data and these samples are. */
const optimal = (fake: Float32Array<ArrayBuffer>, config = {}): Optimal | undefined => {
  const pair = densitiesOf(model, { fake });
  return pair && optimalOf(pair, config);
};

/** Against a normal model one deviation away, D* is a logistic function of x. */
const exact = x.map((at) => 1 / (1 + Math.exp(at - 0.5)));

describe('the best discriminator', () => {
  const fake = draws(4096, 1);

  it('is estimated within its stated error', () => {
    const { best, error, ratio } = optimal(fake) ?? {};
    const middle = [...x.keys()].filter((i) => Math.abs((x[i] ?? 9) - 0.5) < 2);
    const off = middle.map((i) => ((best?.[i] ?? NaN) - (exact[i] ?? 0)) / (error?.[i] ?? 0));
    const square = off.reduce((sum, one) => sum + one ** 2, 0) / off.length;
    // In units of the error: the deviation is about one, and nowhere far beyond it.
    expect(Math.sqrt(square)).toBeGreaterThan(0.5);
    expect(Math.sqrt(square)).toBeLessThan(1.6);
    expect(Math.max(...off.map(Math.abs))).toBeLessThan(4);
    const half = best?.findIndex((value) => value < 0.5) ?? 0;
    expect(ratio?.[half]).toBeCloseTo(1, 0);
    expect(best?.[x.findIndex((value) => value > -2)]).toBeGreaterThan(0.85);
  });

  it('answers what it is asked for on either side where labels are smoothed', () => {
    const far = optimal(draws(4096, 6), { real_label: 0.9, fake_label: 0.1 });
    const at = (place: number) => far?.best[x.findIndex((value) => value > place)];
    // With p_model a normal one around 6, D* is β there and α where only data are (tutorial, equation 15).
    expect(at(5.9)).toBeCloseTo(0.1, 3);
    expect(at(-2)).toBeCloseTo(0.9, 6);
    const one = optimal(fake, { real_label: 0.9 });
    const plain = optimal(fake);
    const middle = x.findIndex((value) => value > 0.5);
    expect(one?.best[middle]).toBeCloseTo(0.9 * (plain?.best[middle] ?? NaN), 6);
  });

  it('is none where neither density is', () => {
    const { best } = optimal(draws(4096, -1)) ?? {};
    expect(best?.at(-1)).toBeNaN();
  });

  it('is of the densities that come with a picture of the plane, and of none without', () => {
    const plane = { ...model, line: undefined } as unknown as Model;
    expect(optimalIn(plane, { step: 0, fake })).toBeUndefined();
    const count = DENSITY_SIDE ** 2;
    const data = new Float32Array(count).fill(1, 0, 3);
    const of = new Float32Array(count).fill(1, 1, 2).fill(0.001, 3);
    const scores = new Float32Array(HEAT_SIDE ** 2).fill(0.75);
    const frame = { step: 0, fake, scores, densities: { data, model: of, one: 0.01 } };
    const { best, error, ratio } = optimalIn(plane, frame) ?? {};
    // Data alone, both alike, data alone; and less than one sample, where no data are.
    expect([...(best?.subarray(0, 4) ?? [])]).toEqual([1, 0.5, 1, NaN]);
    expect(ratio?.[0]).toBe(Infinity);
    // By the slope of D*: p √(one q) / (p + q)²; where no sample came, as if one had.
    expect(error?.[1]).toBeCloseTo(0.1 / 4);
    expect(error?.[0]).toBeCloseTo(0.01);
    // Of masses 1, 2 and 1, D is a quarter off everywhere.
    expect(distanceToOptimal(plane, frame)?.mean).toBeCloseTo(0.25);
  });

  it('has its ratio on a scale from a sixteenth to sixteen', () => {
    expect([0, 1 / 16, 0.25, 1, 16, Infinity].map(placeOfRatio)).toEqual([0, 0, 0.25, 0.5, 1, 1]);
    expect(placeOfRatio(NaN)).toBeNaN();
  });

  it('is as far from D as D is wrong', () => {
    const far = (scores: Float32Array<ArrayBuffer>) =>
      distanceToOptimal(model, { step: 0, fake, scores });
    const right = far(exact);
    expect(right?.mean).toBeLessThan(2 * (right?.error ?? 0));
    // |½ - D*| over the mixture, in closed form: half the total variation, erf(1 / √8) / 2.
    expect(far(exact.map(() => 0.5))?.mean).toBeCloseTo(0.383 / 2, 2);
    expect(distanceToOptimal({ ...model, critic: true }, { step: 0, fake, scores: exact })).toBe(
      undefined,
    );
  });
});

it('states the error of a density as many estimates have it', () => {
  const at = x.findIndex((value) => value > 1);
  const all = draws(512 * 200, 1);
  const estimates = Array.from(
    { length: 200 },
    (_, i) => kernelDensity(all.subarray(512 * i, 512 * (i + 1)), x)[at] ?? 0,
  );
  const mean = estimates.reduce((a, b) => a + b, 0) / estimates.length;
  const deviation = Math.sqrt(
    estimates.reduce((sum, one) => sum + (one - mean) ** 2, 0) / estimates.length,
  );
  const stated = Math.sqrt(oneSample(512, x) * mean);
  expect(deviation / stated).toBeGreaterThan(0.8);
  expect(deviation / stated).toBeLessThan(1.2);
});
