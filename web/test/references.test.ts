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

/** The sections of the tutorial that have a number, by how many each has below it. */
const SECTIONS = (() => {
  const below = { 1: 0, 2: 5, 2.3: 2, 3: 4, 3.2: 6, 4: 4, 5: 6, 5.1: 2, 6: 0, 7: 3, 8: 3, 9: 0 };
  const numbered = Object.entries(below).flatMap(([section, count]) => [
    section,
    ...Array.from({ length: count }, (_, i) => `${section}.${i + 1}`),
  ]);
  return new Set(numbered);
})();

it('names sections of the tutorial that it has', () => {
  const root = new URL('../../', import.meta.url);
  const folders = ['crates/gan/src/', 'crates/lab/src/', 'web/lessons/', 'web/src/', 'docs/'];
  const found = folders.flatMap((folder) => {
    const files = readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' });
    return files
      .filter((file) => /\.(json|md|rs|ts)$/.test(file) && !/schema|ranges/.test(file))
      .flatMap((file) => {
        const text = readFileSync(new URL(folder + file, root), 'utf8').replace(
          /\s*\n\s*(\/\/[/!]?)?\s*/g,
          ' ',
        );
        const cites = text.matchAll(
          /[Tt]utorial,? (?:sections?|Abschnitt(?:en?)?) (\d[\d.]*(?:(?:, | and |, and | und )\d[\d.]*)*)/g,
        );
        return [...cites].flatMap(([, numbers = '']) =>
          (numbers.match(/\d+(\.\d+)*/g) ?? []).map((section) => ({ file, section })),
        );
      });
  });
  expect(found.length).toBeGreaterThan(100);
  expect(found.filter(({ section }) => !SECTIONS.has(section))).toEqual([]);
});
