/**
 * The language of the page, and the functions that every sentence of it passes through. Sentences are written in English
 * where they are said; `msg` replaces them where a translation is loaded (words/de.xlf, by `npm run words`). A module that
 * has words depends on this one, which has waited for their translation before any of it runs.
 */
import { memory } from '../state/storage.ts';
import { chosen, type Language } from './choose.ts';

export { msg, str } from '@lit/localize';

/** What is remembered of a choice made on the page. */
const KEY = 'ganlet.language';

export const language: Language = chosen(
  typeof document === 'undefined' ? undefined : document,
  memory.getItem(KEY),
);

// In English nothing is loaded, and nothing is looked up.
if (language !== 'en') await (await import('./german.ts')).begin();

/** Shows the page in another language from now on, in this browser. */
export function setLanguage(other: Language): void {
  memory.setItem(KEY, other);
}
