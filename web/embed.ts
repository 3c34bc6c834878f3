/** `embed.js`: defines <gan-playground> for anybody's page. Everything else is loaded from where this file lies. */
import { setSite } from './src/site.ts';

setSite(import.meta.url.replace(/[^/]*$/, ''));

import('./src/elements/gan-playground.ts').catch((error: unknown) => {
  const cause = error instanceof Error ? error.message : String(error);
  // Without a style of its own: it stands in somebody else's text.
  class Missing extends HTMLElement {
    connectedCallback(): void {
      this.role = 'alert';
      this.textContent = `This playground could not be loaded (${cause}). embed.js must be loaded from its own address, beside the files that it needs; where the page has a Content-Security-Policy, script-src must allow that address.`;
    }
  }
  customElements.define('gan-playground', Missing);
});
