import { describe, expect, it } from 'vitest';
import { differencesOf, missingOf, problemsOf } from '../course/check.ts';
import { readLesson } from '../course/lesson.ts';
import { contentsPage, lessonPage } from '../course/page.ts';
import { known, lessons } from '../course/plugin.ts';
import { WORDS } from '../course/words.ts';
import { readActions } from '../src/state/action.ts';

const BODY = `# A title

> Tutorial, section 1

\`\`\`playground
preset=ring&seed=2
\`\`\`

Some [words](do:train?steps=5) and a number, [–](live:modes). $x^2$ <b>bold</b>

\`\`\`predict
Which?
- [x] This
- That
So it goes.
do:set?gradient_penalty=null;train?steps=10
\`\`\`
`;

const ASSETS = { script: 'learn/learn.js', style: 'assets/learn.css' };

const lesson = (from: string, to: string): ReturnType<typeof readLesson> =>
  readLesson('07-name.md', BODY.replace(from, to), WORDS.en);

describe('a lesson', () => {
  it('becomes a page with what it operates', () => {
    const { slug, title, source, playground, html, actions, live } = lesson('', '');
    expect([slug, title, source]).toEqual(['name', 'A title', 'Tutorial, section 1']);
    expect(playground).toBe('preset=ring&seed=2');
    expect(actions).toEqual(['train?steps=5', 'set?gradient_penalty=null;train?steps=10']);
    expect(live).toEqual(['modes']);
    expect(html).toContain('<button type="button" data-do="train?steps=5">words</button>');
    expect(html).toContain('<output data-live="modes">–</output>');
    expect(html).toContain('<msup>');
    // What is HTML in the text is text; and the policy of the page allows no style attributes.
    expect(html).toContain('&lt;b&gt;');
    expect(html).not.toContain('style=');
    expect(problemsOf(lesson('', ''), known())).toEqual([]);
  });

  it('asks for a formula, whose solution has to be one', () => {
    const question = (answer: string): string =>
      `\`\`\`formula\nWhat is best?\nanswer: ${answer}\nThat is why.\ndo:train?steps=10\n\`\`\``;
    const { html, actions } = lesson(
      'Some ',
      `${question('p_data / (p_data + p_model)')}\n\nSome `,
    );
    expect(html).toContain('data-asks="curve" data-answer="p_data / (p_data + p_model)"');
    expect(html).toContain('<p class="after" hidden>That is why.</p>');
    expect(actions).toContain('train?steps=10');
    expect(() => lesson('Some ', question('p_data / p_fake'))).toThrow('there is no “p_fake”');
    expect(() => lesson('Some ', question('x').replace('answer: x\n', ''))).toThrow(
      'its “answer: …”',
    );
  });

  it('asks for a cost, a formula of the logit alone', () => {
    const question = (answer: string): string =>
      `\`\`\`cost\nWhich f?\nanswer: ${answer}\nThat is why.\ndo:train?steps=10\n\`\`\`\n\nSome `;
    expect(lesson('Some ', question('-exp(a)')).html).toContain(
      'data-asks="cost" data-answer="-exp(a)"',
    );
    expect(() => lesson('Some ', question('-exp(x)'))).toThrow('there is no “x”; there are a, e');
  });

  it.each([
    ['# A title', 'A title', 'does not begin with a title'],
    ['> Tutorial', 'Tutorial', 'does not say its source'],
    ['```playground', '```text', 'has no ```playground'],
    ['```predict', '```text', 'asks nothing'],
    ['[x] This', 'This', 'not one is marked as right'],
    ['So it goes.\n', '', 'says nothing once it is answered'],
    ['do:train?steps=5', 'do:train?steps=none', 'from 1 to 100,000'],
    ['do:train', 'do:jump', 'there is no action “jump”'],
    ['$x^2$', '$\\frac{1}$', 'Unexpected end of input'],
  ])('without what it needs is refused: %s', (from, to, problem) => {
    expect(() => lesson(from, to)).toThrow(problem);
  });

  it('has symbols that are numbers and parts of the picture', () => {
    const symbol = (data: string) => lesson('$x^2$', `$\\data{${data}}{D(x)}$`);
    const { live, parts, html } = symbol('live=d_real,part=heat+discriminator');
    expect(live).toEqual(['modes', 'd_real']);
    expect(parts).toEqual(['heat', 'discriminator']);
    expect(html).toMatch(/data-live="d_real" data-part="heat\+discriminator"/);
    expect(() => symbol('lives=d_real')).toThrow('a symbol has no “lives”');
    expect(problemsOf(symbol('part=heat+sky'), known())).toEqual([
      expect.stringContaining('“part=sky” is no part of the picture'),
    ]);
  });

  it.each([
    ['preset=ring', 'preset=rong', 'there is no preset “rong”'],
    ['seed=2', 'cots=minimax', '“cots”: this version has no such setting'],
    ['set?gradient_penalty', 'set?penalty', '“set?penalty=…”: there is no such setting'],
  ])('asks only for what the library has: %s', (from, to, problem) => {
    expect(problemsOf(lesson(from, to), known())).toEqual([problem]);
  });

  it('of this course can be built, every one, and knows its neighbours', () => {
    const all = lessons();
    expect(all.length).toBeGreaterThan(0);
    const page = lessonPage('en', all, 0, ASSETS);
    expect(page).toContain(`<h1>${all[0]?.title ?? ''}</h1>`);
    expect(new Set(all.map(({ slug }) => slug)).size).toBe(all.length);
  });
});

describe('a translated lesson', () => {
  it.each([
    ['preset=ring', 'preset=line-1d', 'playground 1 is “preset=line-1d&seed=2”'],
    ['train?steps=5)', 'train?steps=50)', 'action 1 is “train?steps=50”, and “train?steps=5” in'],
    ['[words](do:train?steps=5)', 'words', 'action 1 is “set?'],
    ['- That\n', '- That\n- Or that\n', 'question 1 is “choice 1 of 3”, and “choice 1 of 2”'],
    ['- [x] This\n- That', '- This\n- [x] That', 'question 1 is “choice 2 of 2”'],
    ['live:modes', 'live:kl', 'number 1 is “kl”, and “modes” in English'],
    ['$x^2$', '$\\data{part=heat}{x}$', 'part 1 is “heat”, and none in English'],
  ])('does what its original does: %s', (from, to, problem) => {
    expect(differencesOf(lesson(from, to), lesson('', ''))).toContainEqual(
      expect.stringContaining(problem),
    );
  });

  it('has its own words, captions too', () => {
    const caption = (words: string) => lesson('seed=2', `seed=2&caption=${words}`);
    expect(differencesOf(caption('Ein%20Ring'), caption('A%20ring'))).toEqual([]);
    expect(differencesOf(caption('Ein%20Ring'), lesson('', ''))).toHaveLength(1);
  });

  it('is there for each lesson, and for no other', () => {
    expect(missingOf(['01-a.md', '02-b.md'], ['01-a.md', '02-b.md'])).toBeUndefined();
    expect(missingOf(['01-a.md'], ['01-a.md', '02-b.md'])?.file).toBe('02-b.md');
    expect(missingOf(['01-a.md', '02-b.md'], ['02-b.md'])?.file).toBe('01-a.md');
  });

  it('of this course can be built, every one', () => {
    expect(lessons('de').map(({ slug }) => slug)).toEqual(lessons().map(({ slug }) => slug));
  });
});

describe('a page of the course', () => {
  const all = [lesson('', ''), { ...lesson('', ''), slug: 'next', title: 'Next' }];

  it('is in its language, finds the site, and leads to the same page in the other language', () => {
    const english = lessonPage('en', all, 0, ASSETS);
    for (const words of [
      '<html lang="en">',
      'src="../learn/learn.js"',
      'href="../assets/learn.css"',
      'href="../favicon.svg"',
      '<a href="../">Ganlet</a>',
      '<link rel="alternate" hreflang="de" href="./de/name.html" />',
      '<a class="language" lang="de" hreflang="de" href="./de/name.html">Deutsch</a>',
      '1 of 2',
    ])
      expect(english).toContain(words);

    const german = lessonPage('de', all, 0, ASSETS);
    for (const words of [
      '<html lang="de">',
      'src="../../learn/learn.js"',
      'href="../../assets/learn.css"',
      'href="../../favicon.svg"',
      '<a href="../../?lang=de">Ganlet</a>',
      '<link rel="alternate" hreflang="en" href="../name.html" />',
      '<link rel="alternate" hreflang="de" href="../de/name.html" />',
      '<a class="language" lang="en" hreflang="en" href="../name.html">English</a>',
      '1 von 2',
      // Lessons beside it are of its language.
      '<a href="./">Lektionen</a>',
      '<a rel="next" href="./next.html">',
    ])
      expect(german).toContain(words);
  });

  it('lists the lessons in its language', () => {
    const contents = contentsPage('de', all, ASSETS);
    expect(contents).toContain('<a href="./next.html">Next</a>');
    expect(contents).toContain('hreflang="en" href="../">English</a>');
    expect(contentsPage('en', all, ASSETS)).toContain('hreflang="de" href="./de/">Deutsch</a>');
  });

  it('asks in its language', () => {
    const { html } = readLesson('de/07-name.md', BODY, WORDS.de);
    expect(html).toContain('<button>Antworten, dann ausprobieren</button>');
    expect(html).toContain('data-right="✓ richtig"');
    expect(html).not.toContain(WORDS.en.answer);
  });
});

describe('actions', () => {
  it('are read in their order, values as in links', () => {
    expect(readActions('set?cost=minimax&batch=64;train?steps=500;show?heat=0')).toEqual([
      { act: 'set', changes: { cost: 'minimax', batch: 64 } },
      { act: 'train', steps: 500 },
      { act: 'show', layers: { heat: false } },
    ]);
    expect(readActions('open?preset=ring&seed=2')).toEqual([
      { act: 'open', link: '#preset=ring&seed=2' },
    ]);
    expect(readActions('step?update=d;slow;measure;reset')).toEqual([
      { act: 'step', update: 'd' },
      { act: 'slow', on: true },
      { act: 'measure' },
      { act: 'reset', seed: undefined },
    ]);
  });

  it.each(['set', 'open?seed=2', 'show?sky=1', 'show?heat=2', 'reset?seed=-1', 'train?step=5'])(
    '%s is no action',
    (text) => {
      expect(() => readActions(text)).toThrow();
    },
  );
});
