/**
 * The attributes of <gan-playground>. They are the words of the share link, so that there is one reader for both;
 * `settings` takes the rest of a link as it is, such as `cost=minimax&g_optimizer.lr=0.0005`.
 */
import { msg, str } from '../words/locale.ts';

/** Attributes that are keys of the share link. */
export const LINK_ATTRIBUTES = [
  'preset',
  'seed',
  'backend',
  'scratch',
  'hide',
  'controls',
  'stop',
  'at',
  'caption',
  'measures',
  'ideas',
  'layers',
  'slow',
  'lock',
  'studio',
  'open',
  'size',
] as const;
const OWN: readonly string[] = [...LINK_ATTRIBUTES, 'settings', 'theme', 'page'];

/** What any element may have; names with a hyphen (data-, aria-, those of frameworks) come on top. */
const GLOBAL: readonly string[] =
  'accesskey autofocus class dir draggable hidden id inert lang nonce part role slot style tabindex title translate'.split(
    ' ',
  );

const THEMES: readonly string[] = ['light', 'dark', 'auto'];

export interface Wish {
  /** The same as a share link. */
  link: string;
  /** What is wrong with the attributes themselves. */
  problems: string[];
}

export function readAttributes(attributes: Iterable<{ name: string; value: string }>): Wish {
  const given = new Map([...attributes].map(({ name, value }) => [name, value]));
  const problems: string[] = [];
  for (const name of given.keys()) {
    if (OWN.includes(name) || GLOBAL.includes(name) || /[-:@]|^on/.test(name)) continue;
    const known = OWN.join(', ');
    problems.push(msg(str`“${name}”: there is no such attribute; there are ${known}`));
  }
  const theme = given.get('theme');
  if (theme !== undefined && !THEMES.includes(theme)) {
    const known = THEMES.join(', ');
    problems.push(msg(str`“theme=${theme}”: it is one of ${known}`));
  }
  const words = new URLSearchParams(given.get('settings') ?? '');
  for (const name of LINK_ATTRIBUTES) {
    const value = given.get(name);
    if (value !== undefined) words.set(name, value);
  }
  return { link: `#${words.toString()}`, problems };
}
