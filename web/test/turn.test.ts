import { expect, it } from 'vitest';
import { courseAddress } from '../src/words/course.ts';
import { withoutLanguage } from '../src/words/turn.ts';

it('takes the language out of a link and leaves the rest as it is', () => {
  expect(withoutLanguage('lang=de')).toBe('');
  expect(withoutLanguage('preset=ring&lang=de&stop=modes>=8')).toBe('preset=ring&stop=modes>=8');
  expect(withoutLanguage('preset=ring&caption=lang=de')).toBe('preset=ring&caption=lang=de');
});

it('leads to lessons in the language of the page', () => {
  expect(courseAddress()).toBe('learn/');
  expect(courseAddress('de')).toBe('learn/de/');
});
