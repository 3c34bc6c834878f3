/**
 * The service worker: the site without a network. One version of the site is kept at a time, all of its files with their
 * checksums named in `FILES`, which tools/offline.js writes above this code once everything is built.
 *
 * A file is kept by its checksum, so a new version asks only for what changed; and it never mixes with another, because
 * what a server sends in its place is not kept.
 */

export {};

/** One file of the site: what it is checked by, and whether the page needs it before anything is chosen. */
interface Entry {
  sha256: string;
  first?: boolean;
}

declare const FILES: Record<string, Entry>;

/** The part of a service worker's global that is used; the page's types do not know it. */
interface Scope {
  readonly registration: { readonly scope: string };
  addEventListener(type: 'install' | 'activate', listener: (event: Lasting) => void): void;
  addEventListener(type: 'fetch', listener: (event: Asked) => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  skipWaiting(): Promise<void>;
}
interface Lasting {
  waitUntil(work: Promise<unknown>): void;
}
interface Asked extends Lasting {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

const scope = self as unknown as Scope;
const site = scope.registration.scope;
const kept = caches.open(`ganlet ${site}`);

/** What a file is kept under. */
const key = (path: string, { sha256 }: Entry): string => `${site}${path}?${sha256}`;

/** A gzipped file comes unpacked from some servers, and then has another checksum; the engine checks it itself. */
const checked = (path: string, { sha256 }: Entry): RequestInit =>
  path.endsWith('.gz') ? {} : { integrity: `sha256-${sha256}` };

async function keep(path: string, file: Entry): Promise<void> {
  const cache = await kept;
  if (await cache.match(key(path, file))) return;
  const answer = await fetch(site + path, { ...checked(path, file), cache: 'no-cache' });
  if (!answer.ok) throw new Error(`${site}${path} answered ${answer.status}`);
  await cache.put(key(path, file), answer);
}

scope.addEventListener('install', (event) => {
  const first = Object.entries(FILES).filter(([, file]) => file.first);
  // One after the other: the page that is open has the network first.
  const all = first.reduce(
    (done, [path, file]) => done.then(() => keep(path, file)),
    Promise.resolve(),
  );
  event.waitUntil(all);
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(forgetOthers());
});

async function forgetOthers(): Promise<void> {
  const cache = await kept;
  const ours = new Set(Object.entries(FILES).map(([path, file]) => key(path, file)));
  for (const { url } of await cache.keys()) if (!ours.has(url)) await cache.delete(url);
}

// The page says when: never in the middle of a run.
scope.addEventListener('message', ({ data }) => {
  if (data === 'take over') void scope.skipWaiting();
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const path = pathOf(request.url);
  const file = FILES[path];
  if (request.method === 'GET' && file) event.respondWith(answer(request, path, file));
});

/** The file that an address of the site means. */
function pathOf(url: string): string {
  const [address = ''] = url.split(/[?#]/);
  if (!address.startsWith(site)) return '';
  const path = address.slice(site.length);
  return path === '' || path.endsWith('/') ? `${path}index.html` : path;
}

async function answer(request: Request, path: string, file: Entry): Promise<Response> {
  const cache = await kept;
  const found = await cache.match(key(path, file));
  if (found) return found;
  try {
    const answer = await fetch(site + path, checked(path, file));
    if (answer.ok) await cache.put(key(path, file), answer.clone());
    return answer;
  } catch {
    // Another version of it lies there by now, or there is no more room: without keeping it, then.
    return fetch(request);
  }
}
