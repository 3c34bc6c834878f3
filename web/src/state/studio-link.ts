/**
 * The studio in a link, in words: `A 3 3.12 B 7 C 2.20 weights 1 -1.5 1 walk A C`. A letter is followed by what lies in that basket, then
 * come the weights, and what is done with it. What is as it would be anyway is left out. A latent that is no draw from the prior, such as
 * that of a person's own image, has no word.
 */
import { type Draw, MOST_DRAWN, type Three } from '../protocol-studio.ts';
import { written } from './format.ts';
import { type Basket, BASKETS, type Kept, type Studio, type Tools, TOOLS } from './studio.ts';
import { MAX_SEED } from './url.ts';
import { msg, str } from '../words/locale.ts';

/** The same as `wordOf` writes. */
const DRAW = /^(?:(\d*)\.)?(\d+)(?:\.(\d+))?$/;
const NUMBER = /^-?\d+(\.\d+)?$/;
const PLAIN: Three<number> = [1, -1, 1];
/** How far weights and directions go, as their sliders do. */
const FARTHEST = 2;
/** How far a place on the plane may lie beyond the triangle of A, B and C. */
export const [LOW, HIGH] = [-0.25, 1.25] as const;

export function writeStudio(
  studio: Pick<Studio, Exclude<keyof Kept, 'baskets'> | 'baskets'>,
): string {
  const { baskets, coefficients, rescale } = studio;
  const words: (string | number)[] = [];
  for (const name of BASKETS) {
    const draws = baskets[name].map(({ key }) => key).filter((key) => DRAW.test(key));
    if (draws.length > 0) words.push(name, ...draws);
  }
  if (coefficients.some((one, i) => one !== PLAIN[i])) words.push('weights', ...coefficients);
  if (!rescale) words.push('unscaled');
  words.push(...toolWords(studio));
  return words.map((word) => (typeof word === 'number' ? rounded(word) : word)).join(' ');
}

function toolWords({ tools, chosen }: Pick<Studio, 'tools' | 'chosen'>): (string | number)[] {
  switch (tools.shown) {
    case 'walk': {
      const { from, to, kind } = tools.walk;
      const plain = from === TOOLS.walk.from && to === TOOLS.walk.to;
      const straight = kind === 'linear';
      return plain && !straight ? [] : ['walk', from, to, ...(straight ? [kind] : [])];
    }
    case 'plane':
      return ['plane', ...tools.plane];
    case 'sliders': {
      const { start, amounts } = tools.sliders;
      const moved = Object.entries(amounts).filter(([, amount]) => amount !== 0);
      const turned = moved.flatMap(([name, amount]) => [name.replaceAll(' ', '_'), amount]);
      return ['turn', start === 'result' ? start : chosen, ...turned];
    }
    case 'invert':
      return ['image'];
  }
}

const rounded = (value: number): string => String(Number(value.toFixed(2)));

/** What the words say; the first that cannot be read ends it, and is named with what belongs there. */
export function readStudio(text: string): { kept: Kept; problem: string | undefined } {
  const kept: Kept = {
    baskets: { A: [], B: [], C: [] },
    chosen: 'A',
    coefficients: PLAIN,
    rescale: true,
    tools: TOOLS,
  };
  const words = new Words(text);
  try {
    for (let head = words.next(); head !== undefined; head = words.next()) read(kept, head, words);
    return { kept, problem: undefined };
  } catch (error) {
    return { kept, problem: error instanceof Error ? error.message : String(error) };
  }
}

function read(kept: Kept, head: string, words: Words): void {
  const use = (tools: Partial<Tools>): void => void (kept.tools = { ...kept.tools, ...tools });
  switch (head) {
    case 'A':
    case 'B':
    case 'C':
      kept.baskets[head] = words.draws(head);
      return;
    case 'weights':
      kept.coefficients = [1, 2, 3].map(() =>
        words.number('weights', -FARTHEST, FARTHEST),
      ) as Three<number>;
      return;
    case 'unscaled':
      kept.rescale = false;
      return;
    case 'walk': {
      const [from, to] = [words.basket('walk'), words.basket('walk')];
      const kind = words.takes('linear') ? 'linear' : 'spherical';
      use({ shown: 'walk', walk: { from, to, kind } });
      return;
    }
    case 'plane': {
      const place = (): number => words.number('plane', LOW, HIGH);
      use({ shown: 'plane', plane: [place(), place()] });
      return;
    }
    case 'turn': {
      const result = words.takes('result');
      if (!result) kept.chosen = words.basket('turn', true);
      const amounts = words.amounts();
      use({ shown: 'sliders', sliders: { start: result ? 'result' : 'sample', amounts } });
      return;
    }
    case 'image':
      use({ shown: 'invert' });
      return;
    default:
      throw new Error(
        msg(
          str`“${head}” is none of its words: A, B, C, weights, unscaled, walk, plane, turn, image`,
        ),
      );
  }
}

/** The words that are left to read. */
class Words {
  readonly #all: string[];

  constructor(text: string) {
    this.#all = text.split(/[\s,]+/).filter(Boolean);
  }

  next(): string | undefined {
    return this.#all.shift();
  }

  takes(word: string): boolean {
    const is = this.#all[0] === word;
    if (is) this.next();
    return is;
  }

  draws(basket: Basket): Draw[] {
    const draws: Draw[] = [];
    for (let [word = ''] = this.#all; DRAW.test(word); [word = ''] = this.#all) {
      const [, seed = '', number = '', middle = '100'] = DRAW.exec(word) ?? [];
      const draw = {
        seed: seed === '' ? undefined : Number(seed),
        index: Number(number) - 1,
        truncation: Number(middle) / 100,
      };
      const isOne = draw.index >= 0 && draw.index < MOST_DRAWN && (draw.seed ?? 0) <= MAX_SEED;
      if (!isOne || draw.truncation < 0.05 || draw.truncation > 1) {
        throw new Error(
          msg(
            str`“${basket} ${word}”: a sample is its number, from 1 to ${MOST_DRAWN}, after a seed and a point where it is not the run’s own, before a point and 5 to 100 where it is from the middle of the prior`,
          ),
        );
      }
      draws.push(draw);
      this.next();
    }
    if (draws.length === 0) {
      throw new Error(
        msg(str`“${basket}” needs samples by number, such as 3, or 2.3 for the third of seed 2`),
      );
    }
    return draws;
  }

  basket(what: string, orResult = false): Basket {
    const word = this.next();
    const basket = BASKETS.find((name) => name === word);
    if (basket) return basket;
    throw new Error(
      orResult
        ? msg(str`“${what}” needs a basket, A, B or C or “result”`)
        : msg(str`“${what}” needs a basket, A, B or C`),
    );
  }

  number(what: string, low: number, high: number): number {
    const word = this.next() ?? '';
    const value = NUMBER.test(word) ? Number(word) : NaN;
    if (!(value >= low && value <= high)) {
      const [least, most] = [written(low), written(high)];
      throw new Error(msg(str`“${what} ${word}”: it takes numbers from ${least} to ${most}`));
    }
    return value;
  }

  /** Directions, each with how far: `glasses 1.5 principal_1 -0.5`. */
  amounts(): Record<string, number> {
    const amounts: Record<string, number> = {};
    while (NUMBER.test(this.#all[1] ?? '')) {
      const name = (this.next() ?? '').replaceAll('_', ' ');
      amounts[name] = this.number(name, -FARTHEST, FARTHEST);
    }
    return amounts;
  }
}
