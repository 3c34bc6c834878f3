/**
 * What the text of a lesson does to the playground beside it: `set?cost=minimax;train?steps=500`. Read by the build,
 * which checks it, and by the page, which does it. docs/lessons.md says what there is.
 */
import { type Json, parseValue } from './json.ts';
import { type Layer, LAYERS } from './parts.ts';
import { parseSeed } from './url.ts';
import { msg, str } from '../words/locale.ts';

export type Action =
  | { act: 'open'; link: string }
  | { act: 'set'; changes: Record<string, Json> }
  | { act: 'train'; steps: number }
  | { act: 'step'; update: string | undefined }
  | { act: 'show'; layers: Partial<Record<Layer, boolean>> }
  | { act: 'slow'; on: boolean }
  | { act: 'measure' }
  | { act: 'reset'; seed: number | undefined };

/** Reads one action; throws with what is wrong and what there is instead. */
const READERS: Record<Action['act'], (words: URLSearchParams) => Action> = {
  open: (words) => {
    if (!words.has('preset'))
      throw new Error(msg('“open” needs a preset, as in “open?preset=ring”'));
    return { act: 'open', link: `#${words.toString()}` };
  },
  set: (words) => {
    const changes = Object.fromEntries([...words].map(([path, text]) => [path, parseValue(text)]));
    if (words.size === 0) throw new Error(msg('“set” needs a setting, as in “set?cost=minimax”'));
    return { act: 'set', changes };
  },
  train: (words) => {
    const steps = Number(only(words, 'steps') ?? '');
    if (!Number.isInteger(steps) || steps < 1 || steps > 100_000) {
      throw new Error(
        msg('“train” needs a number of steps from 1 to 100,000, as in “train?steps=500”'),
      );
    }
    return { act: 'train', steps };
  },
  step: (words) => ({ act: 'step', update: only(words, 'update') }),
  show: (words) => {
    const layers = Object.fromEntries(
      [...words].map(([name, text]) => {
        if (!(LAYERS as readonly string[]).includes(name)) {
          const known = LAYERS.join(', ');
          throw new Error(msg(str`there is no layer “${name}”; there are ${known}`));
        }
        return [name, isOn(name, text)];
      }),
    );
    if (words.size === 0) throw new Error(msg('“show” needs a layer, as in “show?heat=1”'));
    return { act: 'show', layers };
  },
  measure: (words) => {
    if (words.size > 0) throw new Error(msg('“measure” takes nothing'));
    return { act: 'measure' };
  },
  slow: (words) => ({ act: 'slow', on: isOn('on', only(words, 'on') ?? '1') }),
  reset: (words) => {
    const text = only(words, 'seed');
    const seed = text === undefined ? undefined : parseSeed(text);
    if (text !== undefined && seed === undefined) {
      throw new Error(msg(str`“${text}” is not a seed: it should be a whole number from 0`));
    }
    return { act: 'reset', seed };
  },
};

function isOn(name: string, text: string): boolean {
  if (text !== '0' && text !== '1') throw new Error(msg(str`“${name}” is 1 for on or 0 for off`));
  return text === '1';
}

/** The value of the one word that an action takes. */
function only(words: URLSearchParams, name: string): string | undefined {
  const other = [...words.keys()].find((key) => key !== name);
  if (other !== undefined) throw new Error(msg(str`it has no “${other}”; it takes ${name}`));
  return words.get(name) ?? undefined;
}

export function readActions(text: string): Action[] {
  return text.split(';').map((one) => {
    const [name = '', ...rest] = one.trim().split('?');
    const read = Object.hasOwn(READERS, name) ? READERS[name as Action['act']] : undefined;
    if (!read) {
      const known = Object.keys(READERS).join(', ');
      throw new Error(msg(str`there is no action “${name}”; there are ${known}`));
    }
    return read(new URLSearchParams(rest.join('?')));
  });
}
