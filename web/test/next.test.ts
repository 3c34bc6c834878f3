import { expect, it } from 'vitest';
import type { Preset } from '../src/library.ts';
import { ideas, readIdeas, settledIdeas } from '../src/state/next.ts';

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
const ring: Preset = {
  ...preset('ring'),
  config: { cost: 'non_saturating', gradient_penalty: { weight: 0.01 } },
  ideas: [
    { label: 'Take it away', why: 'See.', overrides: { gradient_penalty: null } },
    { label: 'Minimax', why: 'See.', overrides: { cost: 'minimax' } },
    { label: 'Collapse', why: 'See.', preset: 'ring-collapse' },
    { label: 'A fourth', why: 'See.', preset: 'ring-collapse', overrides: { cost: 'hinge' } },
  ],
};

it('offers what this library has', () => {
  const all = ideas(ring, [ring, preset('ring-collapse')], {});
  expect(all.map(({ label }) => label)).toEqual(['Take it away', 'Minimax', 'Collapse']);
  expect(all[0]).toMatchObject({ preset: 'ring', overrides: { gradient_penalty: null } });
  expect(all[2]).toMatchObject({ preset: 'ring-collapse', overrides: {} });
});

it('leaves out presets that are not there, and what is so already', () => {
  const here = ideas(ring, [ring], {}).map(({ label }) => label);
  expect(here).toEqual(['Take it away', 'Minimax']);
  const labels = ideas(ring, [ring], { cost: 'minimax' }).map(({ label }) => label);
  expect(labels).toEqual(['Take it away']);
  const plain = { ...ring, config: { cost: 'minimax', gradient_penalty: null } };
  expect(ideas(plain, [plain], {})).toEqual([]);
  expect(ideas(preset('moons'), [ring], {})).toEqual([]);
});

it('starts from the preset, whatever was changed before', () => {
  const [idea] = ideas(ring, [ring], { cost: 'minimax', batch: 64 });
  expect(idea?.overrides).toEqual({ gradient_penalty: null });
});

it('offers a teacher’s own instead, each from its preset, and not what is so already', () => {
  const { own, problem } = readIdeas(
    settledIdeas(
      'Minimax | <i>See</i>. | cost=minimax; Collapse | | preset=ring-collapse&batch=64;',
      'ring',
    ),
  );
  expect(problem).toBeUndefined();
  const all = [ring, preset('ring-collapse')];
  expect(ideas(ring, all, {}, own)).toEqual([
    { label: 'Minimax', why: '<i>See</i>.', preset: 'ring', overrides: { cost: 'minimax' } },
    { label: 'Collapse', why: '', preset: 'ring-collapse', overrides: { batch: 64 } },
  ]);
  expect(ideas(ring, all, { cost: 'minimax' }, own).map(({ label }) => label)).toEqual([
    'Collapse',
  ]);
  expect(ideas(ring, [ring], {}, own).map(({ label }) => label)).toEqual(['Minimax']);
  // Where another preset is open, it is still the one of its link that an idea begins from.
  const [first] = ideas(preset('ring-collapse'), all, {}, own);
  expect(first).toMatchObject({ label: 'Minimax', preset: 'ring' });
});
