import type { Scene } from '../src/state/ladder.ts';

/** A game at half of its run, of which nothing was measured, but for what a test says of it. */
export const scene = (changes: Partial<Scene> = {}): Scene => ({
  model: 'gan',
  cost: 'non_saturating',
  step: 1500,
  steps: 3000,
  critic: false,
  image: false,
  still: [],
  looks: {},
  ...changes,
});
