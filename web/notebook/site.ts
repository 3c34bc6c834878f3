/** In place of `src/site.ts`: what lies beside the page elsewhere comes from the Python package here. */
import type { Files } from './files.ts';

/** No address of any host, only what paths are put behind. */
export const SITE = 'https://ganlet.invalid/';

let files: Files | undefined;

/** Whoever was shown last has the line that works. */
export function useFiles(given: Files): void {
  files = given;
}

export const siteOf = (): string => SITE;

export async function fetchFile(path: string, site: string): Promise<Response> {
  const name = new URL(path, site).href.slice(SITE.length);
  const found = await files?.(name).catch(() => undefined);
  const type = name.endsWith('.wasm') ? 'application/wasm' : 'application/octet-stream';
  return found
    ? new Response(found, { headers: { 'Content-Type': type } })
    : new Response(null, { status: 404 });
}
