/** The course: serves and builds a page of `learn/` for each Markdown file of `lessons/`. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import type { Json } from '../src/state/json.ts';
import { type Known, knownOf, problemsOf } from './check.ts';
import { type Lesson, LessonError, readLesson } from './lesson.ts';
import { type Assets, contentsPage, lessonPage } from './page.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const LESSONS = here('../lessons/');
const STYLE = here('./learn.css');
const GAN = here('../../crates/gan/src/');

/** What the built script is called; it lies beside the pages. */
export const SCRIPT = 'learn/learn.js';

/** What the library has, from the files that it is compiled from. */
export function known(): Known {
  const presets = readdirSync(`${GAN}preset`)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length));
  return knownOf(presets, JSON.parse(readFileSync(`${GAN}config/schema.json`, 'utf8')) as Json);
}

/** All lessons in their order; throws for the first that cannot be. */
export function lessons(): Lesson[] {
  const library = known();
  return readdirSync(LESSONS)
    .filter((file) => file.endsWith('.md'))
    .sort()
    .map((file) => {
      const lesson = readLesson(file, readFileSync(LESSONS + file, 'utf8'));
      const [problem] = problemsOf(lesson, library);
      if (problem !== undefined) throw new LessonError(file, problem);
      return lesson;
    });
}

function pages(assets: Assets): Map<string, string> {
  const all = lessons();
  return new Map([
    ['index.html', contentsPage(all, assets)],
    ...all.map((lesson, at): [string, string] => [
      `${lesson.slug}.html`,
      lessonPage(all, at, assets),
    ]),
  ]);
}

export function course(): Plugin {
  return {
    name: 'ganlet-course',
    configureServer: ({ middlewares }) => {
      middlewares.use('/learn/', (request, response, next) => {
        const name = request.url?.split('?')[0]?.slice(1) ?? '';
        const page = pages({ script: '/src/learn.ts', style: '/course/learn.css' }).get(
          name || 'index.html',
        );
        if (page === undefined) {
          next();
          return;
        }
        response.setHeader('Content-Type', 'text/html');
        response.end(page);
      });
    },
    buildStart() {
      for (const file of readdirSync(LESSONS)) this.addWatchFile(LESSONS + file);
    },
    generateBundle() {
      const style = this.emitFile({
        type: 'asset',
        name: 'learn.css',
        source: readFileSync(STYLE, 'utf8'),
      });
      const assets = { script: './learn.js', style: `../${this.getFileName(style)}` };
      for (const [name, source] of pages(assets)) {
        this.emitFile({ type: 'asset', fileName: `learn/${name}`, source });
      }
    },
  };
}
