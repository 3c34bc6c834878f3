/** When training stops by itself: at a step, after a time, or where a metric reaches a bound. In the link as `stop=modes>=8`. */
import { count, written } from './format.ts';
import { labelOf } from './label.ts';
import type { Stop } from './reached.ts';
import { language, msg, str } from '../words/locale.ts';

export { isReached, type Stop } from './reached.ts';

/** What is wrong with a stop that cannot be read. */
export const NO_STOP = msg(
  'it is a step such as 500, a time such as 30s, or a metric with a bound such as modes>=8 or js<=0.05',
);

const WAYS: readonly [RegExp, (words: string[]) => Stop][] = [
  [/^(\d{1,9})$/, ([step = '']) => ({ kind: 'step', step: Number(step) })],
  [/^(\d{1,6}(?:\.\d+)?)\s*s$/, ([seconds = '']) => ({ kind: 'time', seconds: Number(seconds) })],
  [
    /^([a-z]\w*)\s*([<>])=?\s*(-?\d+(?:\.\d+)?(?:e-?\d+)?)$/,
    ([name = '', side, value = '']) => ({
      kind: 'metric',
      name,
      bound: side === '<' ? '<=' : '>=',
      value: Number(value),
    }),
  ],
];

/** Undefined where it is none of them; `NO_STOP` says what there is. */
export function readStop(text: string): Stop | undefined {
  const tidy = text.trim().replaceAll('≥', '>=').replaceAll('≤', '<=');
  for (const [form, make] of WAYS) {
    const found = form.exec(tidy);
    if (!found) continue;
    const stop = make(found.slice(1));
    // No step and no time at all would stop before anything is trained.
    const isNothing =
      (stop.kind === 'step' && stop.step === 0) || (stop.kind === 'time' && stop.seconds === 0);
    return isNothing ? undefined : stop;
  }
  return undefined;
}

/** As `readStop` reads it. */
export function writeStop(stop: Stop): string {
  switch (stop.kind) {
    case 'step':
      return String(stop.step);
    case 'time':
      return `${stop.seconds}s`;
    case 'metric':
      return `${stop.name}${stop.bound}${stop.value}`;
  }
}

/** “step 500”, “30 s”, “modes ≥ 8” */
export function stopText(stop: Stop): string {
  switch (stop.kind) {
    case 'step': {
      const at = count(stop.step);
      return msg(str`step ${at}`);
    }
    case 'time':
      return `${stop.seconds}\u00a0s`;
    case 'metric':
      return `${metricText(stop.name)} ${stop.bound === '<=' ? '≤' : '≥'} ${written(stop.value)}`;
  }
}

const metricText = (name: string): string =>
  language === 'en' ? name.replaceAll('_', ' ') : labelOf(name);
