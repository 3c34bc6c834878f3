/** The npm package as others get it: packed, unpacked among a project's packages, and built by what they build with. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { createServer, preview } from 'vite';
import type { GanPlayground } from './ganlet/embed.d.ts';

const HERE = fileURLToPath(new URL('./', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'ganlet-package-'));
const installed = join(project, 'node_modules/ganlet');
const out = (name: string): string => join(project, name);

/** What a fixture says in the end. */
const DONE = /^\d+ presets, step 3, 8 numbers$/;

// Playwright asks for colours, in which Node would write its numbers.
const env = { ...process.env, FORCE_COLOR: '0' };
const run = (program: string, args: readonly string[], cwd = project): string =>
  execFileSync(program, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const tool = (name: string): string => join(HERE, 'node_modules/.bin', name);
const packed = (): string =>
  join(project, run('npm', ['pack', '--silent', join(HERE, '../pkg')]).trim());

test.beforeAll(() => {
  cpSync(join(HERE, 'fixtures'), project, { recursive: true });
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', packed(), '-C', installed, '--strip-components=1']);
});

test.afterAll(() => {
  rmSync(project, { recursive: true });
});

/** Serves a folder while something is done with it. */
async function serving(folder: string, use: (address: string) => Promise<void>): Promise<void> {
  const server = await preview({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    build: { outDir: '.' },
    preview: { port: 0 },
  });
  try {
    await use(server.resolvedUrls?.local[0] ?? '');
  } finally {
    await server.close();
  }
}

const trains = async (page: Page, address: string): Promise<void> => {
  await page.goto(address);
  await expect(page.locator('body')).toHaveText(DONE, { timeout: 60_000 });
};

test('is in order for publint and for Are the types wrong', () => {
  run(tool('publint'), ['run', '--strict', installed]);
  run(tool('attw'), [packed(), '--profile', 'esm-only']);
});

test('has types', () => {
  const strict = ['--strict', '--target', 'es2022', '--skipLibCheck', 'false'];
  for (const [module, resolution] of [
    ['esnext', 'bundler'],
    ['nodenext', 'nodenext'],
  ] as const) {
    const how = ['--module', module, '--moduleResolution', resolution, '--noEmit', 'main.ts'];
    run(join(HERE, '../node_modules/.bin/tsc'), [...strict, ...how]);
  }
});

test('trains in Node, and finds the data that it brings', () => {
  const said = JSON.parse(run(process.execPath, ['node.js'])) as object;
  expect(said).toMatchObject({ step: 3, loaded: 3, backend: 'cpu', pixels: 32 * 32 * 3 });
});

test('does what its README shows', () => {
  const text = readFileSync(join(installed, 'README.md'), 'utf8');
  expect(text).not.toContain('@');
  const examples = [...text.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code ?? '');
  expect(examples).toHaveLength(2);
  const [trained, saved] = examples.map((code, i) => {
    writeFileSync(out(`example-${i}.js`), code);
    return run(process.execPath, [`example-${i}.js`]);
  });
  expect(trained).toMatch(/^500 -?[\d.]+ 512 cpu\n$/);
  expect(saved).toMatch(/^400 \{/);
});

test('is built by Vite', async ({ page }) => {
  run(join(HERE, '../node_modules/.bin/vite'), ['build', '--logLevel', 'warn', '--outDir', 'vite']);
  await serving(out('vite'), (address) => trains(page, address));
});

test('is served by Vite while one works on a page', async ({ page }) => {
  const server = await createServer({
    root: project,
    logLevel: 'error',
    configFile: false,
    server: { port: 0 },
    // Files beside a package's code are not found where Vite bundles the code beforehand.
    optimizeDeps: { exclude: ['ganlet'] },
  });
  try {
    await server.listen();
    await trains(page, server.resolvedUrls?.local[0] ?? '');
  } finally {
    await server.close();
  }
});

/** A page around a module that was built. */
const around = (folder: string): void => {
  writeFileSync(
    join(folder, 'index.html'),
    '<!doctype html><meta charset="utf-8" /><body></body><script type="module" src="./built.js"></script>',
  );
};

/** The fixture as JavaScript. */
const plain = (): string => {
  run(tool('esbuild'), ['main.ts', '--outfile=built.js', '--log-level=warning']);
  return out('built.js');
};

test('is built by webpack', async ({ page }) => {
  plain();
  run(process.execPath, ['webpack.js', join(HERE, 'node_modules/webpack/lib/index.js')]);
  around(out('webpack'));
  await serving(out('webpack'), (address) => trains(page, address));
});

test('is built by esbuild, which leaves the files beside the code to whoever builds', async ({
  page,
}) => {
  const how = ['--bundle', '--format=esm', '--splitting', '--log-level=warning'];
  run(tool('esbuild'), ['main.ts', ...how, '--entry-names=built', '--outdir=esbuild']);
  for (const name of ['cpu', 'cpu-relaxed', 'gpu', 'ganlet.json', 'schema.json']) {
    cpSync(join(installed, 'lib', name), join(out('esbuild'), name), { recursive: true });
  }
  around(out('esbuild'));
  await serving(out('esbuild'), (address) => trains(page, address));
});

test('needs no bundler', async ({ page }) => {
  plain();
  await serving(project, (address) => trains(page, `${address}plain.html`));
});

test('has the element, whose parts come from the package alone', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await serving(project, async (address) => {
    await page.goto(`${address}playground.html`);
    // embed.js loads the element by itself: a page's load does not wait for it.
    await page.evaluate(() => customElements.whenDefined('gan-playground').then(() => undefined));
    const said = await page.locator('gan-playground').evaluate(async (element: GanPlayground) => {
      const { said } = await element.perform('train?steps=3');
      return [said, await element.reading('step')];
    });
    expect(said[1]).toBe('3');
  });
  const elsewhere = asked.filter((path) => !path.startsWith('/node_modules/ganlet/'));
  expect(elsewhere).toEqual(['/playground.html']);
});
