/** Starts the worker, from wherever this module was loaded. */
import address from '../worker/main.ts?worker&url';

export function startWorker(): Worker {
  const { href, origin } = new URL(address, import.meta.url);
  const options = { type: 'module', name: 'ganlet' } as const;
  if (origin === location.origin) return new Worker(href, options);
  // A worker's script must be of the page's own origin; what it imports need not be.
  const script = new Blob([`import ${JSON.stringify(href)};`], { type: 'text/javascript' });
  // Not revoked: when the browser has read it, nobody is told.
  return new Worker(URL.createObjectURL(script), options);
}
