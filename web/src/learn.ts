/**
 * What makes a lesson live: words that operate the game beside them, questions that are answered before they are run, and
 * numbers that follow it. The page itself is static; see course/ and docs/lessons.md.
 */
import type { Done } from './state/perform.ts';
import { setSite } from './site.ts';

// This file lies one below the site, as source and built; the pages of some languages lie deeper.
const { url } = import.meta;
setSite(new URL('..', url).href);

/** What is pressed before the game is there is done when it is. */
let early: HTMLElement | undefined;
function remember({ target }: Event): void {
  const pressed = target instanceof Element && target.closest<HTMLElement>('button[data-do]');
  if (!pressed || early) return;
  early = pressed;
  early.ariaBusy = 'true';
}

document.addEventListener('click', remember);
const [{ GanPlayground }, { msg, str }] = await Promise.all([
  import('./elements/gan-playground.ts'),
  import('./words/locale.ts'),
]);
document.removeEventListener('click', remember);

const playground = document.querySelector('gan-playground');
const said = document.querySelector('.said');

function say(text: string): void {
  if (said) said.textContent = text;
}

/** The part of the text that the game beside it is of: what made it last; none: that the lesson opens with. */
let owner: HTMLElement | undefined;
const makesAnother = /(^|;)\s*(open|set|reset)\b/;

/** Numbers of the text before it are of an earlier game from now on: they stay as they were then. */
function own(next: HTMLElement | undefined): void {
  owner = next;
  for (const place of document.querySelectorAll<HTMLElement>('output[data-live]')) {
    const past = isPast(place);
    place.classList.toggle('past', past);
    place.title = past ? msg('From the game before') : '';
  }
}

function isPast(place: HTMLElement): boolean {
  return Boolean(owner && owner.compareDocumentPosition(place) & Node.DOCUMENT_POSITION_PRECEDING);
}

/** Says beside what asked for it why it could not be done, in place of what was said there before. */
function refuse(source: HTMLElement, refusal: string | undefined): void {
  const before = source.nextElementSibling;
  if (before?.classList.contains('refused')) before.remove();
  if (refusal === undefined) return;
  const told = document.createElement('span');
  told.className = 'refused';
  told.role = 'alert';
  told.textContent = ` ${refusal} `;
  source.after(told);
}

/** Does what the text asks for, and offers beside it to take it back. */
async function perform(source: HTMLElement): Promise<Done | undefined> {
  if (!(playground instanceof GanPlayground) || source.ariaBusy === 'true') return undefined;
  source.ariaBusy = 'true';
  const before = owner;
  refuse(source, undefined);
  if (makesAnother.test(source.dataset.do ?? '')) own(source);
  try {
    const done = await playground.perform(source.dataset.do ?? '');
    say(done.said);
    const { undo } = done;
    return undo
      ? {
          ...done,
          undo: () =>
            undo().finally(() => {
              own(before);
              void follow();
            }),
        }
      : done;
  } catch (error) {
    own(before);
    refuse(source, error instanceof Error ? error.message : String(error));
    return undefined;
  } finally {
    source.ariaBusy = 'false';
  }
}

function offerUndo(button: HTMLElement, { undo }: Done): void {
  const next = button.nextElementSibling;
  if (next?.classList.contains('undo')) next.remove();
  if (!undo) return;
  const back = document.createElement('button');
  back.type = 'button';
  back.className = 'undo';
  back.textContent = msg('undo');
  back.addEventListener('click', () => {
    back.remove();
    void undo().then(() => {
      say(msg('As it was before.'));
    });
  });
  button.after(back);
}

for (const button of document.querySelectorAll<HTMLElement>('button[data-do]')) {
  button.addEventListener('click', () => {
    void perform(button).then((done) => {
      if (done) offerUndo(button, done);
    });
  });
}

/** What was answered, before it is run. */
async function note(form: HTMLFormElement): Promise<void> {
  if (!(playground instanceof GanPlayground)) return;
  const asked = form.querySelector('legend')?.textContent ?? '';
  const given = form.querySelector('label:has(:checked)');
  const right = given?.hasAttribute('data-right') ? 'right' : 'wrong';
  const { log } = await playground.ready();
  log.note('question', `${asked} ${given?.textContent.trim() ?? ''} (${right})`);
}

for (const form of document.querySelectorAll<HTMLFormElement>('form.predict')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const submit = form.querySelector('button');
    void note(form);
    for (const input of form.querySelectorAll('input')) {
      input.closest('label')?.classList.toggle('chosen', input.checked);
      input.disabled = true;
    }
    if (submit) submit.disabled = true;
    // The answer stands; what comes out is seen as it comes.
    void perform(form).then((done) => {
      form.classList.toggle('answered', done !== undefined);
      for (const after of form.querySelectorAll<HTMLElement>('.after')) after.hidden = !done;
      if (done) return;
      for (const input of form.querySelectorAll('input')) input.disabled = false;
      if (submit) submit.disabled = false;
    });
  });
}

for (const form of document.querySelectorAll<HTMLFormElement>('form.formula')) {
  if (!(playground instanceof GanPlayground)) break;
  const { begin } = await import('./questions/formula.ts');
  begin(form, playground, async () => (await perform(form)) !== undefined);
}

for (const button of document.querySelectorAll<HTMLElement>('button[data-log]')) {
  button.addEventListener('click', () => {
    void takeLog(button.dataset.log === 'json' ? 'json' : 'csv');
  });
}

/** What was done in this lesson, as a file. */
async function takeLog(kind: 'csv' | 'json'): Promise<void> {
  if (!(playground instanceof GanPlayground)) return;
  const [{ saveLog }, { log }] = await Promise.all([import('./export/log.ts'), playground.ready()]);
  saveLog(log, kind);
}

/** What parts of the picture are called. */
const PARTS: Readonly<Record<string, string>> = {
  real: msg('the data, blue'),
  fake: msg('the samples, orange'),
  heat: msg('D’s answer'),
  grid: msg('where G sends its noise'),
  arrows: msg('the pull on G'),
  optimal: msg('the best D'),
  ratio: msg('data over model'),
  'd-sees': msg('what D sees'),
  'g-sees': msg('what G sees'),
  prior: msg('the noise'),
};

/** The symbol that is pointed at, and what is said beside it. */
let symbol: HTMLElement | undefined;
const beside = document.createElement('div');
beside.id = 'symbol';
beside.role = 'status';
beside.hidden = true;
document.body.append(beside);

/** What a symbol is and its value now is said beside it, and the part of the picture that it is stands out. */
function pointAt(next: HTMLElement | undefined): void {
  if (!(playground instanceof GanPlayground) || next === symbol) return;
  symbol?.removeAttribute('aria-describedby');
  symbol = next;
  beside.hidden = !next;
  const { part = '', live = '' } = next?.dataset ?? {};
  playground.light([...part.split('+'), live].filter(Boolean));
  if (!next) return;
  next.setAttribute('aria-describedby', beside.id);
  void tell(next);
}

async function tell(of: HTMLElement): Promise<void> {
  if (!(playground instanceof GanPlayground)) return;
  const { part = '', live } = of.dataset;
  const value = live === undefined ? undefined : await playground.reading(live);
  const now =
    live === undefined
      ? []
      : [value === undefined ? msg('a value comes with the first step') : msg(str`now ${value}`)];
  const names = part.split('+').flatMap((one) => PARTS[one] ?? []);
  const text = [...names, ...now].join(', ');
  if (of !== symbol) return;
  if (beside.textContent !== text) beside.textContent = text;
  const { left, bottom } = of.getBoundingClientRect();
  // Below the symbol, and within the page.
  const room = document.documentElement.clientWidth - beside.offsetWidth;
  beside.style.insetInlineStart = `${Math.max(0, Math.min(left, room)) + scrollX}px`;
  beside.style.insetBlockStart = `${bottom + scrollY}px`;
}

for (const one of document.querySelectorAll<HTMLElement>('math :is([data-live], [data-part])')) {
  one.tabIndex = 0;
  for (const event of ['pointerenter', 'focus'])
    one.addEventListener(event, () => {
      pointAt(one);
    });
  for (const event of ['pointerleave', 'blur'])
    one.addEventListener(event, () => {
      pointAt(undefined);
    });
}
document.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') pointAt(undefined);
});

/** Numbers in the text, and the one that is pointed at. */
async function follow(): Promise<void> {
  if (!(playground instanceof GanPlayground)) return;
  for (const place of document.querySelectorAll<HTMLElement>('output[data-live]:not(.past)')) {
    const text = (await playground.reading(place.dataset.live ?? '')) ?? '–';
    if (place.textContent !== text) place.textContent = text;
  }
  if (symbol) await tell(symbol);
}

playground?.addEventListener('reading', () => void follow());

if (early) {
  early.ariaBusy = 'false';
  early.click();
}
void follow();
