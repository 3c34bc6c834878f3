/**
 * The latent studio's state: samples to choose from, three baskets, and A - B + C. Every other tool
 * of the studio starts from the baskets' means, so that there is one way to choose latents.
 */
import type { CallName, Calls } from '../protocol.ts';
import type { Arithmetic, Decoded, Draw, Found, Three, Prediction } from '../protocol-studio.ts';
import type { Attribute, Direction, InversionProgress } from '../library.ts';
import { wordsFor } from './describe.ts';
import { percent } from './format.ts';
import { Latest } from './latest.ts';
import { msg, said, str } from '../words/locale.ts';

export type Basket = 'A' | 'B' | 'C';
export const BASKETS: readonly Basket[] = ['A', 'B', 'C'];

/** A latent in a basket, with its picture. */
export interface Pick {
  /** Which draw it is, in a link's words, or that it was found; the same sample is not taken twice. */
  key: string;
  z: Float32Array;
  image: Float32Array;
}

/** What is done with the baskets, one at a time. */
export interface Tools {
  shown: 'walk' | 'plane' | 'sliders' | 'invert';
  walk: { from: Basket; to: Basket; kind: 'linear' | 'spherical' };
  /** A place: so much towards B, so much towards C. */
  plane: [u: number, v: number];
  sliders: { start: 'sample' | 'result'; amounts: Readonly<Record<string, number>> };
}

export const TOOLS: Tools = {
  shown: 'walk',
  walk: { from: 'A', to: 'C', kind: 'spherical' },
  plane: [0.5, 0.5],
  sliders: { start: 'sample', amounts: {} },
};

/** All that a link keeps of the studio. */
export interface Kept {
  baskets: Record<Basket, readonly Draw[]>;
  chosen: Basket;
  coefficients: Three<number>;
  rescale: boolean;
  tools: Tools;
}

type Call = <K extends CallName>(call: K, args: Calls[K]['args']) => Promise<Calls[K]['result']>;

export const SAMPLES = 64;
/** More members than this tell a mean nothing new, and do not fit. */
const MOST = 12;

export class Studio {
  attributes: Attribute[] = [];
  directions: Direction[] = [];
  samples: Decoded | undefined;
  /** Undefined: the noise that the stage shows. */
  seed: number | undefined;
  truncation = 1;
  /** The sample that the pointer or the focus is on. */
  looked: number | undefined;
  chosen: Basket = 'A';
  baskets: Record<Basket, readonly Pick[]> = { A: [], B: [], C: [] };
  coefficients: Three<number> = [1, -1, 1];
  rescale = true;
  tools = TOOLS;
  arithmetic: Arithmetic | undefined;
  inversion: InversionProgress | undefined;
  /** What is under way, in words. */
  busy = '';
  /** Why the last thing asked for was refused; shown at the control that asked. */
  refusals: Readonly<Record<string, string>> = {};

  /** Samples that the classifier was asked about. */
  #classified: Decoded | undefined;
  /** Each filling looks through samples of its own; the same clicks find the same ones again. */
  #fills = 0;
  readonly #sums = new Latest<null>(async () => {
    await this.#add();
  });
  readonly #samplings = new Latest<null>(async () => {
    await this.#sample();
  });

  constructor(
    private readonly call: Call,
    private readonly changed: () => void,
  ) {}

  /** Begins with a model: what it can tell apart, and samples of it. A sample of the stage goes into the chosen basket. */
  async begin(sample?: number): Promise<void> {
    // The stage's samples are those of the run's own seed.
    if (sample !== undefined) Object.assign(this, { seed: undefined, truncation: 1 });
    await this.#sample();
    if (sample !== undefined) this.pick(sample);
    const survey = await this.attempt('survey', msg('Looking for directions'), 'survey', null);
    if (!survey) return;
    this.attributes = survey.attributes;
    this.directions = survey.directions;
    this.changed();
  }

  /** Another model: nothing of the old one fits. */
  clear(): void {
    this.attributes = [];
    this.directions = [];
    this.samples = undefined;
    this.looked = undefined;
    this.seed = undefined;
    this.truncation = 1;
    this.baskets = { A: [], B: [], C: [] };
    this.tools = TOOLS;
    this.arithmetic = undefined;
    this.refusals = {};
    this.#fills = 0;
    this.changed();
  }

  /** Takes up what a link kept. */
  async restore({ baskets, ...rest }: Kept): Promise<void> {
    Object.assign(this, rest);
    const draws = BASKETS.flatMap((name) => baskets[name]);
    const found =
      draws.length > 0
        ? await this.attempt('samples', msg('Drawing what the link names'), 'draw', { draws })
        : undefined;
    let at = 0;
    for (const name of BASKETS) {
      const picks = baskets[name].map((draw) => this.#pickOf(found, at++, wordOf(draw)));
      const there = picks.filter((pick) => pick !== undefined).slice(-MOST);
      this.baskets = { ...this.baskets, [name]: there };
    }
    await this.#add();
  }

  /** How far the inversion under way is. */
  inverting(progress: InversionProgress | undefined): void {
    this.inversion = progress;
    this.changed();
  }

  /** The weights changed: the same latents look different now. */
  refresh(): void {
    this.#samplings.ask(null);
    this.#sums.ask(null);
  }

  /** What the classifier sees in one of the samples; for all of them it is asked when one is first looked at. */
  async look(index: number | undefined): Promise<void> {
    const { samples } = this;
    this.looked = index;
    if (
      index === undefined ||
      !samples ||
      samples.predictions.length ||
      this.#classified === samples
    ) {
      this.changed();
      return;
    }
    this.#classified = samples;
    const predictions = await this.attempt('samples', '', 'classify', { images: samples.images });
    // Others may be there by now.
    if (predictions && this.samples === samples) this.samples = { ...samples, predictions };
    this.changed();
  }

  show(changes: Partial<Shown>): void {
    Object.assign(this, changes);
    this.#samplings.ask(null);
  }

  choose(basket: Basket): void {
    this.chosen = basket;
    this.changed();
  }

  /** Puts sample `index` into the chosen basket, or takes it out where it is in. */
  pick(index: number): void {
    const pick = this.#pickOf(this.samples, index, this.#keyOf(index));
    if (!pick) return;
    const basket = this.baskets[this.chosen];
    if (basket.some(({ key }) => key === pick.key)) this.remove(this.chosen, pick.key);
    else this.put(this.chosen, [...basket, pick]);
  }

  /** The basket that a sample on show lies in. */
  basketOf(index: number): Basket | undefined {
    const key = this.#keyOf(index);
    return BASKETS.find((name) => this.baskets[name].some((pick) => pick.key === key));
  }

  put(basket: Basket, picks: readonly Pick[]): void {
    this.baskets = { ...this.baskets, [basket]: picks.slice(-MOST) };
    this.#refuse(`basket ${basket}`, undefined);
    this.#sums.ask(null);
    this.changed();
  }

  remove(basket: Basket, key: string): void {
    this.put(
      basket,
      this.baskets[basket].filter((pick) => pick.key !== key),
    );
  }

  weigh(coefficients: Three<number>, rescale = this.rescale): void {
    this.coefficients = coefficients;
    this.rescale = rescale;
    this.#sums.ask(null);
    this.changed();
  }

  /** Fills a basket with samples that the classifier takes for what is wanted. */
  async fill(basket: Basket, wanted: Record<string, string>, n: number): Promise<boolean> {
    const words = Object.values(wanted).map(said).join(', ');
    const seed = ++this.#fills;
    const found = await this.attempt('find', msg(str`Looking for ${words}`), 'find', {
      wanted,
      n,
      seed,
    });
    if (!found) return false;
    this.put(basket, this.#picks(found));
    return true;
  }

  /**
   * Fills the three baskets with samples of what is wanted that are alike in all else, as far as there are such: the difference
   * of their means is then what is wanted, and not also the colour of some hair.
   */
  async example(wanted: Three<Record<string, string>>, n: number): Promise<void> {
    const seed = ++this.#fills;
    const args = { wanted, n, seed };
    const found = await this.attempt(
      'result',
      msg('Looking for samples that match'),
      'match',
      args,
    );
    for (const [i, basket] of BASKETS.entries()) {
      const group = found?.[i];
      if (!group) {
        if (!(await this.fill(basket, wanted[i] ?? {}, n))) return;
        continue;
      }
      this.put(basket, this.#picks(group));
    }
    this.weigh([1, -1, 1]);
  }

  /** The latents of a basket, one after another. */
  latents(basket: Basket): Float32Array {
    const picks = this.baskets[basket];
    const width = picks[0]?.z.length ?? 0;
    const all = new Float32Array(picks.length * width);
    picks.forEach(({ z }, i) => {
      all.set(z, i * width);
    });
    return all;
  }

  /** The means of baskets; a word at the control `who` where one is empty. */
  async means(who: string, names: readonly Basket[]): Promise<Float32Array[] | undefined> {
    const empty = names.find((name) => this.baskets[name].length === 0);
    if (empty) {
      this.#refuse(
        who,
        msg(str`Basket ${empty} is empty: choose ${empty}, then click on samples to put them in.`),
      );
      this.changed();
      return undefined;
    }
    const means: Float32Array[] = [];
    for (const name of names) {
      const mean = await this.attempt(who, '', 'mean', { latents: this.latents(name) });
      if (!mean) return undefined;
      means.push(mean.z);
    }
    return means;
  }

  /** A call whose failure becomes a word at the control that asked. */
  async attempt<K extends CallName>(
    who: string,
    busy: string,
    call: K,
    args: Calls[K]['args'],
  ): Promise<Calls[K]['result'] | undefined> {
    this.busy = busy;
    if (busy) this.changed();
    try {
      const result = await this.call(call, args);
      this.#refuse(who, undefined);
      return result;
    } catch (error) {
      this.#refuse(who, error instanceof Error ? error.message : String(error));
      return undefined;
    } finally {
      this.busy = '';
      this.changed();
    }
  }

  use(changes: Partial<Tools>): void {
    this.tools = { ...this.tools, ...changes };
    this.changed();
  }

  refuse(who: string, reason: string | undefined): void {
    this.#refuse(who, reason);
    this.changed();
  }

  #refuse(who: string, reason: string | undefined): void {
    const { [who]: _, ...others } = this.refusals;
    this.refusals = reason ? { ...others, [who]: reason } : others;
  }

  /** A sample that was looked for is the same as one on show, where it is the same draw. */
  #picks(found: Found): Pick[] {
    return found.draws
      .map((draw, i) => this.#pickOf(found, i, draw ? wordOf(draw) : `found ${this.#fills}/${i}`))
      .filter((pick) => pick !== undefined);
  }

  #keyOf(index: number): string {
    return wordOf({ seed: this.seed, index, truncation: this.truncation });
  }

  #pickOf(from: Decoded | undefined, index: number, key: string): Pick | undefined {
    if (!from || index >= from.count) return undefined;
    const cut = (all: Float32Array): Float32Array => {
      const size = all.length / from.count;
      return all.slice(index * size, (index + 1) * size);
    };
    return { key, z: cut(from.z), image: cut(from.images) };
  }

  async #sample(): Promise<void> {
    const { seed, truncation } = this;
    const args = { n: SAMPLES, seed, truncation };
    const samples = await this.attempt('samples', '', 'samples', args);
    if (samples) this.samples = samples;
    await this.look(this.looked);
  }

  async #add(): Promise<void> {
    if (BASKETS.some((name) => this.baskets[name].length === 0)) this.arithmetic = undefined;
    else {
      const { coefficients, rescale } = this;
      const baskets = BASKETS.map((name) => this.latents(name)) as Three<Float32Array>;
      const args = { baskets, coefficients, rescale };
      const sum = await this.attempt('result', '', 'arithmetic', args);
      if (sum) this.arithmetic = sum;
    }
    this.changed();
  }
}

/** What `show` can change about the samples to choose from. */
interface Shown {
  seed: number | undefined;
  truncation: number;
}

/** A draw in a link's words: `12` of the run's own seed, `3.12` of seed 3, `3.12.50` from the middle 50 % of the prior. */
export function wordOf({ seed, index, truncation }: Draw): string {
  const middle = truncation < 1 ? `.${Math.round(100 * truncation)}` : '';
  return `${seed === undefined && !middle ? '' : `${seed ?? ''}.`}${index + 1}${middle}`;
}

/** "woman 98 %, glasses 91 %" */
export function predictionText(predictions: readonly Prediction[] | undefined): string {
  return (predictions ?? [])
    .map(({ words, probability }) => `${words} ${percent(probability)}`)
    .join(', ');
}

/**
 * The classic analogy from two attributes of two classes each: A has both, B only the first's class,
 * C neither; so A - B + C should be C with what A has. Figure 19: man with glasses - man + woman.
 */
export function analogy(
  attributes: readonly Attribute[],
): { wanted: Three<Record<string, string>>; text: Three<string> } | undefined {
  const [who, what] = attributes.filter(({ classes }) => classes.length === 2);
  if (!who || !what) return undefined;
  const [other = '', one = ''] = who.classes;
  const [without = '', having = ''] = what.classes;
  const withThing = (person: string, label: string): string =>
    said(`${person} with ${wordsFor(what, label, false)}`);
  const wanted = (person: string, thing: string): Record<string, string> => ({
    [who.name]: person,
    [what.name]: thing,
  });
  return {
    wanted: [wanted(one, having), wanted(one, without), wanted(other, without)],
    text: [withThing(one, having), withThing(one, without), withThing(other, without)],
  };
}
