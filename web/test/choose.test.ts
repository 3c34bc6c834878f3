import { expect, it } from 'vitest';
import { chosen, type Language } from '../src/words/choose.ts';

interface Surroundings {
  hash?: string;
  search?: string;
  /** Of the page, which is ours, unless it says one language. */
  lang?: string;
  browser?: string[];
  remembered?: string | null;
}

function languageIn({ hash, search, lang, browser, remembered }: Surroundings): Language {
  const dataset: DOMStringMap = lang === undefined ? { languages: 'en de' } : {};
  const page = {
    documentElement: { lang: lang ?? 'en', dataset } as HTMLElement,
    location: { hash: hash ?? '', search: search ?? '' },
    defaultView: { navigator: { languages: browser ?? [] } },
  };
  return chosen(page, remembered ?? null);
}

it('asks the link before what was chosen, and that before the browser', () => {
  const browser = ['en-GB', 'de'];
  expect(languageIn({ browser })).toBe('en');
  expect(languageIn({ browser, remembered: 'de' })).toBe('de');
  expect(languageIn({ browser, remembered: 'de', hash: '#preset=ring&lang=en' })).toBe('en');
  expect(languageIn({ browser, search: '?lang=de' })).toBe('de');
});

it('takes the browser’s first language that there is', () => {
  expect(languageIn({ browser: ['de-AT', 'en'] })).toBe('de');
  expect(languageIn({ browser: ['fr', 'DE-ch', 'en'] })).toBe('de');
});

it('is in English where no language is known', () => {
  expect(languageIn({ browser: ['fr', 'ja'] })).toBe('en');
  expect(languageIn({ browser: ['den'], remembered: 'xx', hash: '#lang=fr' })).toBe('en');
  expect(languageIn({ lang: '' })).toBe('en');
  expect(chosen(undefined, 'de')).toBe('en');
});

it('speaks the language of somebody else’s page, whatever the browser and earlier choices say', () => {
  expect(languageIn({ lang: 'de', browser: ['en'], remembered: 'en' })).toBe('de');
  expect(languageIn({ lang: 'en', browser: ['de'], remembered: 'de' })).toBe('en');
  expect(languageIn({ lang: 'de-AT' })).toBe('de');
  expect(languageIn({ lang: 'fr', browser: ['de'] })).toBe('en');
  expect(languageIn({ lang: 'en', search: '?lang=de' })).toBe('de');
});
