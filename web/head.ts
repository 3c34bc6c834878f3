/** How the head of each of our pages begins: the policy that lets nothing leave the tab, and what a browser wants to know first. */
import type { Plugin } from 'vite';

const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  "style-src 'self'",
  "manifest-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
].join('; ');

/** `site` is the way from the page to the site's root. */
export const headOf = (site: string): string => `
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
    <meta name="color-scheme" content="light dark" />
    <link rel="icon" href="${site}favicon.svg" type="image/svg+xml" />`;

/** Writes it into the pages at the root. One that says its own encoding has its own head: it shows somebody else's page. */
export function heads(): Plugin {
  return {
    name: 'ganlet-heads',
    transformIndexHtml: {
      order: 'pre',
      handler: (html) =>
        html.includes('<meta charset') ? html : html.replace('<head>', `<head>${headOf('./')}`),
    },
  };
}
