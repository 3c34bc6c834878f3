/** Computes what one picture of the stage needs, from fixed noise, in fixed batch sizes (so that
 * the library compiles one program per size and no more). */
import type { Trainer } from '../library.ts';
import type { Bounds, Frame, Model, View } from '../protocol.ts';
import { getPath, type Json, type JsonObject } from '../state/json.ts';

// The library looks at 1024 rows of a toy at a time; these sizes fill such batches well.
export const HEAT_SIDE = 45;
export const GRID_SIDE = 21;
export const LINE_POINTS = 192;
const ARROWS = 21;
const PLANE_SAMPLES = 1024;
const LINE_SAMPLES = 4096;
const IMAGE_SAMPLES = 64;

/** Wasm hands out fresh copies, never views of shared memory; the type does not know that. */
const own = (array: Float32Array): Float32Array<ArrayBuffer> => array as Float32Array<ArrayBuffer>;

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

/** The box around points [n, dim] (dim 1 or 2), with some air. */
export function boundsOf(points: Float32Array, dim: number): Bounds {
  const range = (axis: number): [number, number] => {
    let lo = Infinity;
    let hi = -Infinity;
    for (let i = axis; i < points.length; i += dim) {
      lo = Math.min(lo, points[i] ?? lo);
      hi = Math.max(hi, points[i] ?? hi);
    }
    const air = (hi - lo) * 0.25 || 1;
    return [lo - air, hi + air];
  };
  const [x0, x1] = range(0);
  if (dim === 1) return [x0, x1, 0, 1];
  const [y0, y1] = range(1);
  return squared([x0, x1, y0, y1]);
}

/** The smallest square around a box: the stage is square, and a circle must stay one. */
export function squared([x0, x1, y0, y1]: Bounds): Bounds {
  const half = Math.max(x1 - x0, y1 - y0) / 2;
  const [cx, cy] = [(x0 + x1) / 2, (y0 + y1) / 2];
  return [cx - half, cx + half, cy - half, cy + half];
}

/** Costs whose D gives a score instead of a probability. */
function isCritic(config: Json): boolean {
  const cost = getPath(config, 'cost');
  return cost === 'wasserstein' || cost === 'least_squares' || cost === 'hinge';
}

const UNIT: Bounds = [0, 1, 0, 1];

function boundsFor(known: Bounds | null | undefined, real: Float32Array, dim: number): Bounds {
  if (!known) return boundsOf(real, dim);
  return dim === 2 ? squared(known) : known;
}

/** The interval of one noise coordinate that holds nearly all of the prior. */
export function noiseRange(config: Json): [number, number] {
  const scale = Number(getPath(config, 'prior.scale') ?? 1);
  const reach = getPath(config, 'prior.kind') === 'uniform' ? scale : 2.2 * scale;
  return [-reach, reach];
}

export async function describeModel(trainer: Trainer): Promise<Model> {
  const info = trainer.info();
  const config = JSON.parse(trainer.config()) as JsonObject;
  const { dim, kind } = info.data;
  const real = own(await trainer.real(kind === 'image' ? IMAGE_SAMPLES : PLANE_SAMPLES));
  const bounds = kind === 'image' ? UNIT : boundsFor(info.data.bounds, real, dim);
  const model: Model = { info, config, real, bounds, critic: isCritic(config) };
  if (kind === 'points' && dim === 1) {
    const x = linspace(bounds[0], bounds[1], LINE_POINTS);
    model.line = { x, density: own(trainer.density(x)) };
  }
  return model;
}

export async function makeFrame(trainer: Trainer, model: Model, view: View): Promise<Frame> {
  const { info } = model;
  const { dim } = info.data;
  const frame: Frame = { step: trainer.info().step, fake: new Float32Array() };
  if (info.data.kind === 'image') {
    frame.fake = own(await trainer.sample(IMAGE_SAMPLES));
    frame.opinion = own(await trainer.discriminate(frame.fake));
    frame.opinionOfReal = own(await trainer.discriminate(model.real));
    return frame;
  }
  if (!model.line && dim !== 2) return frame;
  const range = noiseRange(model.config);
  if (model.line) {
    frame.fake = own(await trainer.sample(LINE_SAMPLES));
    frame.opinion = own(await trainer.discriminate(model.line.x));
    if (view.grid && info.latent_dim === 1) {
      frame.noise = linspace(...range, ARROWS);
      frame.warped = own(await trainer.generate(frame.noise));
    }
    return frame;
  }
  frame.fake = own(await trainer.sample(PLANE_SAMPLES));
  frame.opinion = own(await trainer.discriminate(lattice(model.bounds, HEAT_SIDE)));
  if (view.grid && info.latent_dim === 2) {
    frame.warped = own(await trainer.generate(lattice([...range, ...range], GRID_SIDE)));
  }
  return frame;
}

/** The buffers of a frame, to be moved to the page rather than copied. */
export function buffersOf(frame: Frame): Transferable[] {
  const { fake, opinion, opinionOfReal, warped, noise } = frame;
  return [fake, opinion, opinionOfReal, warped, noise].flatMap((a) => (a ? [a.buffer] : []));
}
