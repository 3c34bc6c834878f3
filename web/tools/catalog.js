/**
 * Writes lib/ganlet.json, what a page wants to know before it chooses a module: the presets, the config's JSON schema, and
 * which adapters are software. Only the compiled library knows its presets, so it is asked.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { URL } from 'node:url';

const lib = new URL('../lib/', import.meta.url);
const { initSync, catalog } = await import(new URL('gpu/ganlet.js', lib).href);
initSync({ module: await readFile(new URL('gpu/ganlet_bg.wasm', lib)) });
const schema = new URL('../../crates/gan/src/config/schema.json', import.meta.url);
const all = { ...JSON.parse(catalog()), schema: JSON.parse(await readFile(schema, 'utf8')) };
await writeFile(new URL('ganlet.json', lib), JSON.stringify(all));
