/** German, loaded where it is the page's language. */
import { configureLocalization } from '@lit/localize/init/runtime.js';
import * as german from './translated/de.ts';

export { heardInGerman, inGerman } from './engine.ts';

export async function begin(): Promise<void> {
  const { setLocale } = configureLocalization({
    sourceLocale: 'en',
    targetLocales: ['de'],
    loadLocale: () => Promise.resolve(german),
  });
  await setLocale('de');
}
