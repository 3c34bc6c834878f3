/** Computes what one picture of the stage needs, from fixed noise, in fixed batch sizes (so that
 * the library compiles one program per size and no more). */
import type { Ask, Input, Trainer, View } from '../library.ts';
import type { Bounds, Frame, Model, Show } from '../protocol.ts';
import { type Choice, choiceOf, codesOf, samplerOf, viewOf } from '../state/describe.ts';
import { lattice, linspace } from './lattice.ts';
import { finerSide } from '../stage/terrain.ts';
import type { JsonObject } from '../state/json.ts';

// The library looks at 1024 rows of a toy at a time; these sizes fill such batches well.
export const HEAT_SIDE = 45;
export const GRID_SIDE = 21;
export const LINE_POINTS = 192;
const ARROWS = 21;
const PLANE_SAMPLES = 1024;
/** Samples that a density over the plane is estimated from, while one is asked for. */
const DENSITY_SAMPLES = 4096;
/** Sides of the lattice that densities over the plane are on: fine enough for the clusters of the toys. */
export const DENSITY_SIDE = finerSide(HEAT_SIDE);
const LINE_SAMPLES = 4096;
const IMAGE_SAMPLES = 64;
/** Images in a row, and rows where each shows something else; more would be too small to see. */
const IMAGE_COLUMNS = 8;
const MOST_ROWS = 10;

/** Wasm hands out fresh copies, never views of shared memory; the type does not know that. */
const own = (array: Float32Array): Float32Array<ArrayBuffer> => array as Float32Array<ArrayBuffer>;

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
  const reach = kind === 'normal' ? 2.2 * scale : scale;
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

type Numbers = Float32Array<ArrayBuffer>;

/** Asks views for what is to be shown, with the class and the codes that were chosen: all at once, in one trip to the device. */
class Asker {
  readonly grid;
  readonly #rows;
  readonly #sampler: View | undefined;
  readonly #asked: { ask: Ask; use: (answer: Numbers) => void }[] = [];

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
  async sample(count: number, use: (samples: Numbers) => void): Promise<void> {
    if (this.#sampler?.kind === 'decode') this.#ask(this.#sampler, {}, count, use);
    // Chains go on from where they were.
    else use(own(await this.trainer.sample(count)));
  }

  /** Images from the noise of every redraw, with their scores. */
  scored(view: View, count: number, use: (samples: Numbers, scores: Numbers) => void): void {
    const len = view.len - 1;
    this.#ask(view, {}, count, (rows) => {
      const samples = new Float32Array(count * len);
      const scores = new Float32Array(count);
      for (let row = 0; row < count; row++) {
        const start = row * view.len;
        samples.set(rows.subarray(start, start + len), row * len);
        scores[row] = rows[start + len] ?? NaN;
      }
      use(samples, scores);
    });
  }

  /** Samples of given noise; none where they would be of every class in turn. */
  decode(z: Float32Array, use: (samples: Numbers) => void): void {
    const view = this.#sampler;
    const noise = view?.inputs.find(({ kind }) => kind === 'noise');
    if (!view || !noise || !this.#isDecided(view)) return;
    this.#ask(view, { [noise.name]: z }, z.length / noise.len, use);
  }

  /** Scores of samples; none where the model gives none, or they hang on a class that is not chosen. */
  score(view: View | undefined, x: Float32Array, use: (scores: Numbers) => void): void {
    const sample = view?.inputs.find(({ kind }) => kind === 'sample');
    if (!view || !sample || !this.#isDecided(view)) return;
    this.#ask(view, { [sample.name]: x }, x.length / sample.len, use);
  }

  /** Waits for the answers to all that was asked. */
  async answers(): Promise<void> {
    if (this.#asked.length === 0) return;
    const answers = await this.trainer.askAll(this.#asked.map(({ ask }) => ask));
    for (const [i, { use }] of this.#asked.entries()) {
      const answer = answers[i];
      if (answer) use(own(answer));
    }
  }

  #isDecided(view: View): boolean {
    return this.#rows !== undefined || choiceOf(view, this.show) === undefined;
  }

  #ask(
    view: View,
    given: Record<string, Float32Array>,
    n: number,
    use: (answer: Numbers) => void,
  ): void {
    const inputs = { ...given };
    const choice = choiceOf(view, this.show);
    if (choice && this.#rows) inputs[choice.input.name] = this.#rows(n);
    const codes = codesOf(view, this.show);
    const code = view.inputs.find(({ kind }) => kind === 'code');
    if (code) {
      inputs[code.name] = Float32Array.from(
        { length: n * codes.length },
        (_, i) => codes[i % codes.length] ?? 0,
      );
    }
    this.#asked.push({ ask: { view: view.name, inputs, n }, use });
  }
}

export async function makeFrame(trainer: Trainer, model: Model, show: Show): Promise<Frame> {
  const { info } = model;
  const asker = new Asker(trainer, model, show);
  const frame: Frame = { step: trainer.info().step, fake: new Float32Array() };
  if (info.data.kind === 'image' && !samplerOf(info)) askNames(asker, frame, model, trainer);
  else if (info.data.kind === 'image') await askImages(asker, frame, model, show);
  else if (model.line || info.data.dim === 2) await askPoints(asker, frame, model, show);
  await asker.answers();
  if (asksDensities(model, show)) await addDensities(frame, trainer, model);
  return frame;
}

/** Whether the picture is of the plane, and a layer of it is made of densities. */
function asksDensities({ info, line }: Model, { optimal, ratio }: Show): boolean {
  return (optimal || ratio) && info.data.kind === 'points' && !line && info.data.dim === 2;
}

/** Both densities from all samples of the frame, of which the stage then draws as many as ever. */
async function addDensities(frame: Frame, trainer: Trainer, model: Model): Promise<void> {
  const { fake } = frame;
  frame.fake = fake.slice(0, PLANE_SAMPLES * 2);
  // A sample that is not finite is nowhere.
  if (!fake.every(Number.isFinite)) return;
  const { densities } = await import('./densities.ts');
  const found = densities(trainer, model, fake, DENSITY_SIDE);
  if (found) frame.densities = found;
}

/** The likeliest class of each row of probabilities. */
function likeliest(shares: Numbers, classes: readonly string[]): string[] {
  const rows = shares.length / classes.length;
  return Array.from({ length: rows }, (_, i) => {
    const row = shares.subarray(i * classes.length, (i + 1) * classes.length);
    return classes[row.indexOf(Math.max(...row))] ?? '';
  });
}

/** Real images, and what a model that makes none calls them. */
function askNames(asker: Asker, frame: Frame, { info, real }: Model, trainer: Trainer): void {
  frame.fake = real.slice();
  const view = viewOf(info, 'classify');
  const known = trainer.attributes().find(({ classes }) => classes.length === view?.len);
  asker.score(view, real, (shares) => {
    const numbered = Array.from({ length: view?.len ?? 0 }, (_, i) => String(i));
    frame.names = likeliest(shares, known?.classes ?? numbered);
  });
}

async function askImages(asker: Asker, frame: Frame, model: Model, show: Show): Promise<void> {
  const { count, rows } = asker.grid;
  const score = viewOf(model.info, 'score');
  const scored = viewOf(model.info, 'scored');
  if (rows) frame.rows = rows;
  if (scored) {
    asker.scored(scored, count, (samples, scores) => {
      frame.fake = samples;
      frame.scores = scores;
    });
  } else {
    await asker.sample(count, (samples) => {
      frame.fake = samples;
      asker.score(score, samples, into(frame, 'scores'));
    });
  }
  // Nobody knows which class each of the real ones is of.
  if (!choiceOf(score, show)) asker.score(score, model.real, into(frame, 'realScores'));
}

async function askPoints(asker: Asker, frame: Frame, model: Model, show: Show): Promise<void> {
  const { info, line } = model;
  const score = viewOf(info, 'score');
  const sampler = samplerOf(info);
  const range = noiseRange(sampler?.inputs ?? []);
  // There are as many chains as there were at first.
  const more = asksDensities(model, show) && sampler?.kind === 'decode';
  const samples = line ? LINE_SAMPLES : more ? DENSITY_SAMPLES : PLANE_SAMPLES;
  await asker.sample(samples, into(frame, 'fake'));
  asker.score(score, line ? line.x : lattice(model.bounds, HEAT_SIDE), into(frame, 'scores'));
  if (!show.grid) return;
  if (line && info.latent_dim === 1) {
    frame.noise = linspace(...range, ARROWS);
    asker.decode(frame.noise, into(frame, 'warped'));
  } else if (!line && info.latent_dim === 2) {
    asker.decode(lattice([...range, ...range], GRID_SIDE), into(frame, 'warped'));
  }
}

type Layer = 'fake' | 'scores' | 'realScores' | 'warped';

/** Puts an answer into a layer of a frame. */
const into =
  (frame: Frame, layer: Layer) =>
  (values: Numbers): void => {
    frame[layer] = values;
  };

/** All that a frame holds. */
export function arraysOf(frame: Frame): Float32Array<ArrayBuffer>[] {
  const { fake, scores, realScores, warped, noise, densities } = frame;
  const all = [fake, scores, realScores, warped, noise, densities?.data, densities?.model];
  return all.filter((array) => array !== undefined);
}

/** The buffers of a frame, to be moved to the page rather than copied. */
export function buffersOf(frame: Frame): Transferable[] {
  return arraysOf(frame).map(({ buffer }) => buffer);
}
