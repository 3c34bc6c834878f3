/** What to try next: a few experiments per kind of preset, each one click. Those that this version
 * of the library cannot do are left out. */
import type { Preset } from '../library.ts';
import { getPath, type Json, sameJson } from './json.ts';

export interface Idea {
  label: string;
  /** What to watch for. */
  why: string;
  preset: string;
  overrides: Record<string, Json>;
}

interface Suggestion {
  /** Names of presets, as a pattern. */
  on: RegExp;
  label: string;
  why: string;
  /** Another preset; without it the present one with other settings. */
  preset?: string;
  overrides?: Record<string, Json>;
}

const SUGGESTIONS: readonly Suggestion[] = [
  {
    on: /^ring$/,
    label: 'Take the cure away',
    why: 'Without the penalty, does G still find all eight?',
    overrides: { gradient_penalty: null },
  },
  {
    on: /^ring-collapse$/,
    label: 'Look ahead',
    why: 'Unrolled: G learns what D would make of its samples.',
    preset: 'ring-unrolled',
  },
  {
    on: /^ring-unrolled$/,
    label: 'Look ahead no more',
    why: 'The same game without it: how many clusters are left?',
    overrides: { 'schedule.unrolled_steps': 0 },
  },
  {
    on: /^ring(-wgan-gp|-unrolled)?$/,
    label: 'Switch the cost to minimax',
    why: 'G’s gradient fades where D wins: watch it stall.',
    overrides: { cost: 'minimax' },
  },
  {
    on: /^ring$/,
    label: 'See a collapse',
    why: 'Figure 22: G hops from mode to mode.',
    preset: 'ring-collapse',
  },
  {
    on: /^ring-collapse$/,
    label: 'The cure',
    why: 'The same ring with a small penalty on D’s slope.',
    preset: 'ring',
  },
  {
    on: /^ring-collapse$/,
    label: 'A critic instead of a judge',
    why: 'WGAN-GP covers every cluster.',
    preset: 'ring-wgan-gp',
  },
  {
    on: /^(ring-wgan-gp|moons)$/,
    label: 'Twenty-five clusters',
    why: 'More to cover, and easier to count what G leaves out.',
    preset: 'grid',
  },
  {
    on: /^grid$/,
    label: 'A curved shape',
    why: 'Two moons: G has to tear its noise in two.',
    preset: 'moons',
  },
  {
    on: /^line-1d$/,
    label: 'Five updates of D for each of G',
    why: 'D comes closer to its optimum: does G learn better?',
    overrides: { 'schedule.d_steps': 5 },
  },
  {
    on: /^line-1d$/,
    label: 'From one dimension to two',
    why: 'The ring of eight: does G find every cluster?',
    preset: 'ring',
  },
  {
    on: /^mnist-mlp$/,
    label: 'Digits with convolutions',
    why: 'The DCGAN: the same game, sharper strokes.',
    preset: 'mnist-dcgan',
  },
  {
    on: /^(grid|moons|line-1d)$/,
    label: 'Train on digits',
    why: 'The same game on real images.',
    preset: 'mnist-mlp',
  },
  {
    on: /^mnist-dcgan$/,
    label: 'Faces',
    why: 'Then do arithmetic with what G has learned.',
    preset: 'faces-dcgan',
  },
  {
    on: /^mnist-(mlp|dcgan)$/,
    label: 'Without label smoothing',
    why: 'Real labels of 1: D grows surer of itself.',
    overrides: { real_label: 1 },
  },
  {
    on: /^mnist-mlp$/,
    label: 'Digits as in 2014',
    why: 'Maxout and dropout, as the first GAN was trained.',
    preset: 'mnist-goodfellow-2014',
  },
];

export function ideas(
  preset: Preset,
  presets: readonly Preset[],
  /** What the run changes about its preset. */
  changed: Record<string, Json>,
  knows: (path: string) => boolean,
): Idea[] {
  return SUGGESTIONS.flatMap(({ on, label, why, preset: other, overrides = {} }) => {
    const fits =
      on.test(preset.name) &&
      (other === undefined || presets.some(({ name }) => name === other)) &&
      Object.entries(overrides).every(
        // What the preset has already is no idea, and what is there already is none either.
        ([path, value]) => knows(path) && !sameJson(getPath(preset.config, path), value),
      );
    const idea = { label, why, preset: other ?? preset.name, overrides };
    return fits && !(idea.preset === preset.name && sameJson(overrides, changed)) ? [idea] : [];
  }).slice(0, 3);
}
