import { expect, it } from 'vitest';
import { changesOf, listed, nameOf, sharedText, tabTitle } from '../src/state/changes.ts';

const preset = {
  cost: 'non_saturating',
  batch: 256,
  gradient_penalty: { weight: 0.01 },
  g_optimizer: { kind: 'adam', lr: 0.002 },
  schedule: { d_steps: 1 },
  generator: { layers: [{ kind: 'dense' }] },
};

it('says how a run differs from its preset, as one says it', () => {
  const changes = changesOf(preset, {
    gradient_penalty: null,
    'schedule.d_steps': 5,
    cost: 'minimax',
    'generator.layers': [],
    data: { kind: 'two_moons' },
  });
  expect(changes.map(({ name, is, was }) => `${name}: ${is}, ${was ?? 'nothing'}`)).toEqual([
    'gradient penalty: off, on',
    'D steps: 5, 1',
    'cost: minimax, non saturating',
    'generator layers: others, others',
    'data: two moons, nothing',
  ]);
  expect(listed(changes.slice(0, 3))).toBe('gradient penalty off, D steps 5 and cost minimax');
  expect(listed(changes.slice(0, 1))).toBe('gradient penalty off');
  expect(listed([])).toBe('');
});

it('names a field by its path, players and all', () => {
  expect(nameOf('g_optimizer.lr')).toBe('G learning rate');
  expect(nameOf('data.std')).toBe('data std');
});

it('names a tab and a shared link by the run, not by its preset alone', () => {
  const title = `Ring of eight with ${listed(changesOf(preset, { cost: 'minimax' }))}`;
  expect(tabTitle(title, false)).toBe('Ring of eight with cost minimax · Ganlet');
  expect(tabTitle(title, true)).toMatch(/^Paused: Ring of eight with/);
  expect(sharedText(title, 7)).toBe(
    'The link is copied. It opens “Ring of eight with cost minimax” with seed 7.',
  );
});
