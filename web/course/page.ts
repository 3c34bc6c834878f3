/** The pages around lessons. They stand in `learn/`, one below the site. */
import { headOf } from '../head.ts';
import type { Lesson } from './lesson.ts';

/** Where a page finds its script and its style. */
export interface Assets {
  script: string;
  style: string;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

function page(title: string, description: string, { script, style }: Assets, body: string): string {
  return `<!doctype html>
<html lang="en">
  <head>${headOf('../')}
    <meta name="description" content="${escaped(description)}" />
    <title>${escaped(title)}</title>
    <link rel="stylesheet" href="${style}" />
    <script type="module" src="${script}"></script>
  </head>
  <body>
${body}
  </body>
</html>
`;
}

const to = ({ slug }: Lesson): string => `./${slug}.html`;

export function lessonPage(lessons: readonly Lesson[], at: number, assets: Assets): string {
  const lesson = lessons[at];
  if (!lesson) throw new Error(`there is no lesson ${at}`);
  const [before, after] = [lessons[at - 1], lessons[at + 1]];
  return page(
    `${lesson.title}: Ganlet, lesson ${at + 1}`,
    `${lesson.title} (${lesson.source}), with a game beside the text that trains in this tab.`,
    assets,
    `    <header>
      <a href="../">Ganlet</a>
      <nav aria-label="Course"><a href="./">Lessons</a> <span>${at + 1} of ${lessons.length}</span></nav>
    </header>
    <main>
      <article>
        <p class="source">${escaped(lesson.source)}</p>
        <h1>${escaped(lesson.title)}</h1>
${lesson.html}
        <p class="deeds">
          Take away what you did in this lesson, for yourself or your teacher:
          <button type="button" data-log="csv">CSV</button> or
          <button type="button" data-log="json">JSON</button>
        </p>
        <nav class="turn" aria-label="Lessons beside this one">
          ${before ? `<a rel="prev" href="${to(before)}">← ${escaped(before.title)}</a>` : '<span></span>'}
          ${after ? `<a rel="next" href="${to(after)}">${escaped(after.title)} →</a>` : '<a href="./">All lessons</a>'}
        </nav>
      </article>
      <aside aria-label="The game">
        <gan-playground ${attributesOf(lesson.playground)}><p>The game is being loaded. It needs JavaScript.</p></gan-playground>
        <p class="said" role="status"></p>
      </aside>
    </main>`,
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

export function contentsPage(lessons: readonly Lesson[], assets: Assets): string {
  const title = 'Learn GANs by training them';
  return page(
    `${title}: Ganlet`,
    'A course in which every paragraph has a game beside it that trains in this tab.',
    assets,
    `    <header><a href="../">Ganlet</a></header>
    <main class="contents">
      <article>
        <h1>${title}</h1>
        <p>
          Each lesson is a page of text with a game beside it. The words operate the game; questions are
          answered before they are run. Nothing leaves this tab.
        </p>
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
  );
}
