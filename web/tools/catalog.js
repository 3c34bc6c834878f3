/**
 * Completes the library in lib/ with what only its compiled modules know: ganlet.json, with the presets, and schema.json, that of
 * a config, for pages; and, above the entry's code, the constant by which it chooses and loads a module.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { URL } from 'node:url';

const lib = new URL('../lib/', import.meta.url);
const { initSync, catalog } = await import(new URL('cpu/ganlet.js', lib).href);
initSync({ module: await readFile(new URL('cpu/ganlet_bg.wasm', lib)) });
const { presets: configs, software_adapters } = JSON.parse(catalog());
const source = new URL('../../crates/gan/src/', import.meta.url);
const presets = [];
for (const { name, ...known } of configs) {
  const { config: _, ...words } = JSON.parse(
    await readFile(new URL(`preset/${name}.json`, source), 'utf8'),
  );
  presets.push({ name, ...words, ...known });
}
await writeFile(new URL('ganlet.json', lib), JSON.stringify({ presets }));
const schema = JSON.parse(await readFile(new URL('config/schema.json', source), 'utf8'));
await writeFile(new URL('schema.json', lib), JSON.stringify(schema));

const folders = (await readdir(lib, { withFileTypes: true })).filter((one) => one.isDirectory());
const files = folders.map(
  ({ name }) => `  ${JSON.stringify(name)}: {
    code: () => import('./${name}/ganlet.js'),
    wasm: () => new URL('./${name}/ganlet_bg.wasm', import.meta.url),
  },
`,
);
const built = `const BUILT = {
modules: {
${files.join('')}},
software_adapters: ${JSON.stringify(software_adapters)},
};
`;
const entry = new URL('ganlet.js', lib);
await writeFile(entry, built + (await readFile(entry, 'utf8')));
