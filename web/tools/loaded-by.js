/** What a file of the built site loads of `assets/`: what it names, and what that names in turn. */
import { readdir, readFile } from 'node:fs/promises';
import { URL } from 'node:url';

export async function loadedBy(site, file) {
  const assets = await readdir(new URL('assets/', site));
  const found = new Set();
  const follow = async (file) => {
    const text = await readFile(new URL(file, site), 'utf8');
    for (const name of assets) {
      if (found.has(name) || !text.includes(name)) continue;
      found.add(name);
      await follow(`assets/${name}`);
    }
  };
  await follow(file);
  return [...found].map((name) => `assets/${name}`);
}
