import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Preset } from '../src/library.ts';
import { cited } from '../src/state/references.ts';
import { citation } from '../src/words/citation.ts';

it('leaves English citations as they are', () => {
  const text = 'Tutorial, sections 3.2 and 5.1.1; Mirza and Osindero 2014';
  expect(citation(text, 'en')).toBe(text);
});

it('names parts of works in German', () => {
  expect(citation('Tutorial, section 5.1.1 and figure 22', 'de')).toBe(
    'Tutorial, Abschnitt 5.1.1 und Abbildung 22',
  );
  expect(citation('2014 paper, figure 1; tutorial, sections 3.2 and 4', 'de')).toBe(
    'Artikel von 2014, Abbildung 1; Tutorial, Abschnitte 3.2 und 4',
  );
  expect(citation('equation 8, exercise 7.1, table 2, appendix A', 'de')).toBe(
    'Gleichung 8, Übung 7.1, Tabelle 2, Anhang A',
  );
});

it('does not touch words that only begin like one', () => {
  expect(citation('Anders and Sectional 2014', 'de')).toBe('Anders und Sectional 2014');
});

it('finds works by their English and shows them in German', () => {
  const pieces = cited('Donahue et al. 2017; Mirza and Osindero 2014, section 2');
  expect(pieces.filter(({ reference }) => reference)).toHaveLength(2);
  expect(pieces.map(({ text }) => citation(text, 'de')).join('')).toBe(
    'Donahue et al. 2017; Mirza und Osindero 2014, Abschnitt 2',
  );
});

it('leaves no English word in what presets teach', () => {
  const folder = new URL('../../crates/gan/src/preset/', import.meta.url);
  for (const file of readdirSync(folder).filter((name) => !name.startsWith('bench-'))) {
    const { teaches } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Preset;
    expect(citation(teaches, 'de')).not.toMatch(
      /\b(the|of|with|its|after|on|form|what|a|and|section|figure)\b/,
    );
  }
});
