/**
 * Makes the library's code in lib/ small: what wasm-bindgen writes is mostly comments and long names. Names at the top of a file
 * stay, for whoever looks at a stack; the entry stays as it is, because bundlers look for its literal addresses.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { URL } from 'node:url';
import { minify } from 'rolldown/utils';

const lib = new URL('../lib/', import.meta.url);
for (const name of await readdir(lib, { recursive: true })) {
  if (!name.endsWith('.js') || name === 'ganlet.js') continue;
  const file = new URL(name, lib);
  const { code, errors } = await minify(name, await readFile(file, 'utf8'), {
    module: true,
    compress: true,
    mangle: { toplevel: false },
  });
  if (errors.length > 0) throw new Error(`${name}: ${errors.map(String).join('; ')}`);
  await writeFile(file, code);
}
