/** Computes what one picture of the stage needs, from fixed noise, in fixed batch sizes (so that
 * the library compiles one program per size and no more). */
import type { Input, Trainer, View } from '../library.ts';
import type { Bounds, Frame, Model, Show } from '../protocol.ts';
import { type Choice, choiceOf, codesOf, samplerOf, viewOf } from '../state/describe.ts';
import type { JsonObject } from '../state/json.ts';

// The library looks at 1024 rows of a toy at a time; these sizes fill such batches well.
export const HEAT_SIDE = 45;
export const GRID_SIDE = 21;
export const LINE_POINTS = 192;
const ARROWS = 21;
const PLANE_SAMPLES = 1024;
const LINE_SAMPLES = 4096;
const IMAGE_SAMPLES = 64;
/** Images in a row, and rows where each shows something else; more would be too small to see. */
const IMAGE_COLUMNS = 8;
const MOST_ROWS = 10;

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

const UNIT: Bounds = [0, 1, 0, 1];

function boundsFor(known: Bounds | null | undefined, real: Float32Array, dim: number): Bounds {
  if (!known) return boundsOf(real, dim);
  return dim === 2 ? squared(known) : known;
}

/** The interval of one noise coordinate that holds nearly all of the prior. */
export function noiseRange(inputs: readonly Input[]): [number, number] {
  const noise = inputs.find((input) => input.kind === 'noise');
  const { kind, scale } = noise?.prior ?? { kind: 'normal', scale: 1 };
  const reach = kind === 'uniform' ? scale : 2.2 * scale;
  return [-reach, reach];
}

export async function describeModel(trainer: Trainer): Promise<Model> {
  const info = trainer.info();
  const config = JSON.parse(trainer.config()) as JsonObject;
  const { dim, kind } = info.data;
  const real = own(await trainer.real(kind === 'image' ? IMAGE_SAMPLES : PLANE_SAMPLES));
  const bounds = kind === 'image' ? UNIT : boundsFor(info.data.bounds, real, dim);
  const critic = viewOf(info, 'score')?.range === null;
  const model: Model = { info, config, real, bounds, critic };
  if (kind === 'points' && dim === 1) {
    const x = linspace(bounds[0], bounds[1], LINE_POINTS);
    model.line = { x, density: own(trainer.density(x)) };
  }
  return model;
}

/** How many images there are, in rows of which kind: of a model that makes what is asked for, a row for each. */
function imageGrid(choice: Choice | undefined): { count: number; rows?: Frame['rows'] } {
  if (!choice || choice.chosen !== undefined) return { count: IMAGE_SAMPLES };
  const classes = choice.words.slice(0, MOST_ROWS);
  const each = Math.max(1, Math.floor(IMAGE_COLUMNS / classes.length));
  const words = classes.flatMap((word) => Array<string>(each).fill(word));
  const columns = Math.max(IMAGE_COLUMNS, words.length);
  return { count: words.length * columns, rows: { words, columns } };
}

/** Which of a choice is asked for, row by row; undefined where the library's turns will do. */
function chosenRows(choice: Choice | undefined, grid: ReturnType<typeof imageGrid> | undefined) {
  if (!choice) return undefined;
  const { chosen } = choice;
  if (chosen !== undefined) return (count: number) => new Float32Array(count).fill(chosen);
  if (!grid?.rows) return undefined;
  const { words, columns } = grid.rows;
  return (count: number) =>
    Float32Array.from({ length: count }, (_, i) =>
      choice.words.indexOf(words[Math.floor(i / columns)] ?? ''),
    );
}

/** Asks views for what is to be shown, with the class and the codes that were chosen. */
class Asker {
  readonly grid;
  readonly #rows;
  readonly #sampler: View | undefined;

  constructor(
    private readonly trainer: Trainer,
    { info }: Model,
    private readonly show: Show,
  ) {
    this.#sampler = samplerOf(info);
    const choice = choiceOf(this.#sampler, show);
    this.grid = imageGrid(choice);
    this.#rows = chosenRows(choice, info.data.kind === 'image' ? this.grid : undefined);
  }

  /** Samples from the noise of every redraw. */
  async sample(count: number): Promise<Float32Array<ArrayBuffer>> {
    // Chains go on from where they were.
    if (this.#sampler?.kind !== 'decode') return own(await this.trainer.sample(count));
    return this.ask(this.#sampler, {}, count);
  }

  /** Samples of given noise; none where they would be of every class in turn. */
  async decode(z: Float32Array): Promise<Float32Array<ArrayBuffer> | undefined> {
    const view = this.#sampler;
    const noise = view?.inputs.find(({ kind }) => kind === 'noise');
    if (!view || !noise || !this.#isDecided(view)) return undefined;
    return this.ask(view, { [noise.name]: z }, z.length / noise.len);
  }

  /** Scores of samples; none where the model gives none, or they hang on a class that is not chosen. */
  async score(
    view: View | undefined,
    x: Float32Array,
  ): Promise<Float32Array<ArrayBuffer> | undefined> {
    const sample = view?.inputs.find(({ kind }) => kind === 'sample');
    if (!view || !sample || !this.#isDecided(view)) return undefined;
    return this.ask(view, { [sample.name]: x }, x.length / sample.len);
  }

  #isDecided(view: View): boolean {
    return this.#rows !== undefined || choiceOf(view, this.show) === undefined;
  }

  async ask(
    view: View,
    given: Record<string, Float32Array>,
    count: number,
  ): Promise<Float32Array<ArrayBuffer>> {
    const inputs = { ...given };
    const choice = choiceOf(view, this.show);
    if (choice && this.#rows) inputs[choice.input.name] = this.#rows(count);
    const codes = codesOf(view, this.show);
    const code = view.inputs.find(({ kind }) => kind === 'code');
    if (code) {
      inputs[code.name] = Float32Array.from(
        { length: count * codes.length },
        (_, i) => codes[i % codes.length] ?? 0,
      );
    }
    return own(await this.trainer.ask(view.name, inputs, count));
  }
}

export async function makeFrame(trainer: Trainer, model: Model, show: Show): Promise<Frame> {
  const { info } = model;
  const { dim } = info.data;
  const asker = new Asker(trainer, model, show);
  const score = viewOf(info, 'score');
  const frame: Frame = { step: trainer.info().step, fake: new Float32Array() };
  if (info.data.kind === 'image') {
    const { count, rows } = asker.grid;
    frame.fake = await asker.sample(count);
    if (rows) frame.rows = rows;
    put(frame, 'scores', await asker.score(score, frame.fake));
    // Nobody knows which class each of the real ones is of.
    if (!choiceOf(score, show)) put(frame, 'realScores', await asker.score(score, model.real));
    return frame;
  }
  if (!model.line && dim !== 2) return frame;
  const noise = samplerOf(info)?.inputs ?? [];
  const range = noiseRange(noise);
  if (model.line) {
    frame.fake = await asker.sample(LINE_SAMPLES);
    put(frame, 'scores', await asker.score(score, model.line.x));
    if (show.grid && info.latent_dim === 1) {
      frame.noise = linspace(...range, ARROWS);
      put(frame, 'warped', await asker.decode(frame.noise));
    }
    return frame;
  }
  frame.fake = await asker.sample(PLANE_SAMPLES);
  put(frame, 'scores', await asker.score(score, lattice(model.bounds, HEAT_SIDE)));
  if (show.grid && info.latent_dim === 2) {
    put(frame, 'warped', await asker.decode(lattice([...range, ...range], GRID_SIDE)));
  }
  return frame;
}

type Layer = 'scores' | 'realScores' | 'warped';

function put(frame: Frame, layer: Layer, values: Float32Array<ArrayBuffer> | undefined): void {
  if (values) frame[layer] = values;
}

/** The buffers of a frame, to be moved to the page rather than copied. */
export function buffersOf(frame: Frame): Transferable[] {
  const { fake, scores, realScores, warped, noise } = frame;
  return [fake, scores, realScores, warped, noise].flatMap((a) => (a ? [a.buffer] : []));
}
