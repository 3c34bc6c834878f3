/** Where the course stands, in the language of the page. */
import { type Language } from './choose.ts';
import { language } from './locale.ts';

/** The address of the course below the site. */
export const courseAddress = (tongue: Language = language): string =>
  `learn/${tongue === 'en' ? '' : `${tongue}/`}`;
