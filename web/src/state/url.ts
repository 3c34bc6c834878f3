/**
 * The share link. The hash holds the preset, the seed, the backend, what a lesson hides and only what
 * differs from the preset: `#preset=ring&seed=7&hide=game&g_optimizer.lr=0.0005`. What cannot be read
 * is left out and named: the page then opens something sensible, an embedded playground says why not.
 */
import type { BackendChoice } from '../library.ts';
import { type Json, parseValue } from './json.ts';
import {
  type Control,
  CONTROLS,
  type Layer,
  LAYERS,
  type Lock,
  type Part,
  PARTS,
  readWords,
  type Size,
  SIZES,
} from './parts.ts';
import { type Language, LANGUAGES } from '../words/choose.ts';
import { readIdeas, settledIdeas } from './next.ts';
import { isPace, PACE_NAMES, type SlowPace } from './slow.ts';
import { NO_STOP, readStop, type Stop, writeStop } from './stop.ts';
import { msg, str } from '../words/locale.ts';

export interface Spec {
  preset: string;
  seed: number;
  backend: BackendChoice;
  /** Dotted path to value, for everything that differs from the preset. */
  overrides: Record<string, Json>;
  /** Train from the first step, though a trained model ships with the preset. */
  scratch: boolean;
  /** Parts of the page that are left out. */
  hide: readonly Part[];
  /** Where training stops by itself before the end of the run. */
  stop: Stop | undefined;
  /** What is said of the run instead of the preset's own sentence; empty for that. */
  caption: string;
  /** The measures that are shown, the first of them large; empty for those that lead by themselves. */
  measures: readonly string[];
  /** What to try next instead of the preset's own ideas, in the words of `next.ts`; empty for those. */
  ideas: string;
  /** What the bar offers; empty for everything. */
  controls: readonly Control[];
  /** The layers of the stage that are on; undefined: what the picture begins with. */
  layers: readonly Layer[] | undefined;
  /** Slow motion, how slow; undefined: at full speed. */
  slow: SlowPace | undefined;
  /** What nobody may change here. */
  lock: Lock;
  /** The latent studio, open, and what lies in it, in the words of `studio-link.ts`; undefined: closed. */
  studio: string | undefined;
  /** Large for a projector. */
  size: Size;
  /** The language that the link asks for; undefined: the reader's. */
  lang: Language | undefined;
}

export interface Reading {
  spec: Spec;
  /** The step to begin at, where a link says one: steps are trained before the first picture. */
  at: number | undefined;
  /** The address of a file that the link asks to open. */
  open: string | undefined;
  /** Whether the link names a preset, so a visitor without a link can be given a head start. */
  named: boolean;
  /** What could not be taken, each a sentence without its full stop: “seed=x”: a seed is … */
  problems: string[];
}

export const DEFAULT_SPEC: Spec = {
  preset: 'ring',
  seed: 0,
  backend: 'auto',
  overrides: {},
  scratch: false,
  hide: [],
  stop: undefined,
  caption: '',
  measures: [],
  ideas: '',
  controls: [],
  layers: undefined,
  slow: undefined,
  lock: [],
  studio: undefined,
  size: 'normal',
  lang: undefined,
};

const BACKENDS: readonly string[] = ['auto', 'webgpu', 'cpu'] satisfies BackendChoice[];
const PATH = /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/i;
/** Keys that would reach an object's prototype when a path is written into a config. */
const FORBIDDEN = /(^|\.)(__proto__|constructor|prototype)(\.|$)/;
export const MAX_SEED = 0xffff_ffff;

export function parseSeed(text: string): number | undefined {
  const seed = Number(text);
  return text.trim() !== '' && Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED
    ? seed
    : undefined;
}

function writeValue(value: Json): string {
  return typeof value === 'string' && parseValue(value) === value
    ? value
    : JSON.stringify(value, (_, part: unknown) => shortened(part));
}

/** Some settings are kept in single precision: 0.05 comes back as 0.05000000074505806, and seven digits say as much. */
function shortened(part: unknown): unknown {
  const isFraction = typeof part === 'number' && !Number.isInteger(part);
  return isFraction ? Number(part.toPrecision(7)) : part;
}

/** Reads each key of a link into a spec; what it returns is wrong with the value. */
const READERS: Record<string, (spec: Spec, text: string) => string | undefined> = {
  preset: (spec, text) => {
    spec.preset = text;
    return undefined;
  },
  // Which version wrote the link is no part of the game.
  v: () => undefined,
  seed: (spec, text) => {
    const seed = parseSeed(text);
    if (seed !== undefined) spec.seed = seed;
    return seed === undefined
      ? msg(str`a seed is a whole number from 0 to ${MAX_SEED}`)
      : undefined;
  },
  scratch: (spec, text) => {
    spec.scratch = text !== '0';
    return undefined;
  },
  backend: (spec, text) => {
    if (!BACKENDS.includes(text)) return oneOf(BACKENDS);
    spec.backend = text as BackendChoice;
    return undefined;
  },
  stop: (spec, text) => {
    spec.stop = readStop(text);
    return spec.stop ? undefined : NO_STOP;
  },
  caption: (spec, text) => {
    spec.caption = text.trim().slice(0, LONGEST);
    return text.trim().length > LONGEST ? msg(str`it has more than ${LONGEST} letters`) : undefined;
  },
  measures: (spec, text) => {
    const words = text.split(/[\s,]+/).filter(Boolean);
    spec.measures = words.filter((word) => PATH.test(word));
    return spec.measures.length < words.length
      ? msg('they are names, such as modes high_quality')
      : undefined;
  },
  ideas: (spec, text) => {
    const problem = readIdeas(text).problem;
    if (problem === undefined) spec.ideas = text.trim();
    return problem;
  },
  hide: (spec, text) => {
    const { words, unknown } = readWords(text, PARTS);
    spec.hide = words;
    return unknownWords(unknown, PARTS);
  },
  controls: (spec, text) => {
    const { words, unknown } = readWords(text, CONTROLS);
    spec.controls = words;
    return unknownWords(unknown, CONTROLS);
  },
  layers: (spec, text) => {
    const { words, unknown } = readWords(text, LAYERS);
    // A misspelt word alone leaves the picture as it would be.
    if (words.length > 0 || unknown.length === 0) spec.layers = words;
    return unknownWords(unknown, LAYERS);
  },
  slow: (spec, text) => {
    if (!isPace(text)) return oneOf(PACE_NAMES);
    spec.slow = text;
    return undefined;
  },
  lock: (spec, text) => {
    const words = text.split(/[\s,]+/).filter(Boolean);
    if (words.length === 1 && words[0] === '0') return undefined;
    if (words.length === 0 || words.some((word) => word === 'all' || word === '1')) {
      spec.lock = 'all';
      return undefined;
    }
    spec.lock = words.filter((word) => PATH.test(word));
    return spec.lock.length < words.length
      ? msg('it is “all”, or settings by their paths')
      : undefined;
  },
  studio: (spec, text) => {
    spec.studio = text.trim();
    return undefined;
  },
  // The page has it from here before it reads the rest: words/choose.ts.
  lang: (spec, text) => {
    spec.lang = LANGUAGES.find((one) => one === text);
    return spec.lang ? undefined : oneOf(LANGUAGES);
  },
  size: (spec, text) => {
    const size = SIZES.find((one) => one === text);
    if (size) spec.size = size;
    return size ? undefined : oneOf(SIZES);
  },
};

/** More steps than anybody waits for before there is a picture. */
const LAST_START = 100_000;
/** As long as a caption may be. */
const LONGEST = 400;

function oneOf(words: readonly string[]): string {
  const all = words.join(', ');
  return msg(str`it is one of ${all}`);
}

function unknownWords(unknown: string[], known: readonly string[]): string | undefined {
  const [none, all] = [quoted(unknown), known.join(', ')];
  return unknown.length ? msg(str`there is no ${none}; the words are ${all}`) : undefined;
}

const quoted = (words: readonly string[]): string =>
  words.map((word) => msg(str`“${word}”`)).join(', ');

/** `known` says whether a config path exists; without it (before the library is loaded) all pass. */
export function readHash(hash: string, known: (path: string) => boolean = () => true): Reading {
  const spec: Spec = { ...DEFAULT_SPEC, overrides: {} };
  const problems: string[] = [];
  const words = new URLSearchParams(hash.replace(/^[#?]/, ''));
  let at: number | undefined;
  let open: string | undefined;
  for (const [key, text] of words) {
    if (key === 'open') {
      open = text;
      continue;
    }
    if (key === 'at') {
      at = parseSeed(text);
      if (at === undefined || at > LAST_START) {
        problems.push(
          msg(str`“at=${text}”: the step to begin at is a whole number from 0 to ${LAST_START}`),
        );
        at = undefined;
      }
      continue;
    }
    const read = Object.hasOwn(READERS, key) ? READERS[key] : undefined;
    if (read) {
      const problem = read(spec, text);
      if (problem) problems.push(msg(str`“${key}=${text}”: ${problem}`));
    } else if (!PATH.test(key) || FORBIDDEN.test(key) || !known(key)) {
      problems.push(msg(str`“${key}”: this version has no such setting`));
    } else spec.overrides[key] = parseValue(text);
  }
  if (spec.lock !== 'all') {
    const unheard = spec.lock.filter((path) => !known(path));
    if (unheard.length > 0) {
      const none = quoted(unheard);
      problems.push(msg(str`“lock”: this version has no setting ${none}`));
      spec.lock = spec.lock.filter(known);
    }
  }
  const unheard = readIdeas(spec.ideas).own.flatMap(({ overrides }) =>
    Object.keys(overrides).filter(
      (path) => !PATH.test(path) || FORBIDDEN.test(path) || !known(path),
    ),
  );
  if (unheard.length > 0) {
    const none = quoted(unheard);
    problems.push(msg(str`“ideas”: this version has no setting ${none}`));
    spec.ideas = '';
  }
  spec.ideas = settledIdeas(spec.ideas, spec.preset);
  return { spec, at, open, named: words.has('preset'), problems };
}

export function writeHash(spec: Spec): string {
  const pairs: [string, string][] = [['preset', spec.preset]];
  if (spec.seed !== DEFAULT_SPEC.seed) pairs.push(['seed', String(spec.seed)]);
  if (spec.backend !== DEFAULT_SPEC.backend) pairs.push(['backend', spec.backend]);
  if (spec.scratch) pairs.push(['scratch', '1']);
  if (spec.stop) pairs.push(['stop', writeStop(spec.stop)]);
  if (spec.caption) pairs.push(['caption', spec.caption]);
  if (spec.measures.length) pairs.push(['measures', spec.measures.join(' ')]);
  if (spec.ideas) pairs.push(['ideas', spec.ideas]);
  if (spec.hide.length) pairs.push(['hide', spec.hide.join(' ')]);
  if (spec.controls.length) pairs.push(['controls', spec.controls.join(' ')]);
  if (spec.layers) pairs.push(['layers', spec.layers.join(' ')]);
  if (spec.slow) pairs.push(['slow', spec.slow]);
  if (spec.lock.length) pairs.push(['lock', spec.lock === 'all' ? 'all' : spec.lock.join(' ')]);
  if (spec.studio !== undefined) pairs.push(['studio', spec.studio]);
  if (spec.size !== DEFAULT_SPEC.size) pairs.push(['size', spec.size]);
  if (spec.lang) pairs.push(['lang', spec.lang]);
  for (const path of Object.keys(spec.overrides).sort()) {
    pairs.push([path, writeValue(spec.overrides[path] ?? null)]);
  }
  return '#' + new URLSearchParams(pairs).toString();
}
