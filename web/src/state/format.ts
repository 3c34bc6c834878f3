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

/** A time to come, as coarse as it is uncertain. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${count(Math.max(1, seconds))} s`;
  const minutes = seconds / 60;
  return minutes < 90 ? `${count(minutes)} min` : `${(minutes / 60).toFixed(1)} h`;
}

/** What a number of the evaluation is called and how it reads; `note` is what it should be held against. */
export interface Reading {
  label: string;
  value: string;
  note: string;
}

export function readings(values: Record<string, number>): Reading[] {
  const out: Reading[] = [];
  const { modes, mode_count: modeCount, high_quality: quality, kl, js } = values;
  const {
    kl_floor: floor,
    parzen_nats: nats,
    parzen_standard_error_nats: error,
    parzen_sigma: sigma,
  } = values;
  if (modes !== undefined) {
    const of = modeCount === undefined ? '' : ` of ${count(modeCount)}`;
    out.push({ label: 'Modes covered', value: `${count(modes)}${of}`, note: '' });
  }
  if (quality !== undefined) {
    out.push({
      label: 'High quality',
      value: percent(quality),
      note: 'close to the data',
    });
  }
  if (kl !== undefined) {
    const note = floor === undefined ? '' : `, at best ${divergence(floor)}`;
    out.push({ label: 'KL', value: divergence(kl), note: `model ‖ data${note}` });
  }
  if (js !== undefined) out.push({ label: 'JS', value: divergence(js), note: 'from 0 to 0.693' });
  if (nats !== undefined) {
    const spread = error === undefined ? '' : ` ± ${error.toFixed(1)}`;
    const note = sigma === undefined ? '' : `log-likelihood in nats, window ${sigma.toFixed(2)}`;
    out.push({ label: 'Parzen estimate', value: `${nats.toFixed(1)}${spread}`, note });
  }
  return out;
}

const STAGES: Record<Progress['stage'], string> = {
  adapter: 'Looking for a GPU',
  engine: 'Loading the engine',
  data: 'Loading data',
  compile: 'Compiling kernel',
  init: 'Preparing',
};

export function progressText({ stage, done, total, label }: Progress): string {
  const of = total > 0 ? ` ${amount(stage, done)} of ${amount(stage, total)}` : '';
  return `${STAGES[stage]}${of}${label ? ` (${label})` : ''}`;
}

/** Data is counted in bytes, and read in megabytes. */
function amount(stage: Progress['stage'], value: number): string {
  return stage === 'data' && value > 10_000 ? `${(value / 1e6).toFixed(1)} MB` : count(value);
}
