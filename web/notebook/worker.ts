/** The worker's entry in a notebook: the library is a part of it, and what it fetches of the site comes from the page. */
import type { Library } from '../src/library.ts';
import { serve } from '../src/worker/serve.ts';
import * as library from 'ganlet-library';
import { SITE } from './site.ts';
import type { Found, Wanted } from './start-worker.ts';

const line = new Promise<MessagePort>((resolve) => {
  self.addEventListener('message', function first(event: MessageEvent<{ files?: MessagePort }>) {
    if (!event.data.files) return;
    // It is no call.
    event.stopImmediatePropagation();
    self.removeEventListener('message', first);
    resolve(event.data.files);
  });
});

let asked = 0;
const waiting = new Map<number, (found: Found) => void>();

async function fetchFromPage(path: string): Promise<Response> {
  const port = await line;
  port.onmessage = ({ data }: MessageEvent<Found>) => {
    waiting.get(data.id)?.(data);
    waiting.delete(data.id);
  };
  const id = asked++;
  const wanted: Wanted = { id, path };
  const { body, type } = await new Promise<Found>((resolve) => {
    waiting.set(id, resolve);
    port.postMessage(wanted);
  });
  return body
    ? new Response(body, { headers: { 'Content-Type': type } })
    : new Response(null, { status: 404 });
}

const fetchElsewhere = self.fetch.bind(self);
// The engine's own way to its files; the worker is nobody else's.
self.fetch = (input, init) => {
  const { href } = new URL(input instanceof Request ? input.url : input);
  return href.startsWith(SITE)
    ? fetchFromPage(href.slice(SITE.length))
    : fetchElsewhere(input, init);
};

serve(() => Promise.resolve(library as unknown as Library));
