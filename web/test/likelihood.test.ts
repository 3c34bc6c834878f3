import { describe, expect, it } from 'vitest';
import {
  densityOf,
  farFrom,
  gaussianOf,
  gradientOfCost,
  gradientOfKl,
} from '../src/state/likelihood.ts';
import { linspace } from '../src/worker/lattice.ts';

const x = linspace(-9, 9, 721);
const model = { mean: 0.5, deviation: 1.2 };
const data = { mean: -0.7, deviation: 0.9 };
const density = x.map((at) => densityOf(data, at));
/** The logit of the best D. */
const logits = Array.from(x, (at) => Math.log(densityOf(data, at) / densityOf(model, at)));

describe('the gradient of maximum likelihood', () => {
  // KL of two Gaussians is ln(s / d) + (d² + (m - n)²) / (2 s²) - ½ in the model's mean n and deviation s.
  const shift = (model.mean - data.mean) / model.deviation;
  const width = 1 - (data.deviation / model.deviation) ** 2 - shift ** 2;
  const kl = gradientOfKl(x, density, model);

  it('is that of the closed form', () => {
    expect(kl.mean).toBeCloseTo(shift, 4);
    expect(kl.width).toBeCloseTo(width, 4);
  });

  it('is that of the cost -exp(a) where D is at its best, and of no other', () => {
    const by = (f: (a: number) => number) => gradientOfCost(x, logits.map(f), model);
    expect(
      farFrom(
        by((a) => -Math.exp(a)),
        kl,
      ),
    ).toBeLessThan(1e-4);
    expect(
      farFrom(
        by((a) => 3 - Math.exp(a)),
        kl,
      ),
    ).toBeLessThan(1e-4);
    expect(
      farFrom(
        by((a) => -a),
        kl,
      ),
    ).toBeGreaterThan(0.5);
    expect(
      farFrom(
        by((a) => Math.exp(a)),
        kl,
      ),
    ).toBeCloseTo(2, 3);
  });

  it('is of the Gaussian that samples show', () => {
    const { mean, deviation } = gaussianOf(Float32Array.of(1, 3, 5, 7));
    expect([mean, deviation]).toEqual([4, Math.sqrt(5)]);
  });
});
