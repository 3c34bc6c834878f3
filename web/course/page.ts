/** The pages around lessons. They stand in `learn/`, one below the site; those of other languages one more below. */
import { headOf } from '../head.ts';
import { type Language, LANGUAGES, LANGUAGE_NAMES } from '../src/words/choose.ts';
import type { Lesson } from './lesson.ts';
import { WORDS } from './words.ts';

/** Where a page finds its script and its style: the ways from the site's root. */
export interface Assets {
  script: string;
  style: string;
}

/** Where the lessons of a language lie within all lessons, and their pages within `learn/`. */
export const folderOf = (language: Language): string =>
  language === LANGUAGES[0] ? '' : `${language}/`;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

interface Page {
  language: Language;
  /** The file, within the folder of its language. */
  name: string;
  title: string;
  description: string;
  /** Where one is in the course. */
  place?: string;
  main: string;
}

function page(
  { language, name, title, description, place = '', main }: Page,
  { script, style }: Assets,
): string {
  const learn = folderOf(language) ? '../' : './';
  const site = folderOf(language) ? '../../' : '../';
  // The page of the site is the same for all languages: the link says which one goes on.
  const home = folderOf(language) ? `${site}?lang=${language}` : site;
  const same = (other: Language): string => `${learn}${folderOf(other)}${name}`;
  const alternates = LANGUAGES.map(
    (other) => `
    <link rel="alternate" hreflang="${other}" href="${same(other)}" />`,
  );
  const others = LANGUAGES.filter((other) => other !== language).map(
    (other) => `
      <a class="language" lang="${other}" hreflang="${other}" href="${same(other)}">${LANGUAGE_NAMES[other]}</a>`,
  );
  return `<!doctype html>
<html lang="${language}">
  <head>${headOf(site)}
    <meta name="description" content="${escaped(description)}" />
    <title>${escaped(title)}</title>${alternates.join('')}
    <link rel="stylesheet" href="${site}${style}" />
    <script type="module" src="${site}${script}"></script>
  </head>
  <body>
    <header>
      <a href="${home}">Ganlet</a>${place}${others.join('')}
    </header>
${main}
  </body>
</html>
`;
}

const nameOf = ({ slug }: Lesson): string => `${slug}.html`;
const to = (lesson: Lesson): string => `./${nameOf(lesson)}`;

export function lessonPage(
  language: Language,
  lessons: readonly Lesson[],
  at: number,
  assets: Assets,
): string {
  const lesson = lessons[at];
  if (!lesson) throw new Error(`there is no lesson ${at}`);
  const [before, after] = [lessons[at - 1], lessons[at + 1]];
  const words = WORDS[language];
  return page(
    {
      language,
      name: nameOf(lesson),
      title: words.title(lesson.title, at + 1),
      description: words.description(lesson.title, lesson.source),
      place: `
      <nav aria-label="${words.course}"><a href="./">${words.lessons}</a> <span>${words.place(at + 1, lessons.length)}</span></nav>`,
      main: `    <main>
      <article>
        <p class="source">${escaped(lesson.source)}</p>
        <h1>${escaped(lesson.title)}</h1>
${lesson.html}
        <p class="deeds">
          ${words.takeAway}
          <button type="button" data-log="csv">CSV</button> ${words.or}
          <button type="button" data-log="json">JSON</button>
        </p>
        <nav class="turn" aria-label="${words.beside}">
          ${before ? `<a rel="prev" href="${to(before)}">← ${escaped(before.title)}</a>` : '<span></span>'}
          ${after ? `<a rel="next" href="${to(after)}">${escaped(after.title)} →</a>` : `<a href="./">${words.allLessons}</a>`}
        </nav>
      </article>
      <aside aria-label="${words.game}">
        <gan-playground ${attributesOf(lesson.playground)}><p>${words.loading}</p></gan-playground>
        <p class="said" role="status"></p>
      </aside>
    </main>`,
    },
    assets,
  );
}

/** A share link's words as the attributes of the element. */
function attributesOf(link: string): string {
  const words = new URLSearchParams(link);
  const own = ['preset', 'seed', 'backend', 'scratch', 'hide', 'controls'];
  const settings = new URLSearchParams([...words].filter(([name]) => !own.includes(name)));
  return [
    ...[...words].filter(([name]) => own.includes(name)),
    ...(settings.size > 0 ? [['settings', settings.toString()] as const] : []),
  ]
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(' ');
}

export function contentsPage(
  language: Language,
  lessons: readonly Lesson[],
  assets: Assets,
): string {
  const { title, description, text } = WORDS[language].contents;
  return page(
    {
      language,
      name: '',
      title: `${title}: Ganlet`,
      description,
      main: `    <main class="contents">
      <article>
        <h1>${title}</h1>
        <p>${text}</p>
        <ol>
${lessons
  .map(
    (lesson) =>
      `          <li><a href="${to(lesson)}">${escaped(lesson.title)}</a> <span class="source">${escaped(lesson.source)}</span></li>`,
  )
  .join('\n')}
        </ol>
      </article>
    </main>`,
    },
    assets,
  );
}
