import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { cited } from '../src/state/references.ts';

it('makes a link of every work that a citation names, and leaves the rest as it is', () => {
  const text = 'Tutorial, sections 3.2 and 5.1.1; the cure after Mescheder et al. 2018';
  const pieces = cited(text);
  expect(pieces.map((piece) => piece.text).join('')).toBe(text);
  expect(pieces.flatMap(({ reference }) => reference?.href ?? [])).toEqual([
    'https://arxiv.org/abs/1701.00160',
    'https://arxiv.org/abs/1801.04406',
  ]);
  expect(cited('The peers’ workload W1')).toEqual([{ text: 'The peers’ workload W1' }]);
});

it('knows every work that a preset names with its year', () => {
  const folder = new URL('../../crates/gan/src/preset/', import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  const unknown = files.flatMap((file) => {
    const preset = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { teaches: string };
    const rest = cited(preset.teaches).filter(({ reference }) => !reference);
    return rest
      .filter(({ text }) => /\b(19|20)\d\d\b/.test(text))
      .map(({ text }) => `${file}: ${text}`);
  });
  expect(unknown).toEqual([]);
});
