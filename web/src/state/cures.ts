/**
 * What may help against what the coach has found: one change to the run as it is, which starts it anew with the run before
 * kept beside it. `ganlet table cures` measures each of them (docs/catalogue.md, "Failures and what the coach offers").
 */
import { getPath, type Json } from './json.ts';
import { type Rung, type Scene, winnerOf } from './ladder.ts';
import { stepSizes } from './scene.ts';
import { msg } from '../words/locale.ts';

export interface Cure {
  label: string;
  /** What it does. */
  why: string;
  /** What it changes, by dotted path. */
  changes: Record<string, Json>;
}

/** The updates of D that G looks ahead, as in Metz et al. 2017. */
const LOOK_AHEAD = 5;

/** `config` is the run's, `preset` its preset's. */
export function cureOf(
  rung: Rung | undefined,
  scene: Scene,
  config: Json,
  preset: Json,
): Cure | undefined {
  switch (rung) {
    case 'blown_up':
      return scene.unbounded ? bounded(config, preset) : slower(config, preset);
    case 'gradient_gone':
      return scene.cost === 'minimax' && winnerOf(scene) === 'd'
        ? {
            label: msg('Switch to the non-saturating cost'),
            why: msg('It is steep where D is sure that samples are fake, so G gets a gradient.'),
            changes: { cost: 'non_saturating' },
          }
        : presetRates(config, preset);
    case 'cannot_win':
      return presetRates(config, preset);
    case 'modes_missing':
      return lookingAhead(scene, config);
    default:
      return undefined;
  }
}

/** A bound on the critic’s slope, which batch normalization in it rules out (Gulrajani et al. 2017, section 4). */
function bounded(config: Json, preset: Json): Cure | undefined {
  const layers = getPath(config, 'discriminator.layers') ?? [];
  if (JSON.stringify(layers).includes('"batch_norm"')) return undefined;
  return {
    label: msg('Bound the critic’s slope'),
    why: msg('A gradient penalty limits it, so that scores cannot grow without end.'),
    changes: { gradient_penalty: getPath(preset, 'gradient_penalty') ?? { weight: 0.1 } },
  };
}

/** Smaller steps: the preset's where they are smaller, a quarter of what they are otherwise. */
function slower(config: Json, preset: Json): Cure {
  return (
    presetRates(config, preset, (rate, was) => rate > was) ?? {
      label: msg('Take steps a quarter as large'),
      why: msg('Both players follow their gradients less far, and overshoot less.'),
      changes: Object.fromEntries(stepSizes(config).map(([path, rate]) => [path, rate / 4])),
    }
  );
}

/** The preset's step sizes, of those that were changed in the way that does harm. */
function presetRates(
  config: Json,
  preset: Json,
  isHarm: (rate: number, was: number) => boolean = (rate, was) => rate !== was,
): Cure | undefined {
  const own = new Map(stepSizes(preset));
  const changed = stepSizes(config).flatMap(([path, rate]): [string, number][] => {
    const was = own.get(path);
    return was !== undefined && isHarm(rate, was) ? [[path, was]] : [];
  });
  if (changed.length === 0) return undefined;
  return {
    label: msg('Take the preset’s step sizes again'),
    why: msg('The preset’s game was made with them.'),
    changes: Object.fromEntries(changed),
  };
}

/** Against a collapse on toys, where what it costs is little. */
function lookingAhead({ model, image, values }: Scene, config: Json): Cure | undefined {
  const { modes, mode_count: all } = values ?? {};
  const collapsed = modes !== undefined && all !== undefined && modes <= all / 2;
  const already = getPath(config, 'schedule.unrolled_steps');
  if (model !== 'gan' || image || !collapsed || (already !== undefined && already !== 0)) {
    return undefined;
  }
  return {
    label: msg('Let G look ahead'),
    why: msg('Unrolled: G allows for how D will answer its samples in its next 5 updates.'),
    changes: { 'schedule.unrolled_steps': LOOK_AHEAD },
  };
}
