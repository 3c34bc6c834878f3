/** Completes the service worker with the list of the site's files, once everything is built. */
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { loadedBy } from './loaded-by.js';

const site = new URL('../dist/', import.meta.url);
const WORKER = 'sw.js';

/** What the page needs before a person chooses anything; the rest is kept as it is used. */
const first = new Set([
  'index.html',
  ...(await loadedBy(site, 'index.html')),
  'favicon.svg',
  'manifest.webmanifest',
  'data/index.json',
  'models/index.json',
]);
const isFirst = (path) => first.has(path) || (path.startsWith('lib/') && !path.endsWith('.d.ts'));

const files = (await readdir(site, { withFileTypes: true, recursive: true }))
  .filter((one) => one.isFile())
  .map(({ parentPath, name }) => relative(fileURLToPath(site), join(parentPath, name)))
  .map((path) => path.split(sep).join('/'))
  .filter((path) => path !== WORKER)
  .sort();
const listed = await Promise.all(
  files.map(async (path) => {
    const sha256 = createHash('sha256')
      .update(await readFile(new URL(path, site)))
      .digest('base64');
    return [path, isFirst(path) ? { sha256, first: true } : { sha256 }];
  }),
);
const worker = new URL(WORKER, site);
const list = `const FILES = ${JSON.stringify(Object.fromEntries(listed))};\n`;
await writeFile(worker, list + (await readFile(worker, 'utf8')));
