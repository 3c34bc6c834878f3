/** What an evaluation found, as a person reads it: the plain name first, the exact term and what to hold it against beside. */
import { count, decimal, divergence, percent } from './format.ts';
import { labelOf } from './label.ts';
import { msg, str } from '../words/locale.ts';

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
  const chance = percent(1 / classes);
  return isChance(values[name] ?? 0, 1 / classes)
    ? msg(str`no better than chance (${chance})`)
    : msg(str`${what}; chance is ${chance}`);
};

/** Samples so much nearer to training images than images that were held out are copies of them. */
const COPIED = 0.5;
export const isCopied = (ratio: number): boolean => ratio < COPIED;

/** How often D finds a training image more real than one it never saw, from which on it knows them: chance is one half. */
const MEMORIZED = 0.75;
export const isMemorized = (share: number): boolean => share > MEMORIZED;

/** In the order in which they lead. */
const WAYS: Readonly<Record<string, Way>> = {
  high_quality: {
    label: msg('Samples landing on real data'),
    note: ({ high_quality: quality = 0, high_quality_chance: chance }) => {
      if (chance === undefined) return msg('“high quality”');
      const share = percent(chance);
      return chance > 0.5 || isChance(quality, chance)
        ? msg(str`says little: chance is ${share}`)
        : msg(str`“high quality”; chance is ${share}`);
    },
  },
  confident: {
    label: msg('Samples that show something clear'),
    note: () => msg('a classifier is sure of them'),
  },
  modes: {
    label: msg('Modes covered'),
    value: (modes, { mode_count: all }) => {
      const [found, there] = [count(modes), count(all ?? modes)];
      return all === undefined ? found : msg(str`${found} of ${there}`);
    },
  },
  counts_kl: {
    label: msg('How far the modes’ shares are off'),
    value: divergence,
    note: () => msg('KL of the counts in nats; 0 is as often as in the data'),
    more: true,
  },
  classes: {
    label: msg('Classes that appear'),
    value: count,
    note: () => msg('as a classifier sees them'),
  },
  label_accuracy: {
    label: msg('Right class'),
    note: againstChance('label_accuracy', msg('samples of what was asked for')),
  },
  cluster_accuracy: {
    label: msg('Categories that are classes'),
    note: againstChance('cluster_accuracy', msg('found without labels')),
  },
  mutual_information_nats: {
    label: msg('What samples tell of their category'),
    value: divergence,
    note: (_, classes) => {
      if (classes === undefined) return msg('nats of mutual information');
      const most = divergence(Math.log(classes));
      return msg(str`nats of mutual information, at most ${most}`);
    },
  },
  mode_kept: {
    label: msg('Points back home'),
    note: () => msg('return to their mode'),
  },
  log_partition_error_nats: {
    label: msg('How far its factor is off'),
    value: divergence,
    note: ({ log_partition_nats: found, log_partition_exact_nats: exact }) => {
      if (found === undefined || exact === undefined) return msg('in nats; 0 is perfect');
      const [taken, is] = [decimal(found, 3), decimal(exact, 3)];
      return msg(str`log Z is taken for ${taken}, and is ${is} nats`);
    },
  },
  reconstruction_ratio: {
    label: msg('How near samples come back'),
    value: divergence,
    note: ({ reconstruction_ratio: ratio = 0 }) =>
      ratio > 0.95
        ? msg('no nearer than any other (1)')
        : msg('0 is perfect, 1 is any other sample'),
  },
  copy_ratio: {
    label: msg('Distance to the nearest training image'),
    value: divergence,
    note: ({ copy_ratio: ratio = 1 }) =>
      isCopied(ratio)
        ? msg('learned by heart: 1 is that of images never seen, 0 is a copy')
        : msg('1 is that of images never seen, 0 is a copy'),
  },
  memorized: {
    label: msg('How often D prefers a training image'),
    value: percent,
    note: () => msg('to one that it never saw; chance is 50 %'),
    more: true,
  },
  negative_elbo_nats: {
    label: msg('Surprise at new data'),
    value: (value) => decimal(value, 1),
    note: () => msg('minus a bound on the log density, in nats; lower is better'),
  },
  parzen_nats: {
    label: msg('Similarity to real images'),
    value: (nats, { parzen_standard_error_nats: error }) =>
      `${decimal(nats, 1)}${error === undefined ? '' : ` ± ${decimal(error, 1)}`}`,
    note: ({ parzen_sigma: sigma }) => {
      if (sigma === undefined) return msg('Parzen estimate in nats; higher is better');
      const width = decimal(sigma, 2);
      return msg(str`Parzen estimate in nats, window ${width}; higher is better`);
    },
  },
  js: {
    label: msg('JS divergence'),
    value: divergence,
    note: () => msg('0 is perfect, 0.693 is nothing in common'),
    more: true,
  },
  kl: {
    label: msg('KL divergence'),
    value: divergence,
    note: ({ kl_floor: floor }) => {
      if (floor === undefined) return msg('model ‖ data, 0 is perfect');
      const noise = divergence(floor);
      return msg(str`model ‖ data, 0 is perfect (noise ± ${noise})`);
    },
    more: true,
  },
};

/** Those of some names, in their order; what a run does not measure is said, not left out. */
export function chosen(all: readonly Reading[], names: readonly string[]): Reading[] {
  return names.map((name) => {
    const found = all.find((one) => one.name === name);
    const none = { name, label: labelOf(name), value: '–', note: msg('not measured here') };
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
