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

const wanted = chosen(typeof document === 'undefined' ? undefined : document, memory.getItem(KEY));

// In English nothing is loaded, and nothing is looked up. Words that do not come are no reason for a page not to.
const german = wanted === 'en' ? undefined : await import('./german.ts').catch(() => undefined);
await german?.begin();

export const language: Language = german ? wanted : 'en';

// What reads a page aloud has to know it; a page that is in one language says so itself.
if (typeof document !== 'undefined' && 'languages' in document.documentElement.dataset) {
  document.documentElement.lang = language;
}

/** What the library calls something, where the page needs it as a name too and has kept it as it came. */
export const said = (text: string): string => german?.inGerman(text) ?? text;

/** A reply or an event of the worker, which speaks English as the library does. */
export const heard = <T>(message: T): T => german?.heardInGerman(message) ?? message;

/** Shows the page in another language from now on, in this browser. */
export function setLanguage(other: Language): void {
  memory.setItem(KEY, other);
}
