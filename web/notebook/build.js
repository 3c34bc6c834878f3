/**
 * Puts what the Python package shows into its folder `static`, from the built site: the widget, the playground with its worker and
 * the library's code in one file, since a script without an address of its own has nothing beside it, and what both ask for.
 */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { sep } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { build } from 'vite';

const here = new URL('./', import.meta.url);
const site = new URL('../dist/', here);
const target = new URL('../../python/src/ganlet/static/', here);
const path = (name, base = here) => fileURLToPath(new URL(name, base));

/** As `site.ts` has it. */
const SITE = 'https://ganlet.invalid/';
/** Small enough to travel along, as in the npm package. */
const DATA = ['faces'];
const MODELS = ['faces-dcgan'];
const MODULES = ['cpu', 'cpu-relaxed', 'gpu'];

/** What is another file in a notebook. */
const inPlaceOf = new Map([
  [path('../src/site.ts'), path('site.ts')],
  [path('../src/state/start-worker.ts'), path('start-worker.ts')],
]);
const library = path('lib/', site);

const notebook = () => ({
  name: 'ganlet-notebook',
  enforce: 'pre',
  async resolveId(source, importer) {
    if (source === 'ganlet-library') return `${library}ganlet.js`;
    const found = await this.resolve(source, importer, { skipSelf: true });
    return found && inPlaceOf.get(found.id);
  },
  transform(code, id) {
    if (!id.startsWith(library)) return undefined;
    const name = id.slice(library.length).split(sep).join('/');
    return code.replaceAll('import.meta.url', JSON.stringify(`${SITE}lib/${name}`));
  },
});

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
for (const name of ['widget', 'playground']) {
  await build({
    configFile: false,
    root: path('../'),
    logLevel: 'warn',
    plugins: [notebook()],
    worker: {
      format: 'es',
      plugins: () => [notebook()],
      rolldownOptions: { output: { codeSplitting: false } },
    },
    build: {
      target: 'es2022',
      outDir: fileURLToPath(target),
      emptyOutDir: false,
      copyPublicDir: false,
      assetsInlineLimit: Infinity,
      lib: { entry: path(`${name}.ts`), formats: ['es'], fileName: name },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
}

const copy = (name) => cp(new URL(name, site), new URL(name, target), { recursive: true });
for (const name of ['ganlet.json', 'schema.json']) await copy(`lib/${name}`);
for (const name of MODULES) await copy(`lib/${name}/ganlet_bg.wasm`);
for (const set of DATA) await copy(`data/${set}/`);
await writeFile(new URL('data/index.json', target), JSON.stringify(DATA));
for (const model of MODELS) await copy(`models/${model}.safetensors`);
await writeFile(new URL('models/index.json', target), JSON.stringify(MODELS));

// A wheel takes them from its own folder alone.
for (const licence of ['LICENSE-MIT', 'LICENSE-APACHE']) {
  await cp(new URL(`../../${licence}`, here), new URL(`../../python/${licence}`, here));
}
