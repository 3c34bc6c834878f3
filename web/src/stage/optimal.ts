/**
 * In one dimension the best discriminator can be drawn, and how far D is from it: D* = p_data / (p_data + p_model) (2014 paper,
 * proposition 1), or, where D is asked for α on data and β on samples, (α p_data + β p_model) / (p_data + p_model) (tutorial,
 * equation 15). The data's density is exact, the model's a kernel estimate from the samples on show, with its error.
 */
import type { Frame, Model } from '../protocol.ts';
import { type Json, getPath } from '../state/json.ts';
import { kernelDensity, kernelError } from './density.ts';

export interface Optimal {
  /** D* at each place of `line.x`; NaN where neither density is above 0, since nothing holds D there. */
  best: Float32Array;
  /** The standard error of `best`, from that of the estimated density. */
  error: Float32Array;
  /** p_data / p_model; infinite where no sample comes. */
  ratio: Float32Array;
}

/** Densities below this share of the highest count as none. */
const NONE = 1e-3;

/** What D is asked for where the config says so, as a number. */
const target = (config: Json, field: string, otherwise: number): number => {
  const value = getPath(config, field);
  return typeof value === 'number' ? value : otherwise;
};

export function optimalOf(
  { line, config }: Pick<Model, 'line' | 'config'>,
  frame: Pick<Frame, 'fake'> | undefined,
): Optimal | undefined {
  if (!line || !frame) return undefined;
  const { x, density: data } = line;
  const model = kernelDensity(frame.fake, x);
  const spread = kernelError(model, frame.fake.length, x);
  const least = NONE * Math.max(...data, ...model);
  const at = (of: (data: number, model: number, spread: number) => number): Float32Array =>
    data.map((p, i) => of(p, model[i] ?? 0, spread[i] ?? 0));
  const [real, fake] = [target(config, 'real_label', 1), target(config, 'fake_label', 0)];
  return {
    best: at((p, q) => (p + q > least ? (real * p + fake * q) / (p + q) : NaN)),
    // The slope of D* in p_model is -(α - β) p_data / (p_data + p_model)².
    error: at((p, q, s) => (p + q > least ? ((real - fake) * p * s) / (p + q) ** 2 : NaN)),
    ratio: at((p, q) => (p + q > least ? p / q : NaN)),
  };
}

/** How far D is from D* on average over what D is shown: half data, half samples. `error` is that of D* alone. */
export interface Distance {
  mean: number;
  error: number;
}

export function distanceToOptimal(model: Model, frame: Frame | undefined): Distance | undefined {
  const optimal = optimalOf(model, frame);
  const scores = frame?.scores;
  // A critic's scores are no probabilities.
  if (!model.line || !frame || !optimal || !scores || model.critic) return undefined;
  const fake = kernelDensity(frame.fake, model.line.x);
  let [mean, error, mass] = [0, 0, 0];
  model.line.density.forEach((p, i) => {
    const best = optimal.best[i] ?? NaN;
    if (Number.isNaN(best)) return;
    const weight = p + (fake[i] ?? 0);
    mean += weight * Math.abs((scores[i] ?? NaN) - best);
    error += weight * (optimal.error[i] ?? 0);
    mass += weight;
  });
  return { mean: mean / mass, error: error / mass };
}
