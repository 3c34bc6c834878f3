import { expect, it } from 'vitest';
import collapse from '../../crates/gan/src/preset/ring-collapse.json' with { type: 'json' };
import critic from '../../crates/gan/src/preset/ring-wgan-gp.json' with { type: 'json' };
import digits from '../../crates/gan/src/preset/mnist-dcgan.json' with { type: 'json' };
import ring from '../../crates/gan/src/preset/ring.json' with { type: 'json' };
import { cureOf } from '../src/state/cures.ts';
import { type Json, type JsonObject, withPath } from '../src/state/json.ts';
import type { Rung, Scene } from '../src/state/ladder.ts';
import { scene } from './scene.ts';

/** What the cure of a rung changes about a preset that was changed. */
function changes(
  rung: Rung,
  seen: Partial<Scene>,
  preset: { config: unknown },
  changed: Record<string, Json> = {},
): Record<string, Json> | undefined {
  const own = preset.config as JsonObject;
  const config = Object.entries(changed).reduce<JsonObject>(
    (all, [path, value]) => withPath(all, path, value),
    own,
  );
  return cureOf(rung, scene(seen), config, own)?.changes;
}

const covered = (modes: number): Partial<Scene> => ({ values: { modes, mode_count: 8 } });

it('lets G look ahead where it has collapsed, and not where a mode is missing or it looks already', () => {
  expect(changes('modes_missing', covered(1), collapse)).toEqual({ 'schedule.unrolled_steps': 5 });
  expect(changes('modes_missing', covered(7), collapse)).toBeUndefined();
  const looking = { 'schedule.unrolled_steps': 5 };
  expect(changes('modes_missing', covered(1), collapse, looking)).toBeUndefined();
  expect(changes('modes_missing', { image: true, ...covered(1) }, digits)).toBeUndefined();
});

it('leaves the flat cost where D has won by it', () => {
  const won = { dReal: 0.99, dFake: 0.01, gGradient: 1e-4 };
  const flat = { cost: 'minimax' };
  expect(changes('gradient_gone', { ...won, ...flat }, ring, flat)).toEqual({
    cost: 'non_saturating',
  });
  expect(changes('gradient_gone', won, ring)).toBeUndefined();
});

it('bounds a critic as its preset does, and none that has batch normalization', () => {
  const seen = { critic: true, unbounded: true, cost: 'wasserstein' };
  expect(changes('blown_up', seen, critic, { gradient_penalty: null })).toEqual({
    gradient_penalty: critic.config.gradient_penalty,
  });
  expect(changes('blown_up', seen, ring, { cost: 'wasserstein' })).toHaveProperty(
    'gradient_penalty.weight',
  );
  expect(changes('blown_up', seen, digits, { cost: 'wasserstein' })).toBeUndefined();
});

it('takes back step sizes that were changed, and quarters those that were not', () => {
  const large = { 'd_optimizer.lr': 0.5 };
  const own = ring.config.d_optimizer.lr;
  expect(changes('blown_up', {}, ring, large)).toEqual({ 'd_optimizer.lr': own });
  const slow = { 'd_optimizer.lr': own / 2 };
  expect(changes('blown_up', {}, ring, slow)).toMatchObject({ 'd_optimizer.lr': own / 8 });
  expect(changes('blown_up', {}, ring)).toMatchObject({ 'd_optimizer.lr': own / 4 });
  const still = { still: ['d_optimizer.lr'] };
  expect(changes('cannot_win', still, ring, { 'd_optimizer.lr': 0 })).toEqual({
    'd_optimizer.lr': own,
  });
});

it('offers nothing where all is well, or nobody knows better', () => {
  expect(changes('good', {}, ring)).toBeUndefined();
  expect(changes('copied', {}, digits)).toBeUndefined();
});
