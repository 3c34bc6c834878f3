/** The one worker, with the line to it. */
import { Client } from '../client.ts';
import type { Event } from '../protocol.ts';
import { heard, msg, str } from '../words/locale.ts';
import { policyFor } from './policy.ts';
import { originOf, startWorker } from './start-worker.ts';

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
  const client = new Client(worker ?? unheard, onEvent, heard);
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
      client.abandon(msg('The playground was closed.'));
    },
  };
}

const stopped = (cause: string): string => {
  const why = cause && `: ${cause}`;
  return msg(
    str`The training worker stopped${why}. Reload the page; a saved checkpoint brings the model back.`,
  );
};

/** A policy that forbids a worker says so to the console alone. */
const missing = (cause: string): string => {
  const why = cause && ` (${cause})`;
  const policy = policyFor(originOf());
  return msg(
    str`The worker that trains could not be started${why}. In a page with a Content-Security-Policy, that must allow it: ${policy}. Elsewhere check the connection and reload the page; where that does not help, this browser may be too old.`,
  );
};
