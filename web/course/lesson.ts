/** One lesson: from Markdown to what its page is made of. docs/lessons.md describes the format. */
import { tex } from '@mdit/plugin-tex';
import MarkdownIt from 'markdown-it';
import temml from 'temml';
import { readActions } from '../src/state/action.ts';
import { ANSWER_NAMES, readFormula } from '../src/state/formula.ts';
import type { Words } from './words.ts';

export interface Lesson {
  /** The name of its page. */
  slug: string;
  title: string;
  /** Where the tutorial or a paper says it. */
  source: string;
  /** What the playground opens: the words of a share link. */
  playground: string;
  /** The text, as HTML. */
  html: string;
  /** Everything in it that operates the playground, as it was written. */
  actions: string[];
  /** What its questions are apart from their words: how many choices and which of them is right, or the formula. */
  questions: string[];
  /** The numbers that it follows. */
  live: string[];
  /** The parts of the picture that its symbols are. */
  parts: string[];
}

/** A lesson that cannot be built: the file, and what to mend. */
export class LessonError extends Error {
  constructor(file: string, problem: string) {
    super(`web/lessons/${file}: ${problem}. docs/lessons.md says what a lesson consists of.`);
  }
}

const DO = 'do:';
const LIVE = 'live:';
const SOURCE = /^> (.+)\n/m;
const TITLE = /^# (.+)\n/;

/** `words` are those of the lesson's language. */
export function readLesson(file: string, text: string, words: Words): Lesson {
  const lesson: Lesson = {
    slug: file.replace(/^(.*\/)?\d+-/, '').replace(/\.md$/, ''),
    title: TITLE.exec(text)?.[1] ?? '',
    source: SOURCE.exec(text)?.[1] ?? '',
    playground: '',
    html: '',
    actions: [],
    questions: [],
    live: [],
    parts: [],
  };
  if (!lesson.title) throw new LessonError(file, 'it does not begin with a title, “# …”');
  if (!lesson.source) throw new LessonError(file, 'it does not say its source, “> Tutorial, …”');
  try {
    const body = text.replace(TITLE, '').replace(SOURCE, '');
    lesson.html = renderer(lesson, words).render(body);
  } catch (error) {
    throw new LessonError(file, error instanceof Error ? error.message : String(error));
  }
  if (!lesson.playground) throw new LessonError(file, 'it has no ```playground');
  if (!/class="(predict|formula)"/.test(lesson.html)) {
    throw new LessonError(file, 'it asks nothing: it has no ```predict, ```formula or ```cost');
  }
  return lesson;
}

/** Markdown that writes down in `lesson` what it comes across. */
function renderer(lesson: Lesson, words: Words): MarkdownIt {
  const markdown = new MarkdownIt({ html: false, typographer: false });
  const { rules } = markdown.renderer;
  const inline = (text: string): string => markdown.renderInline(text);
  const operates = (action: string): string => {
    readActions(action);
    lesson.actions.push(action);
    return `data-do="${markdown.utils.escapeHtml(action)}"`;
  };
  const question: Question = {
    words,
    inline,
    operates,
    is: (one) => void lesson.questions.push(one),
  };
  markdown.use(tex, {
    delimiters: 'dollars',
    render: (content: string, displayMode: boolean) => {
      for (const [, data = ''] of content.matchAll(/\\data\{([^}]*)\}/g)) {
        const { live, part, ...others } = Object.fromEntries(
          data.split(',').map((one) => one.trim().split('=') as [string, string]),
        ) as Record<string, string>;
        const [other] = Object.keys(others);
        if (other !== undefined)
          throw new Error(
            `a symbol has no “${other}”; it has live and part, as in \\data{live=d_real,part=heat}`,
          );
        if (live !== undefined) lesson.live.push(live);
        if (part !== undefined) lesson.parts.push(...part.split('+'));
      }
      const math = temml.renderToString(content, { displayMode, trust: true, throwOnError: true });
      // The page's policy allows no style attributes; its style sheet says the same.
      return math.replaceAll(/ style="[^"]*"/g, '');
    },
  });
  // These are ours, and mean nothing elsewhere.
  markdown.validateLink = (url) => /^(do:|live:|https:|[\w./#-]+$)/.test(url);
  const closing: string[] = [];
  rules.link_open = (tokens, index) => {
    const address = String(tokens[index]?.attrGet('href'));
    if (address.startsWith(DO)) {
      closing.push('</button>');
      return `<button type="button" ${operates(decodeURI(address.slice(DO.length)))}>`;
    }
    if (address.startsWith(LIVE)) {
      const name = address.slice(LIVE.length);
      lesson.live.push(name);
      closing.push('</output>');
      return `<output data-live="${markdown.utils.escapeHtml(name)}">`;
    }
    closing.push('</a>');
    return `<a href="${markdown.utils.escapeHtml(address)}">`;
  };
  rules.link_close = () => closing.pop() ?? '';
  rules.fence = (tokens, index) => {
    const { info = '', content = '' } = tokens[index] ?? {};
    switch (info.trim()) {
      case 'playground':
        if (lesson.playground) throw new Error('it has two ```playground');
        lesson.playground = content.trim().replaceAll(/\s+/g, '');
        return '';
      case 'predict':
        return predict(content, question);
      case 'formula':
        return formula(content, 'curve', question);
      case 'cost':
        return formula(content, 'cost', question);
      default:
        return `<pre><code>${markdown.utils.escapeHtml(content)}</code></pre>\n`;
    }
  };
  return markdown;
}

/** What the kinds of questions need of the lesson that asks them. */
interface Question {
  words: Words;
  /** Markdown within a line. */
  inline: (text: string) => string;
  /** The attribute of what operates the playground. */
  operates: (action: string) => string;
  /** Writes down what the question is. */
  is: (question: string) => void;
}

/** A question that is answered before it is run. */
function predict(content: string, { words, inline, operates, is }: Question): string {
  const lines = content.split('\n').filter((line) => line.trim() !== '');
  const isChoice = (line: string): boolean => line.startsWith('- ');
  const first = lines.findIndex(isChoice);
  const choices = lines.filter(isChoice).map((line) => {
    const text = line.slice(2).replace(/^\[[ x]\] /, '');
    return { text, right: line.startsWith('- [x] ') };
  });
  const action = lines.at(-1) ?? '';
  const question = lines.slice(0, Math.max(0, first)).join(' ');
  const after = lines.slice(first + choices.length, -1).join(' ');
  if (!question || choices.length < 2) throw new Error('a ```predict asks, and has two choices');
  if (choices.filter(({ right }) => right).length !== 1) {
    throw new Error(`of the choices of “${question}” not one is marked as right, “- [x] …”`);
  }
  if (!action.startsWith(DO))
    throw new Error(`“${question}” does not end with what is run, “do:…”`);
  if (!after) throw new Error(`“${question}” says nothing once it is answered`);
  is(`choice ${choices.findIndex(({ right }) => right) + 1} of ${choices.length}`);
  return `<form class="predict" ${operates(action.slice(DO.length))}>
<fieldset><legend>${inline(question)}</legend>
${choices
  .map(
    ({ text, right }) =>
      `<label ${right ? `data-right="${words.right}"` : `data-guess="${words.guess}"`}><input type="radio" name="choice" required> <span>${inline(text)}</span></label>`,
  )
  .join('\n')}
</fieldset>
<p><button>${words.answer}</button></p>
<p class="after" hidden>${inline(after)}</p>
</form>\n`;
}

const ANSWER = 'answer: ';

/** What a formula is asked for. */
const LABELS: Readonly<Record<keyof typeof ANSWER_NAMES, string>> = {
  curve: 'D*(x)',
  cost: 'f(a)',
};

/** What may show it. */
const PICTURES: Readonly<Record<keyof typeof ANSWER_NAMES, (words: Words) => string>> = {
  curve: ({ draw, drawing }) => `<details><summary>${draw}</summary>
<canvas width="512" height="192" role="img" aria-label="${drawing}"></canvas>
</details>`,
  cost: ({ plot, own, solution }) => `<figure>
<canvas width="512" height="192" role="img" aria-label="${plot}"></canvas>
<figcaption class="small"><span class="own">${own}</span> <span class="solution" hidden>${solution}</span></figcaption>
</figure>`,
};

/** A question that is answered by a formula: of a curve, which may be drawn too, or of a cost. */
function formula(
  content: string,
  asks: keyof typeof ANSWER_NAMES,
  { words, inline, operates, is }: Question,
): string {
  const lines = content.split('\n').filter((line) => line.trim() !== '');
  const at = lines.findIndex((line) => line.startsWith(ANSWER));
  const question = lines.slice(0, Math.max(0, at)).join(' ');
  const answer = lines[at]?.slice(ANSWER.length) ?? '';
  const action = lines.at(-1) ?? '';
  const after = lines.slice(at + 1, -1).join(' ');
  const names = ANSWER_NAMES[asks];
  const label = LABELS[asks];
  if (!question || at < 0)
    throw new Error(`the question for ${label} asks, and has its “answer: …”`);
  readFormula(answer, names);
  if (!action.startsWith(DO))
    throw new Error(`“${question}” does not end with what is run, “do:…”`);
  if (!after) throw new Error(`“${question}” says nothing once it is answered`);
  is(`${asks} ${answer}`);
  return `<form class="formula" data-asks="${asks}" data-answer="${answer}" ${operates(action.slice(DO.length))}>
<p>${inline(question)}</p>
<label>${label} = <input type="text" autocomplete="off" autocapitalize="none" spellcheck="false"></label>
<p class="small">${words.formulaOf(names.map((name) => `<code>${name}</code>`).join(', '))}</p>
${PICTURES[asks](words)}
<p class="problem" role="alert"></p>
<p><button disabled>${words.answer}</button></p>
<p class="compared" role="status" hidden></p>
<p class="after" hidden>${inline(after)}</p>
</form>\n`;
}
