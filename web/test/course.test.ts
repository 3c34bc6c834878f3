import { describe, expect, it } from 'vitest';
import { problemsOf } from '../course/check.ts';
import { readLesson } from '../course/lesson.ts';
import { lessonPage } from '../course/page.ts';
import { known, lessons } from '../course/plugin.ts';
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

const lesson = (from: string, to: string): ReturnType<typeof readLesson> =>
  readLesson('07-name.md', BODY.replace(from, to));

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
    const page = lessonPage(all, 0, { script: './learn.js', style: './learn.css' });
    expect(page).toContain(`<h1>${all[0]?.title ?? ''}</h1>`);
    expect(new Set(all.map(({ slug }) => slug)).size).toBe(all.length);
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
