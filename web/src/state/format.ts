/** Numbers as people read them, in the language of the page. */
import type { Progress } from '../library.ts';
import { language, msg, str } from '../words/locale.ts';

const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const [, point = '.'] = new Intl.NumberFormat(language).format(0.1);

export const count = (value: number): string => whole.format(value);

/** A number without groups, as JavaScript writes it, with the point of the language. */
export const written = (value: number | string): string => String(value).replace('.', point);

export const decimal = (value: number, digits: number): string => written(value.toFixed(digits));

/** Number and sign stay on one line. */
export const percent = (share: number): string => `${Math.round(share * 100)}\u00a0%`;

/** A divergence: three decimals below ten, fewer above; honest about what is not a number. */
export function divergence(value: number): string {
  if (Number.isNaN(value)) return msg('not a number');
  if (!Number.isFinite(value)) return '∞';
  return Math.abs(value) < 10 ? decimal(value, 3) : decimal(value, 1);
}

/** “a, b and c” */
export function listed(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  const others = parts.slice(0, -1).join(', ');
  return others === '' ? last : msg(str`${others} and ${last}`);
}

export function rate(stepsPerSecond: number): string {
  return stepsPerSecond >= 10 ? count(stepsPerSecond) : decimal(stepsPerSecond, 1);
}

export function firstSentence(text: string): string {
  return /^.*?[.:?!](?=\s|$)/.exec(text)?.[0].replace(/:$/, '.') ?? text;
}

/** The first sentence with all that it says. */
export function wholeSentence(text: string): string {
  return /^.*?[.?!](?=\s|$)/.exec(text)?.[0] ?? text;
}

/** A time to come, as coarse as it is uncertain. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${count(Math.max(1, seconds))} s`;
  const minutes = seconds / 60;
  return minutes < 90 ? `${count(minutes)} min` : `${decimal(minutes / 60, 1)} h`;
}

const STAGES: Record<Progress['stage'], string> = {
  adapter: msg('Looking for a GPU'),
  engine: msg('Loading the engine'),
  data: msg('Loading data'),
  compile: msg('Compiling kernel'),
  init: msg('setting up'),
};

export function progressText({ stage, done, total, label }: Progress): string {
  // What a step of the set-up is called says more than that it is one.
  const name = stage === 'init' ? label : undefined;
  const [so, all] = [amount(stage, done), amount(stage, total)];
  const of = total > 1 ? ` ${msg(str`${so} of ${all}`)}` : '';
  return `${name ?? STAGES[stage]}${of}${label && !name ? ` (${label})` : ''}`;
}

/** Data is counted in bytes, and read in megabytes. */
function amount(stage: Progress['stage'], value: number): string {
  return stage === 'data' && value > 10_000 ? `${decimal(value / 1e6, 1)} MB` : count(value);
}
