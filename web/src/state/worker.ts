/** The one worker: started from wherever this module was loaded, with the line to it. */
import { Client } from '../client.ts';
import type { Event } from '../protocol.ts';
import { policyFor } from './policy.ts';
import address from '../worker/main.ts?worker&url';

export interface Connection {
  client: Client;
  /** Frees what the worker holds; who still waits is told. */
  close(): void;
}

/** `onStop` hears in words that the worker is gone, or never came. */
export function connect(
  onEvent: (event: Event) => void,
  onStop: (text: string) => void = () => undefined,
): Connection {
  const unheard = { postMessage: () => undefined, onmessage: null };
  let worker: Worker | undefined;
  let cause = '';
  try {
    worker = startWorker();
  } catch (error) {
    cause = error instanceof Error ? error.message : String(error);
  }
  let answered = false;
  const client = new Client(worker ?? unheard, (event) => {
    onEvent(event);
  });
  worker?.addEventListener('message', () => (answered = true), { once: true });
  const stop = (cause: string): void => {
    const text = answered ? stopped(cause) : missing(cause);
    client.abandon(text);
    onStop(text);
  };
  if (!worker) client.abandon(missing(cause));
  worker?.addEventListener('error', (event) => {
    // Where the script never came, it is a plain event without words.
    stop((event as Partial<ErrorEvent>).message ?? '');
  });
  return {
    client,
    close: () => {
      worker?.terminate();
      client.abandon('The playground was closed.');
    },
  };
}

const stopped = (cause: string): string =>
  `The training worker stopped${cause && `: ${cause}`}. Reload the page; a saved checkpoint brings the model back.`;

/** A policy that forbids a worker says so to the console alone. */
const missing = (cause: string): string => {
  const { origin } = new URL(address, import.meta.url);
  return `The worker that trains could not be started${cause && ` (${cause})`}. In a page with a Content-Security-Policy, that must allow it: ${policyFor(origin)}. Elsewhere check the connection and reload the page; where that does not help, this browser may be too old.`;
};

function startWorker(): Worker {
  const { href, origin } = new URL(address, import.meta.url);
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
