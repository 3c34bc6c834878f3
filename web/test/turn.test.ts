import { expect, it } from 'vitest';
import { lessonAddress } from '../src/words/lessons.ts';
import { withoutLanguage } from '../src/words/turn.ts';

it('takes the language out of a link and leaves the rest as it is', () => {
  expect(withoutLanguage('lang=de')).toBe('');
  expect(withoutLanguage('preset=ring&lang=de&stop=modes>=8')).toBe('preset=ring&stop=modes>=8');
  expect(withoutLanguage('preset=ring&caption=lang=de')).toBe('preset=ring&caption=lang=de');
});

it('leads to lessons in the language of the page', () => {
  expect(lessonAddress()).toBe('learn/');
  expect(lessonAddress(undefined, 'de')).toBe('learn/de/');
  expect(lessonAddress('02-the-game', 'de')).toBe('learn/de/02-the-game.html');
  expect(lessonAddress('02-the-game', 'en')).toBe('learn/02-the-game.html');
});
