import { describe, expect, it } from 'vitest';
import type { Model } from '../src/protocol.ts';
import { kernelDensity, kernelError } from '../src/stage/density.ts';
import { distanceToOptimal, optimalOf } from '../src/stage/optimal.ts';
import { linspace } from '../src/worker/frames.ts';

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
/** Against a normal model one deviation away, D* is a logistic function of x. */
const exact = x.map((at) => 1 / (1 + Math.exp(at - 0.5)));

describe('the best discriminator', () => {
  const fake = draws(4096, 1);

  it('is estimated within its stated error', () => {
    const { best, error, ratio } = optimalOf(model, { fake }) ?? {};
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
    const smoothed = { ...model, config: { real_label: 0.9, fake_label: 0.1 } };
    const far = optimalOf(smoothed, { fake: draws(4096, 6) });
    const at = (place: number) => far?.best[x.findIndex((value) => value > place)];
    // With p_model a normal one around 6, D* is β there and α where only data are (tutorial, equation 15).
    expect(at(5.9)).toBeCloseTo(0.1, 3);
    expect(at(-2)).toBeCloseTo(0.9, 6);
    const one = optimalOf({ ...model, config: { real_label: 0.9 } }, { fake });
    const plain = optimalOf(model, { fake });
    const middle = x.findIndex((value) => value > 0.5);
    expect(one?.best[middle]).toBeCloseTo(0.9 * (plain?.best[middle] ?? NaN), 6);
  });

  it('is none where neither density is', () => {
    const { best } = optimalOf(model, { fake: draws(4096, -1) }) ?? {};
    expect(best?.at(-1)).toBeNaN();
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
  const stated = kernelError(Float32Array.of(mean), 512, x)[0] ?? 0;
  expect(deviation / stated).toBeGreaterThan(0.8);
  expect(deviation / stated).toBeLessThan(1.2);
});
