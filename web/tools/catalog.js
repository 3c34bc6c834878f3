/**
 * Completes the library in lib/ with what only its compiled modules know: ganlet.json, with the presets and the config's JSON
 * schema, for pages; and, above the entry's code, the constant by which it chooses a module.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { URL } from 'node:url';

const lib = new URL('../lib/', import.meta.url);
const { initSync, catalog } = await import(new URL('cpu/ganlet.js', lib).href);
initSync({ module: await readFile(new URL('cpu/ganlet_bg.wasm', lib)) });
const { presets, software_adapters } = JSON.parse(catalog());
const schema = new URL('../../crates/gan/src/config/schema.json', import.meta.url);
const known = { presets, schema: JSON.parse(await readFile(schema, 'utf8')) };
await writeFile(new URL('ganlet.json', lib), JSON.stringify(known));

const entries = await readdir(lib, { withFileTypes: true });
const modules = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
const entry = new URL('ganlet.js', lib);
const built = `const BUILT = ${JSON.stringify({ modules, software_adapters })};\n`;
await writeFile(entry, built + (await readFile(entry, 'utf8')));
