/** Starts the worker from wherever this module was loaded. */
import address from '../worker/main.ts?worker&url';

const place = (): URL => new URL(address, import.meta.url);

/** Where its script comes from. */
export const originOf = (): string => place().origin;

export function startWorker(): Worker {
  const { href, origin } = place();
  const name = 'ganlet';
  // Not `location.origin`: a sandboxed frame has an address, but no origin.
  if (origin === self.origin) return new Worker(href, { type: 'module', name });
  // A worker's script must be of the page's own origin; what it imports later need not be. Messages that come before are kept, and
  // what fails is thrown where the page hears of it.
  const script = new Blob(
    [
      `const early = [];
      onmessage = (event) => early.push(event);
      import(${JSON.stringify(href)}).then(
        () => early.forEach((event) => onmessage(event)),
        (error) => setTimeout(() => { throw error; }),
      );`,
    ],
    { type: 'text/javascript' },
  );
  // Not revoked: when the browser has read it, nobody is told.
  // A classic one: the script of a module is fetched, which a frame without an origin may not do with its own.
  return new Worker(URL.createObjectURL(script), { name });
}
