/** The way to the page in another language. */
import type { Language } from './choose.ts';
import { setLanguage } from './locale.ts';

/** What a link says after its ? or #, without a language. */
export const withoutLanguage = (words: string): string =>
  words
    .split('&')
    .filter((word) => !word.startsWith('lang='))
    .join('&');

/** Loads the page again in a language; its link stays as it is, but for a language that it named. */
export function turnTo(other: Language): void {
  setLanguage(other);
  const [search, hash] = [location.search, location.hash].map((words) => {
    const rest = withoutLanguage(words.slice(1));
    return rest === '' ? '' : `${words.charAt(0)}${rest}`;
  });
  history.replaceState(null, '', `${location.pathname}${search ?? ''}${hash ?? ''}`);
  location.reload();
}
