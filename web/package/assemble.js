/**
 * Puts the npm package together in web/pkg, from the built site: the library, and <gan-playground> with what it loads. Its
 * folders lie as on the site, because all of it finds its parts by where it lies itself.
 */
import { execFileSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath, URL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { loadedBy } from '../tools/loaded-by.js';

const here = new URL('./', import.meta.url);
const site = new URL('../dist/', here);
const target = new URL('../pkg/', here);
const root = new URL('../../', here);

/** Small enough to travel along; a page serves the others from a folder of its own. */
const DATA = ['faces'];
const MODELS = ['faces-dcgan'];

await rm(target, { recursive: true, force: true });
await mkdir(target);
const copy = (from, to) => cp(from, new URL(to, target), { recursive: true });

await copy(new URL('ganlet/', here), './');
for (const licence of ['LICENSE-MIT', 'LICENSE-APACHE', 'CHANGELOG.md']) {
  await copy(new URL(licence, root), licence);
}

await copy(new URL('lib/', site), 'lib/');
// What wasm-bindgen says of its modules: the entry has types of its own.
for (const name of await readdir(new URL('lib/', target), { recursive: true })) {
  if (/\/ganlet(_bg\.wasm)?\.d\.ts$/.test(name)) await rm(new URL(`lib/${name}`, target));
}

for (const path of ['embed.js', ...(await loadedBy(site, 'embed.js'))]) {
  await copy(new URL(path, site), path);
}
for (const set of DATA) await copy(new URL(`data/${set}/`, site), `data/${set}/`);
await writeFile(new URL('data/index.json', target), JSON.stringify(DATA));
for (const model of MODELS) {
  await copy(new URL(`models/${model}.safetensors`, site), `models/${model}.safetensors`);
}
await writeFile(new URL('models/index.json', target), JSON.stringify(MODELS));

const cem = fileURLToPath(new URL('node_modules/.bin/cem', here));
execFileSync(cem, ['analyze', '--config', 'package/manifest.config.js', '--quiet'], {
  cwd: fileURLToPath(new URL('../', here)),
  stdio: 'inherit',
});

/** What a visitor loads of some files, in whole KB. */
async function weight(names) {
  const files = names.map((name) => readFile(new URL(`lib/${name}`, target)));
  const bytes = (await Promise.all(files)).map((file) => gzipSync(file, { level: 9 }).length);
  return Math.round(bytes.reduce((sum, one) => sum + one) / 1000);
}
const entry = ['ganlet', 'arguments', 'guard', 'trainer', 'types'].map((name) => `${name}.js`);
const sizes = { entry: await weight([...entry, 'ganlet.json']) };
for (const name of ['gpu', 'cpu-relaxed', 'cpu']) {
  sizes[name] = await weight([`${name}/ganlet.js`, `${name}/ganlet_bg.wasm`]);
}
const readme = new URL('README.md', target);
const text = await readFile(readme, 'utf8');
await writeFile(
  readme,
  text.replace(/@([\w-]+) KB@/g, (_, name) => `${sizes[name]}`),
);
