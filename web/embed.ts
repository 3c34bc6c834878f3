/** `embed.js`: defines <gan-playground> for anybody's page. Everything else is loaded from where this file lies. */
import { setSite } from './src/site.ts';

setSite(import.meta.url.replace(/[^/]*$/, ''));
void import('./src/elements/gan-playground.ts');
