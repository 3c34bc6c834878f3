/** What an evaluation found, as a person reads it: the plain name first, the exact term and what to hold it against beside. */
import { count, divergence, percent } from './format.ts';
import { labelOf } from './label.ts';

type Values = Readonly<Record<string, number>>;

export interface Reading {
  /** The number's name in an evaluation. */
  name: string;
  label: string;
  value: string;
  /** What it should be held against. */
  note: string;
  /** Of little use to a newcomer: shown on demand. */
  more: boolean;
}

interface Way {
  label: string;
  /** Its note; `classes` is how many classes or categories can be asked for. */
  note?: (values: Values, classes: number | undefined) => string;
  value?: (value: number, values: Values) => string;
  more?: true;
}

/** Figures that are shares of something, from 0 to 1. */
const SHARES =
  /^(high_quality|confident|d_(real|fake)|share_\w+|\w+_accuracy|accuracy_\w+|\w+_kept)$/;

export const isShare = (name: string): boolean => SHARES.test(name);

/** At chance level, give or take: a number that knowing nothing would reach too. */
const isChance = (value: number, chance: number): boolean => value < 1.25 * chance;

const againstChance = (name: string, what: string) => (values: Values, classes?: number) => {
  if (classes === undefined) return what;
  const chance = 1 / classes;
  return isChance(values[name] ?? 0, chance)
    ? `no better than chance (${percent(chance)})`
    : `${what}; chance is ${percent(chance)}`;
};

/** Samples so much nearer to training images than images that were held out are copies of them. */
const COPIED = 0.5;
export const isCopied = (ratio: number): boolean => ratio < COPIED;

/** In the order in which they lead. */
const WAYS: Readonly<Record<string, Way>> = {
  high_quality: {
    label: 'Samples landing on real data',
    note: ({ high_quality: quality = 0, high_quality_chance: chance }) => {
      if (chance === undefined) return '“high quality”';
      return chance > 0.5 || isChance(quality, chance)
        ? `says little: chance is ${percent(chance)}`
        : `“high quality”; chance is ${percent(chance)}`;
    },
  },
  confident: {
    label: 'Samples that show something clear',
    note: () => 'a classifier is sure of them',
  },
  modes: {
    label: 'Modes covered',
    value: (modes, { mode_count: all }) =>
      all === undefined ? count(modes) : `${count(modes)} of ${count(all)}`,
  },
  counts_kl: {
    label: 'How far the modes’ shares are off',
    value: divergence,
    note: () => 'KL of the counts in nats; 0 is as often as in the data',
    more: true,
  },
  classes: { label: 'Classes that appear', value: count, note: () => 'as a classifier sees them' },
  label_accuracy: {
    label: 'Right class',
    note: againstChance('label_accuracy', 'samples of what was asked for'),
  },
  cluster_accuracy: {
    label: 'Categories that are classes',
    note: againstChance('cluster_accuracy', 'found without labels'),
  },
  mutual_information_nats: {
    label: 'What samples tell of their category',
    value: divergence,
    note: (_, classes) =>
      `nats of mutual information${classes === undefined ? '' : `, at most ${divergence(Math.log(classes))}`}`,
  },
  mode_kept: {
    label: 'Points back home',
    note: () => 'return to their mode',
  },
  log_partition_error_nats: {
    label: 'How far its factor is off',
    value: divergence,
    note: ({ log_partition_nats: found, log_partition_exact_nats: exact }) =>
      found === undefined || exact === undefined
        ? 'in nats; 0 is perfect'
        : `log Z is taken for ${found.toFixed(3)}, and is ${exact.toFixed(3)} nats`,
  },
  reconstruction_ratio: {
    label: 'How near samples come back',
    value: divergence,
    note: ({ reconstruction_ratio: ratio = 0 }) =>
      ratio > 0.95 ? 'no nearer than any other (1)' : '0 is perfect, 1 is any other sample',
  },
  copy_ratio: {
    label: 'Distance to the nearest training image',
    value: divergence,
    note: ({ copy_ratio: ratio = 1 }) =>
      `${isCopied(ratio) ? 'learned by heart: ' : ''}1 is that of images never seen, 0 is a copy`,
  },
  negative_elbo_nats: {
    label: 'Surprise at new data',
    value: (value) => value.toFixed(1),
    note: () => 'minus a bound on the log density, in nats; lower is better',
  },
  parzen_nats: {
    label: 'Similarity to real images',
    value: (nats, { parzen_standard_error_nats: error }) =>
      `${nats.toFixed(1)}${error === undefined ? '' : ` ± ${error.toFixed(1)}`}`,
    note: ({ parzen_sigma: sigma }) =>
      `Parzen estimate in nats${sigma === undefined ? '' : `, window ${sigma.toFixed(2)}`}; higher is better`,
  },
  js: {
    label: 'JS divergence',
    value: divergence,
    note: () => '0 is perfect, 0.693 is nothing in common',
    more: true,
  },
  kl: {
    label: 'KL divergence',
    value: divergence,
    note: ({ kl_floor: floor }) =>
      `model ‖ data, 0 is perfect${floor === undefined ? '' : ` (noise ± ${divergence(floor)})`}`,
    more: true,
  },
};

/** Those of some names, in their order; what a run does not measure is said, not left out. */
export function chosen(all: readonly Reading[], names: readonly string[]): Reading[] {
  return names.map((name) => {
    const found = all.find((one) => one.name === name);
    const none = { name, label: labelOf(name), value: '–', note: 'not measured here' };
    return { ...(found ?? none), more: false };
  });
}

/** Numbers that others are held against, and shares of every class. */
const ASIDE =
  /^(mode_count|kl_floor|log_partition(_exact|_deviation)?_nats|parzen_(sigma|standard_error_nats)|.*_chance|share_.*)$/;

/** `classes`: how many classes or categories can be asked for. */
export function readings(values: Values, classes?: number): Reading[] {
  const names = Object.keys(values).filter((name) => !ASIDE.test(name));
  const order = Object.keys(WAYS);
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : Infinity);
  const read = [...names]
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
    .map((name): Reading => {
      const way = WAYS[name] ?? { label: labelOf(name), more: true };
      const value = values[name] ?? NaN;
      const text = way.value ?? (isShare(name) ? percent : divergence);
      return {
        name,
        label: way.label,
        value: Number.isFinite(value) ? text(value, values) : divergence(value),
        note: way.note?.(values, classes) ?? '',
        more: way.more ?? false,
      };
    });
  // In one dimension nearly every place counts as being on the data, so the divergence leads.
  const easy = (values.high_quality_chance ?? 0) > 0.5;
  if (!easy) return read;
  const [lead, ...rest] = [...read].sort(
    (a, b) => Number(b.name === 'js') - Number(a.name === 'js'),
  );
  return lead ? [{ ...lead, more: false }, ...rest.map((one) => ({ ...one, more: true }))] : [];
}
