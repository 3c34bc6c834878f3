/** Where lessons stand, in the language of the page. */
import { type Language } from './choose.ts';
import { language } from './locale.ts';

/** The address of a lesson below the site; without one, that of the course. */
export const lessonAddress = (slug?: string, tongue: Language = language): string =>
  `learn/${tongue === 'en' ? '' : `${tongue}/`}${slug === undefined ? '' : `${slug}.html`}`;
