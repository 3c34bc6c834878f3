/** The course: serves and builds a page of `learn/` for each Markdown file of `lessons/`. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import type { Json } from '../src/state/json.ts';
import { type Language, LANGUAGES } from '../src/words/choose.ts';
import { differencesOf, type Known, knownOf, missingOf, problemsOf } from './check.ts';
import { type Lesson, LessonError, readLesson } from './lesson.ts';
import { type Assets, contentsPage, folderOf, lessonPage } from './page.ts';
import { WORDS } from './words.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const LESSONS = here('../lessons/');
const STYLE = here('./learn.css');
const GAN = here('../../crates/gan/src/');

/** What the built script is called; it lies beside the English pages. */
export const SCRIPT = 'learn/learn.js';

/** What the library has, from the files that it is compiled from. */
export function known(): Known {
  const presets = readdirSync(`${GAN}preset`)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length));
  return knownOf(presets, JSON.parse(readFileSync(`${GAN}config/schema.json`, 'utf8')) as Json);
}

const [ORIGINAL] = LANGUAGES;

const filesOf = (language: Language): string[] =>
  readdirSync(LESSONS + folderOf(language))
    .filter((file) => file.endsWith('.md'))
    .sort();

/** All lessons of a language in their order; throws for the first that cannot be. */
export function lessons(language: Language = ORIGINAL): Lesson[] {
  const library = known();
  const folder = folderOf(language);
  const files = filesOf(language);
  const missing = missingOf(files, filesOf(ORIGINAL));
  if (missing) throw new LessonError(folder + missing.file, missing.problem);
  const read = (of: Language, file: string): Lesson => {
    const path = folderOf(of) + file;
    return readLesson(path, readFileSync(LESSONS + path, 'utf8'), WORDS[of]);
  };
  return files.map((file) => {
    const lesson = read(language, file);
    const [problem] = [
      ...problemsOf(lesson, library),
      ...(language === ORIGINAL ? [] : differencesOf(lesson, read(ORIGINAL, file))),
    ];
    if (problem !== undefined) throw new LessonError(folder + file, problem);
    return lesson;
  });
}

/** Every page by its path within `learn/`. */
function pages(assets: Assets): Map<string, string> {
  return new Map(
    LANGUAGES.flatMap((language) => {
      const all = lessons(language);
      return [
        ['index.html', contentsPage(language, all, assets)] as const,
        ...all.map(
          ({ slug }, at) => [`${slug}.html`, lessonPage(language, all, at, assets)] as const,
        ),
      ].map(([name, page]): [string, string] => [folderOf(language) + name, page]);
    }),
  );
}

export function course(): Plugin {
  return {
    name: 'ganlet-course',
    configureServer: ({ middlewares }) => {
      middlewares.use('/learn/', (request, response, next) => {
        const path = request.url?.split('?')[0]?.slice(1) ?? '';
        const page = pages({ script: 'src/learn.ts', style: 'course/learn.css' }).get(
          path.replace(/(^|\/)$/, '$1index.html'),
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
      for (const language of LANGUAGES)
        for (const file of filesOf(language))
          this.addWatchFile(LESSONS + folderOf(language) + file);
    },
    generateBundle() {
      const style = this.emitFile({
        type: 'asset',
        name: 'learn.css',
        source: readFileSync(STYLE, 'utf8'),
      });
      const assets = { script: SCRIPT, style: this.getFileName(style) };
      for (const [name, source] of pages(assets)) {
        this.emitFile({ type: 'asset', fileName: `learn/${name}`, source });
      }
    },
  };
}
