import { expect, it } from 'vitest';
import type { Diagram, Info, View } from '../src/library.ts';
import { type Show, SHOW } from '../src/protocol.ts';
import { canTakeSamples, choiceOf, codesOf } from '../src/state/describe.ts';
import { placesOf } from '../src/state/diagram.ts';

const view = (...inputs: View['inputs']): View => ({
  name: 'generate',
  kind: 'decode',
  inputs,
  len: 2,
  range: null,
});
const show = (changes: Partial<Show>): Show => ({ ...SHOW, ...changes });

it('offers what a view can be asked for: classes by name, categories by number', () => {
  const label = view({ name: 'label', len: 1, kind: 'label', classes: ['cat', 'dog'] });
  expect(choiceOf(label, SHOW)).toMatchObject({ words: ['cat', 'dog'], chosen: undefined });
  expect(choiceOf(label, show({ choice: 1 }))?.chosen).toBe(1);
  // Chosen of another model, which had more.
  expect(choiceOf(label, show({ choice: 7 }))?.chosen).toBeUndefined();
  expect(choiceOf(view({ name: 'c', len: 1, kind: 'category', count: 3 }), SHOW)?.words).toEqual([
    '1',
    '2',
    '3',
  ]);
  expect(choiceOf(view(), SHOW)).toBeUndefined();
});

it('takes samples into the studio only where that makes the same of their noise', () => {
  const info = (...views: View[]) =>
    ({ data: { kind: 'image' }, latent_dim: 2, views }) as unknown as Info;
  expect(canTakeSamples(info(view()))).toBe(true);
  const label = view({ name: 'label', len: 1, kind: 'label', classes: ['cat', 'dog'] });
  expect(canTakeSamples(info(label))).toBe(false);
});

it('keeps codes in the middle until they are moved', () => {
  const code = view({ name: 'code', len: 2, kind: 'code' });
  expect(codesOf(code, SHOW)).toEqual([0, 0]);
  expect(codesOf(code, show({ codes: [0.5] }))).toEqual([0.5, 0]);
  expect(codesOf(view(), show({ codes: [1] }))).toEqual([]);
});

const diagram = (...arrows: [from: string, to: string][]): Diagram => ({
  blocks: [...new Set(arrows.flat())].map((name) => ({
    name,
    title: name,
    field: name,
    view: null,
    colour: 'neutral',
  })),
  arrows: arrows.map(([from, to]) => ({ from, to, gradient_of: [] })),
});
const rows = (of: Diagram): Record<string, number> =>
  Object.fromEntries(placesOf(of).map(({ block, row }) => [block.name, row]));
const line = (of: Diagram): string =>
  placesOf(of)
    .sort((a, b) => a.order - b.order)
    .map(({ block }) => block.name)
    .join(' ');

it('puts what all flows into at the top, and the rest as near as it goes', () => {
  const game = diagram(['noise', 'g'], ['g', 'samples'], ['samples', 'd'], ['data', 'd']);
  expect(rows(game)).toEqual({ d: 0, samples: 1, data: 1, g: 2, noise: 3 });
  expect(line(game)).toBe('noise g samples d data');
  const [samples, data] = placesOf(game).filter(({ row }) => row === 1);
  expect([samples, data].map((place) => [place?.column, place?.columns])).toEqual([
    [0, 2],
    [1, 2],
  ]);
});

it('goes around no circle', () => {
  const machine = diagram(['data', 'rbm'], ['rbm', 'chains'], ['chains', 'rbm']);
  expect(rows(machine)).toEqual({ chains: 0, rbm: 1, data: 2 });
  expect(line(machine)).toBe('data rbm chains');
});
