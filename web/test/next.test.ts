import { expect, it } from 'vitest';
import type { Preset } from '../src/library.ts';
import { ideas } from '../src/state/next.ts';

const preset = (name: string): Preset => ({
  name,
  title: name,
  teaches: '',
  summary: '',
  steps: 1,
  data: '',
  group: 'toys',
  config: {},
});
const ring = preset('ring');
const config = { cost: 'non_saturating', gradient_penalty: { weight: 0.01 } };

it('offers what this library has', () => {
  const all = ideas(ring, [ring, preset('ring-collapse')], config, () => true);
  expect(all.map(({ label }) => label)).toEqual([
    'Take the cure away',
    'Switch the cost to minimax',
    'See a collapse',
  ]);
  expect(all[0]).toMatchObject({ preset: 'ring', overrides: { gradient_penalty: null } });
  expect(all[2]).toMatchObject({ preset: 'ring-collapse', overrides: {} });
});

it('leaves out presets and settings that are not there, and what is so already', () => {
  expect(ideas(ring, [ring], config, (path) => path !== 'cost')).toHaveLength(1);
  const plain = ideas(ring, [ring], { cost: 'minimax', gradient_penalty: null }, () => true);
  expect(plain).toEqual([]);
});
