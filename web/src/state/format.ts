/** Numbers as people read them. */
import type { Progress } from '../library.ts';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export const count = (value: number): string => whole.format(value);

/** Number and sign stay on one line. */
export const percent = (share: number): string => `${Math.round(share * 100)}\u00a0%`;

/** A divergence: three decimals below ten, fewer above; honest about what is not a number. */
export function divergence(value: number): string {
  if (Number.isNaN(value)) return 'not a number';
  if (!Number.isFinite(value)) return '∞';
  return Math.abs(value) < 10 ? value.toFixed(3) : value.toFixed(1);
}

export function rate(stepsPerSecond: number): string {
  return stepsPerSecond >= 10 ? count(stepsPerSecond) : stepsPerSecond.toFixed(1);
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
  return minutes < 90 ? `${count(minutes)} min` : `${(minutes / 60).toFixed(1)} h`;
}

const STAGES: Record<Progress['stage'], string> = {
  adapter: 'Looking for a GPU',
  engine: 'Loading the engine',
  data: 'Loading data',
  compile: 'Compiling kernel',
  init: 'setting up',
};

export function progressText({ stage, done, total, label }: Progress): string {
  // What a step of the set-up is called says more than that it is one.
  const name = stage === 'init' ? label : undefined;
  const of = total > 1 ? ` ${amount(stage, done)} of ${amount(stage, total)}` : '';
  return `${name ?? STAGES[stage]}${of}${label && !name ? ` (${label})` : ''}`;
}

/** Data is counted in bytes, and read in megabytes. */
function amount(stage: Progress['stage'], value: number): string {
  return stage === 'data' && value > 10_000 ? `${(value / 1e6).toFixed(1)} MB` : count(value);
}
