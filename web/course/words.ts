/** The words of the course's pages that are in no lesson, in each language. */
import type { Language } from '../src/words/choose.ts';

export interface Words {
  /** Of one lesson's page: what the tab is called, and what a search shows. */
  title: (lesson: string, number: number) => string;
  description: (lesson: string, source: string) => string;
  course: string;
  lessons: string;
  place: (number: number, all: number) => string;
  /** Two files are offered after it. */
  takeAway: string;
  or: string;
  beside: string;
  allLessons: string;
  game: string;
  loading: string;
  contents: { title: string; description: string; text: string };
  /** Of questions. */
  answer: string;
  right: string;
  guess: string;
  /** What a formula consists of, behind the names that it may have. */
  formulaOf: (names: string) => string;
  draw: string;
  drawing: string;
  plot: string;
  own: string;
  solution: string;
}

export const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    title: (lesson, number) => `${lesson}: Ganlet, lesson ${number}`,
    description: (lesson, source) =>
      `${lesson} (${source}), with a game beside the text that trains in this tab.`,
    course: 'Course',
    lessons: 'Lessons',
    place: (number, all) => `${number} of ${all}`,
    takeAway: 'Take away what you did in this lesson, for yourself or your teacher:',
    or: 'or',
    beside: 'Lessons beside this one',
    allLessons: 'All lessons',
    game: 'The game',
    loading: 'The game is being loaded. It needs JavaScript.',
    contents: {
      title: 'Learn GANs by training them',
      description:
        'A course in which every paragraph has a game beside it that trains in this tab.',
      text: 'Each lesson is a page of text with a game beside it. The words operate the game; questions are answered before they are run. Nothing leaves this tab.',
    },
    answer: 'Answer, then run',
    right: '✓ right',
    guess: 'your guess',
    formulaOf: (names) =>
      `Of ${names}, numbers, <code>exp(…)</code>, <code>ln(…)</code>, + - * / ^ and brackets.`,
    draw: 'Draw it instead',
    drawing:
      'Draw the curve with the pointer, over the densities of data and model; a formula says the same',
    plot: 'Your f over a from -4 to 3, and once it was answered the solution',
    own: 'your f(a)',
    solution: 'the solution',
  },
  de: {
    title: (lesson, number) => `${lesson}: Ganlet, Lektion ${number}`,
    description: (lesson, source) =>
      `${lesson} (${source}), mit einem Spiel neben dem Text, das in diesem Tab trainiert.`,
    course: 'Kurs',
    lessons: 'Lektionen',
    place: (number, all) => `${number} von ${all}`,
    takeAway:
      'Nimm mit, was du in dieser Lektion getan hast, für dich selbst oder für deine Lehrkraft:',
    or: 'oder',
    beside: 'Die Lektionen davor und danach',
    allLessons: 'Alle Lektionen',
    game: 'Das Spiel',
    loading: 'Das Spiel wird geladen. Es braucht JavaScript.',
    contents: {
      title: 'Lerne GANs kennen, indem du sie trainierst',
      description:
        'Ein Kurs, in dem neben jedem Absatz ein Spiel steht, das in diesem Tab trainiert.',
      text: 'Jede Lektion ist eine Seite Text mit einem Spiel daneben. Die Wörter bedienen das Spiel; Fragen beantwortest du, bevor sie ausprobiert werden. Nichts verlässt diesen Tab.',
    },
    answer: 'Antworten, dann ausprobieren',
    right: '✓ richtig',
    guess: 'dein Tipp',
    formulaOf: (names) =>
      `Aus ${names}, Zahlen, <code>exp(…)</code>, <code>ln(…)</code>, + - * / ^ und Klammern.`,
    draw: 'Stattdessen zeichnen',
    drawing:
      'Zeichne die Kurve mit dem Zeiger über die Dichten von Daten und Modell; eine Formel sagt dasselbe',
    plot: 'Dein f über a von -4 bis 3 und, sobald du geantwortet hast, die Lösung',
    own: 'dein f(a)',
    solution: 'die Lösung',
  },
};
