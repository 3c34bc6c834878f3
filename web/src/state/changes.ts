/** How a run differs from its preset, in words: for the chips beside the title, the story, the title itself and the link. */
import { listed as all } from './format.ts';
import { getPath, isObject, type Json } from './json.ts';
import { labelOf } from './label.ts';
import { brief } from './setting.ts';
import { language, msg, str } from '../words/locale.ts';

export interface Change {
  path: string;
  /** `gradient penalty` */
  name: string;
  /** `off`, `5`, `minimax` */
  is: string;
  /** What the preset has; undefined where it has no such field. */
  was: string | undefined;
}

export function changesOf(
  preset: Json | undefined,
  overrides: Readonly<Record<string, Json>>,
): Change[] {
  return Object.entries(overrides).map(([path, value]) => {
    const own = getPath(preset, path);
    return {
      path,
      name: nameOf(path),
      is: worded(value),
      was: own === undefined ? undefined : worded(own),
    };
  });
}

/** `g_optimizer.lr`: G learning rate. Players and what papers abbreviate stay capitals. */
export function nameOf(path: string): string {
  const words = path
    .split('.')
    .filter((key, i, all) => i === all.length - 1 || !PLAIN.has(key))
    .map((key) => labelOf(key.replace(/_optimizer$/, '')))
    .map((word) => (isKept(word) ? word : word.toLowerCase()));
  return words.join(' ');
}

/** Parts of a path that say nothing beside what follows them. */
const PLAIN = new Set(['schedule', 'kind']);

/** Capitals stay, and in German all of a noun. */
const isKept = (word: string): boolean => language !== 'en' || /[A-Z]{2}|\b[A-Z]\b/.test(word);

function worded(value: Json): string {
  if (value === null || value === false) return msg('off');
  if (value === true) return msg('on');
  if (Array.isArray(value)) return msg('others');
  if (isObject(value)) return typeof value.kind === 'string' ? worded(value.kind) : msg('on');
  if (typeof value !== 'string') return brief(value);
  return language === 'en' ? value.replaceAll('_', ' ') : labelOf(value);
}

/** “gradient penalty off and cost minimax” */
export const listed = (changes: readonly Change[]): string =>
  all(changes.map(({ name, is }) => `${name} ${is}`));

/** What a tab says of the page: the run by what one looks for among tabs, and that it is paused where nothing else can say so. */
export function tabTitle(title: string, paused: boolean): string {
  return paused ? msg(str`Paused: ${title} · Ganlet`) : `${title} · Ganlet`;
}

/** What a link that was copied opens, in words. */
export function sharedText(title: string, seed: number): string {
  return msg(str`The link is copied. It opens “${title}” with seed ${seed}.`);
}
