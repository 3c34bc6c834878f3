/**
 * The best discriminator, and how far D is from it: D* = p_data / (p_data + p_model) (2014 paper, proposition 1), or, where D is
 * asked for α on data and β on samples, (α p_data + β p_model) / (p_data + p_model) (tutorial, equation 15).
 *
 * The data's density is exact, the model's a kernel estimate with its error. In the plane the worker has both, of more samples
 * than are drawn, while a layer asks for them. In one dimension the picture's own samples are enough, and their density is one
 * of its curves: D* is of that curve, in every picture of the film too.
 */
import type { Densities, Frame, Model } from '../protocol.ts';
import { type Json, getPath } from '../state/json.ts';
import { HEAT_SIDE } from '../worker/frames.ts';
import { kernelDensity, oneSample } from './density.ts';
import { finer } from './terrain.ts';

export interface Optimal {
  /** D* at each place; NaN where neither density is above 0, since nothing holds D there. */
  best: Float32Array;
  /** The standard error of `best`, from that of the estimated density. */
  error: Float32Array;
  /** p_data / p_model; infinite where no sample comes. */
  ratio: Float32Array;
}

/** A density of the data below this share of its highest counts as none. */
const NONE = 1e-3;

/** Both densities at the places of the picture: along `line.x`, or over the lattice of the terrain. */
export function densitiesOf(
  { line }: Pick<Model, 'line'>,
  frame: Pick<Frame, 'fake' | 'densities'> | undefined,
): Densities | undefined {
  if (!line || !frame) return frame?.densities;
  return {
    data: line.density,
    model: kernelDensity(frame.fake, line.x),
    one: oneSample(frame.fake.length, line.x),
  };
}

/** What D is asked for where the config says so, as a number. */
export function targetsOf(config: Json): { real: number; fake: number } {
  const target = (field: string, otherwise: number): number => {
    const value = getPath(config, field);
    return typeof value === 'number' ? value : otherwise;
  };
  return { real: target('real_label', 1), fake: target('fake_label', 0) };
}

export function optimalOf({ data, model, one }: Densities, config: Json): Optimal {
  const { real, fake } = targetsOf(config);
  const least = NONE * data.reduce((most, p) => Math.max(most, p), 0);
  const [best, error, ratio] = [0, 1, 2].map(() => new Float32Array(data.length).fill(NaN)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  data.forEach((p, i) => {
    const q = model[i] ?? 0;
    // Less than one sample is no estimate.
    if (p <= least && q < one) return;
    best[i] = (real * p + fake * q) / (p + q);
    // The slope of D* in p_model is -(α - β) p_data / (p_data + p_model)². Where no sample came, one may yet.
    error[i] = ((real - fake) * p * Math.sqrt(one * Math.max(one, q))) / (p + q) ** 2;
    ratio[i] = p / q;
  });
  return { best, error, ratio };
}

let last: { frame: Frame; model: Model; optimal: Optimal } | undefined;

/** D* of a picture; none where its layers are not asked for. A picture is drawn and read many times: that of the last is kept. */
export function optimalIn(model: Model, frame: Frame | undefined): Optimal | undefined {
  if (frame && last?.frame === frame && last.model === model) return last.optimal;
  const pair = densitiesOf(model, frame);
  if (!frame || !pair) return undefined;
  last = { frame, model, optimal: optimalOf(pair, model.config) };
  return last.optimal;
}

/** How far D is from D* on average over what D is shown: half data, half samples. `error` is that of D* alone. */
export interface Distance {
  mean: number;
  error: number;
}

export function distanceToOptimal(model: Model, frame: Frame | undefined): Distance | undefined {
  const pair = densitiesOf(model, frame);
  // A critic's scores are no probabilities.
  if (!pair || !frame?.scores || model.critic) return undefined;
  const scores = model.line ? frame.scores : finer(frame.scores, HEAT_SIDE);
  const optimal = optimalIn(model, frame);
  let [mean, error, mass] = [0, 0, 0];
  pair.data.forEach((p, i) => {
    const best = optimal?.best[i] ?? NaN;
    if (Number.isNaN(best)) return;
    const weight = p + (pair.model[i] ?? 0);
    mean += weight * Math.abs((scores[i] ?? NaN) - best);
    error += weight * (optimal?.error[i] ?? 0);
    mass += weight;
  });
  return { mean: mean / mass, error: error / mass };
}

/** The ratio's place from 0 to 1 on a logarithmic scale from a sixteenth to sixteen: even densities lie in the middle. */
export function placeOfRatio(ratio: number): number {
  return Math.max(0, Math.min(1, 0.5 + Math.log2(ratio) / 8));
}
