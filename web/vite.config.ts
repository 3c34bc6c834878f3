import { readFile } from 'node:fs/promises';
import { type Connect, type Plugin, defineConfig, transformWithOxc } from 'vite';
import { configDefaults } from 'vitest/config';
import { course, SCRIPT } from './course/plugin.ts';
import { heads } from './head.ts';
import { installable } from './installable.ts';
import { modelList } from './models.ts';

/**
 * With GANLET_MOCK=1 the dev and preview servers answer `lib/ganlet.js` with the tiny JavaScript
 * stand-in of test/, so that the page can be worked on without a Rust build. It never reaches dist.
 */
function mockLibrary(): Plugin {
  const answer: Connect.NextHandleFunction = (request, response, next) => {
    const asked = /\/lib\/(ganlet\.js|mock-\w+\.ts)$/.exec(request.url?.split('?')[0] ?? '')?.[1];
    if (!asked) {
      next();
      return;
    }
    const name = asked === 'ganlet.js' ? 'mock-library.ts' : asked;
    const file = new URL(`./test/${name}`, import.meta.url).pathname;
    readFile(file, 'utf8')
      .then((source) => transformWithOxc(source, file))
      .then(({ code }) => {
        response.setHeader('Content-Type', 'text/javascript');
        response.end(code);
      }, next);
  };
  return {
    name: 'ganlet-mock-library',
    configureServer: ({ middlewares }) => void middlewares.use(answer),
    configurePreviewServer: ({ middlewares }) => void middlewares.use(answer),
  };
}

/** The example page asks for the built name; the dev server has the source. */
function embedModule(): Plugin {
  return {
    name: 'ganlet-embed-module',
    configureServer: ({ middlewares }) =>
      void middlewares.use((request, _, next) => {
        if (request.url === '/embed.js') request.url = '/embed.ts';
        next();
      }),
  };
}

const NAMED: Readonly<Record<string, string>> = {
  embed: 'embed.js',
  learn: SCRIPT,
  sw: 'sw.js',
};

export default defineConfig({
  // Relative, so that the site works from any sub-path of any static host.
  base: './',
  plugins: [
    heads(),
    modelList(),
    course(),
    embedModule(),
    installable(),
    process.env.GANLET_MOCK === '1' ? mockLibrary() : undefined,
  ],
  build: {
    target: 'es2022',
    sourcemap: false,
    rolldownOptions: {
      input: {
        index: 'index.html',
        bench: 'bench.html',
        compare: 'compare.html',
        teach: 'teach.html',
        lesson: 'embed.html',
        embed: 'embed.ts',
        learn: 'src/learn.ts',
        sw: 'src/offline/worker.ts',
      },
      output: {
        // What others write into their pages keeps its name, as does what written pages name; they load everything else.
        entryFileNames: ({ name }) => NAMED[name] ?? 'assets/[name]-[hash].js',
      },
    },
  },
  worker: { format: 'es' },
  test: {
    environment: 'node',
    // A loaded machine is no failure.
    testTimeout: 60_000,
    exclude: [...configDefaults.exclude, 'e2e/**', 'notebook/**', 'package/**'],
  },
} as Parameters<typeof defineConfig>[0] & { test: object });
