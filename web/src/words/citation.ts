/** Citations in the language of the page; looked up they are by their English (`state/references.ts`). */
import type { Language } from './choose.ts';
import { language } from './locale.ts';

/** What presets say beside a citation, what a citation names parts of a work by, and how works without authors are called. */
const GERMAN: Readonly<Record<string, string>> = {
  'averaged weights after': 'gemittelte Gewichte nach',
  'a curved distribution': 'eine gebogene Verteilung',
  'on Fashion-MNIST': 'auf Fashion-MNIST',
  'on the toys of figure': 'auf den Punkten von Abbildung',
  'the form of': 'in der Form von',
  'the lattice of VEEGAN and PacGAN': 'das Gitter von VEEGAN und PacGAN',
  'unrolled GANs': 'ausgerollte GANs',
  'what evaluation needs': 'was zum Bewerten nötig ist',
  'with the settings of its published code': 'mit den Einstellungen seines veröffentlichten Codes',
  '2014 paper': 'Artikel von 2014',
  tutorial: 'Tutorial',
  section: 'Abschnitt',
  sections: 'Abschnitte',
  figure: 'Abbildung',
  figures: 'Abbildungen',
  equation: 'Gleichung',
  equations: 'Gleichungen',
  exercise: 'Übung',
  exercises: 'Übungen',
  table: 'Tabelle',
  tables: 'Tabellen',
  appendix: 'Anhang',
  and: 'und',
};
const WORDS = new RegExp(`\\b(${Object.keys(GERMAN).join('|')})\\b`, 'g');

/** A citation, or a piece of one, as it is read. */
export const citation = (text: string, tongue: Language = language): string =>
  tongue === 'de' ? text.replace(WORDS, (word) => GERMAN[word] ?? word) : text;
