/**
 * What each player is told, and no more (tutorial, section 3.1). D gets points of both kinds with the answer that is wanted of it:
 * α for data, β for samples. G never sees the data: of its own samples it hears D's verdict, and which way would raise it.
 */
import type { Frame, Model } from '../protocol.ts';
import { written } from '../state/format.ts';
import { type Palette, rgb, withAlpha } from '../style/palette.ts';
import { targetsOf } from './optimal.ts';

export interface Token {
  x: number;
  y: number;
  real: boolean;
}

/** Pixels from one token to the next. */
export const PITCH = 15;
const RADIUS = 7;

/** As many of both kinds as have room beside each other within the picture, in turn; places are pixels, [x, y] each. */
export function tokensOf(
  real: Iterable<Place>,
  fake: Iterable<Place>,
  { width, height }: { width: number; height: number },
): Token[] {
  const taken = new Map<string, Token[]>();
  const tokens: Token[] = [];
  const cell = (at: number): number => Math.floor(at / PITCH);
  for (const [place, isReal] of inTurn(real, fake)) {
    const [x, y] = place;
    if (x < RADIUS || y < RADIUS || x > width - RADIUS || y > height - RADIUS) continue;
    const near = [-1, 0, 1].flatMap((dx) =>
      [-1, 0, 1].flatMap((dy) => taken.get([cell(x) + dx, cell(y) + dy].join()) ?? []),
    );
    if (near.some((one) => Math.hypot(one.x - x, one.y - y) < PITCH)) continue;
    const token = { x, y, real: isReal };
    const key = [cell(x), cell(y)].join();
    taken.set(key, [...(taken.get(key) ?? []), token]);
    tokens.push(token);
  }
  return tokens;
}

export type Place = readonly [x: number, y: number];

function* inTurn(real: Iterable<Place>, fake: Iterable<Place>): Generator<[Place, boolean]> {
  const sides = [real, fake].map((side) => side[Symbol.iterator]());
  let left = sides.length;
  while (left > 0) {
    left = 0;
    for (const [i, side] of sides.entries()) {
      const next = side.next();
      if (next.done) continue;
      left += 1;
      yield [next.value, i === 0];
    }
  }
}

/** The answers that are wanted of D, as they stand on the tokens; a critic is to score data higher, without a limit. */
export function answersOf({ critic, config }: Pick<Model, 'critic' | 'config'>): {
  real: string;
  fake: string;
} {
  if (critic) return { real: '+', fake: '–' };
  const { real, fake } = targetsOf(config);
  const text = (target: number): string =>
    written(String(Number(target.toPrecision(2))).replace(/^0\./, '.'));
  return { real: text(real), fake: text(fake) };
}

/** Each point with the answer that D is asked for. */
export function drawTokens(
  ctx: CanvasRenderingContext2D,
  tokens: readonly Token[],
  answers: { real: string; fake: string },
  palette: Palette,
): void {
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.font = '600 11px system-ui, sans-serif';
  ctx.lineWidth = 1;
  ctx.strokeStyle = withAlpha(palette.paper, 0.8);
  for (const { x, y, real } of tokens) {
    ctx.beginPath();
    ctx.arc(x, y, RADIUS, 0, 2 * Math.PI);
    ctx.fillStyle = real ? palette.realText : palette.fakeText;
    ctx.fill();
    ctx.stroke();
    ctx.fillStyle = palette.paper;
    ctx.fillText(real ? answers.real : answers.fake, x, y + 0.5);
  }
  ctx.textBaseline = 'alphabetic';
}

/** Levels of a verdict that are told apart by colour. */
const LEVELS = 5;

export function levelOf(verdict: number): number {
  return Math.min(LEVELS - 1, Math.floor(verdict * LEVELS));
}

/** From “fake” over “cannot tell” to “real”. */
export function verdictColours({ fake, quiet, real }: Palette): string[] {
  return Array.from({ length: LEVELS }, (_, level) => {
    const lean = (2 * level) / (LEVELS - 1) - 1;
    return mixed(quiet, lean < 0 ? fake : real, Math.abs(lean));
  });
}

function mixed(from: string, to: string, share: number): string {
  const [a, b] = [rgb(from), rgb(to)];
  return `rgb(${a.map((one, i) => Math.round(one + ((b[i] ?? 0) - one) * share)).join(' ')})`;
}

/** A grid of images as one player sees it: which they are, and what stands on each. */
export interface SeenImages {
  images: Float32Array;
  marks: ReadonlyMap<number, string>;
  /** Of which kind an image is, and which of these. */
  at(cell: number): { real: boolean; index: number };
}

/** Rows of real and of generated images in turn, each with the answer that is wanted of D. */
export function imagesForD(model: Model, fake: Float32Array, columns: number): SeenImages {
  const { dim } = model.info.data;
  const row = columns * dim;
  const rows = Math.floor(Math.min(model.real.length, fake.length) / row);
  const at = (cell: number): { real: boolean; index: number } => {
    const line = Math.floor(cell / columns);
    return { real: line % 2 === 0, index: (line >> 1) * columns + (cell % columns) };
  };
  const images = new Float32Array(rows * row);
  const marks = new Map<number, string>();
  const answers = answersOf(model);
  for (let cell = 0; cell < rows * columns; cell++) {
    const { real, index } = at(cell);
    const of = real ? model.real : fake;
    images.set(of.subarray(index * dim, (index + 1) * dim), cell * dim);
    marks.set(cell, real ? answers.real : answers.fake);
  }
  return { images, marks, at };
}

/** G's own images, with D's verdict on each. */
export function imagesForG(
  { critic }: Model,
  { fake, scores }: Pick<Frame, 'fake' | 'scores'>,
): SeenImages {
  const text = (score: number): string =>
    critic ? written(score.toPrecision(2)) : `${Math.round(100 * score)}`;
  const marks = new Map(Array.from(scores ?? [], (score, cell) => [cell, text(score)]));
  return { images: fake, marks, at: (cell) => ({ real: false, index: cell }) };
}
