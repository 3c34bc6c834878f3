/** Which language a page is in. */
export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' };

/** The first language of `tags` that there is a translation for, by its first part: `de-AT` is German. */
function known(tags: readonly (string | null | undefined)[]): Language | undefined {
  for (const tag of tags) {
    const found = LANGUAGES.find((language) => tag?.toLowerCase().split('-')[0] === language);
    if (found) return found;
  }
  return undefined;
}

/** What of a document decides. */
type Page = Pick<Document, 'documentElement'> & {
  readonly location: Pick<Location, 'hash' | 'search'> | null;
  readonly defaultView: { readonly navigator: Pick<Navigator, 'languages'> } | null;
};

/**
 * What the link says (`lang=de`, behind ? or #) comes first. Pages of ours that exist in every language say so
 * (`data-languages`), and follow what was chosen before, then the browser. All others, lessons and pages of other people,
 * are written in one language, and the game is in theirs.
 */
export function chosen(page: Page | undefined, remembered: string | null): Language {
  if (!page) return 'en';
  const { hash = '', search = '' } = page.location ?? {};
  const linked = [hash, search].map((words) =>
    new URLSearchParams(words.replace(/^[#?]/, '')).get('lang'),
  );
  const root = page.documentElement;
  const own = 'languages' in root.dataset;
  const rest = own ? [remembered, ...(page.defaultView?.navigator.languages ?? [])] : [root.lang];
  return known([...linked, ...rest]) ?? 'en';
}
