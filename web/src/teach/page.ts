/** The page for teachers: choose a game and what of it is shown, see it, and copy what puts it elsewhere. */
import { encode } from 'uqr';
import { GanPlayground } from '../elements/gan-playground.ts';
import type { Preset } from '../library.ts';
import { CONTROLS, LAYERS, PARTS, readWords } from '../state/parts.ts';
import { isPace, PACE_NAMES } from '../state/slow.ts';
import { DEFAULT_SPEC, parseSeed, readHash, type Reading } from '../state/url.ts';
import { say } from '../words/say.ts';
import { attributesOf, type Choice, snippetsOf } from './snippets.ts';
import { msg, said, str } from '../words/locale.ts';

say({
  title: msg('Ganlet for your own page'),
  heading: msg('For your own page'),
  what: msg(
    'Choose a game and which parts of it are shown, then copy the link or the snippet for your own page.',
  ),
  game: msg('Game'),
  seed: msg('Seed'),
  from: msg('A link copied from the page, with settings of your own'),
  parts: msg('Parts that are shown'),
  controls: msg('Controls in the bar'),
  layers: msg('Layers that are on (none chosen: as the picture begins)'),
  class: msg('For a class'),
  slow: msg('Slow motion'),
  off: msg('off'),
  studio: msg('Latent studio, for images'),
  lock: msg('nobody changes settings'),
  large: msg('large, for a projector'),
  theme: msg('Theme'),
  auto: msg('as the page'),
  light: msg('light'),
  dark: msg('dark'),
  look: msg('As it will look'),
  copies: msg('To copy'),
  link: msg('Link'),
  'copy-link': msg('Copy the link'),
  qr: msg('The link as a QR code'),
  element: msg('Element'),
  'copy-element': msg('Copy the element'),
  frame: msg('Frame'),
  'copy-frame': msg('Copy the frame'),
});

const SITE = new URL('./', document.baseURI).href;
/** How long somebody who types is waited for before another game is made, in milliseconds. */
const PAUSE = 400;

function part<E extends Element>(id: string, kind: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no “${id}”`);
  return found;
}

const form = part('choice', HTMLFormElement);
const preset = part('preset', HTMLSelectElement);
const seed = part('seed', HTMLInputElement);
const from = part('from', HTMLInputElement);
const slow = part('slow', HTMLSelectElement);
const studio = part('studio', HTMLInputElement);
const problem = part('problem', HTMLElement);
const preview = part('preview', GanPlayground);
const qr = part('qr', SVGElement);

const NOTHING = { spec: DEFAULT_SPEC, at: undefined, open: undefined };

/** What the link that was pasted says beyond what the form asks for. */
let pasted: Pick<Reading, 'spec' | 'at' | 'open'> = NOTHING;

function boxes(id: string, words: readonly string[], checked: readonly string[]): void {
  part(id, HTMLElement).append(
    ...words.map((word) => {
      const label = document.createElement('label');
      const box = document.createElement('input');
      Object.assign(box, {
        type: 'checkbox',
        name: id,
        value: word,
        checked: checked.includes(word),
      });
      label.append(box, ` ${word}`);
      return label;
    }),
  );
}

const chosen = (id: string): string =>
  new FormData(form)
    .getAll(id)
    .filter((value) => typeof value === 'string')
    .join(' ');

function choice(): Choice {
  const controls = readWords(chosen('controls'), CONTROLS).words;
  const layers = readWords(chosen('layers'), LAYERS).words;
  const theme = new FormData(form).get('theme');
  const { spec, at, open } = pasted;
  return {
    at,
    open,
    spec: {
      ...spec,
      preset: preset.value,
      seed: parseSeed(seed.value) ?? DEFAULT_SPEC.seed,
      hide: PARTS.filter((word) => !chosen('parts').split(' ').includes(word)),
      // All of them is the same as none named.
      controls: controls.length === CONTROLS.length ? [] : controls,
      layers: layers.length > 0 ? layers : undefined,
      slow: isPace(slow.value) ? slow.value : undefined,
      // Open with nothing in it is what a link alone says.
      studio: studio.value.trim() || (spec.studio === '' ? '' : undefined),
      // Single settings are locked by a link alone.
      lock: chosen('lock') ? 'all' : spec.lock === 'all' ? [] : spec.lock,
      size: chosen('size') ? 'large' : 'normal',
    },
    theme: theme === 'light' || theme === 'dark' ? theme : 'auto',
  };
}

function show(): void {
  const now = choice();
  const title = preset.selectedOptions[0]?.text ?? now.spec.preset;
  const snippets = snippetsOf(now, SITE, title);
  for (const [id, text] of Object.entries(snippets)) part(id, HTMLElement).textContent = text;
  draw(snippets.link);
  const wanted = attributesOf(now, SITE);
  for (const name of preview.getAttributeNames()) {
    if (name !== 'id' && !(name in wanted)) preview.removeAttribute(name);
  }
  for (const [name, value] of Object.entries(wanted)) {
    if (preview.getAttribute(name) !== value) preview.setAttribute(name, value);
  }
}

/** The link as a QR code: one path, whose dark squares are drawn row by row. */
function draw(link: string): void {
  const { data, size } = encode(link, { border: 2 });
  const dark = data.flatMap((row, y) => row.flatMap((is, x) => (is ? [`M${x} ${y}h1v1h-1z`] : [])));
  qr.setAttribute('viewBox', `0 0 ${size} ${size}`);
  qr.querySelector('path')?.setAttribute('d', dark.join(''));
}

/** Takes a link of the page apart: the form shows what it says. */
function take(): void {
  problem.textContent = '';
  pasted = NOTHING;
  const text = from.value.trim();
  if (text === '') return;
  const { spec, at, open, named, problems } = readHash(text.slice(text.indexOf('#')));
  if (!text.includes('#') || !named) problems.unshift(msg('it has no “#preset=…” in it'));
  if (problems.length > 0) {
    const all = problems.join('; ');
    problem.textContent = msg(str`In that link: ${all}.`);
  }
  pasted = { spec, at, open };
  preset.value = spec.preset;
  seed.value = String(spec.seed);
  slow.value = spec.slow ?? '';
  studio.value = spec.studio ?? '';
  for (const box of form.querySelectorAll<HTMLInputElement>('input[type=checkbox]')) {
    if (box.name === 'parts') box.checked = !spec.hide.some((word) => word === box.value);
    else if (box.name === 'controls') {
      box.checked = spec.controls.length === 0 || spec.controls.some((word) => word === box.value);
    } else if (box.name === 'layers') {
      box.checked = spec.layers?.some((word) => word === box.value) ?? false;
    } else box.checked = box.name === 'lock' ? spec.lock === 'all' : spec.size === 'large';
  }
}

async function begin(): Promise<void> {
  const answer = await fetch(new URL('lib/ganlet.json', SITE));
  const { presets } = (await answer.json()) as { presets: Preset[] };
  preset.append(
    ...presets
      .filter(({ group }) => group !== 'bench')
      .map(({ name, title }) => new Option(said(title), name, name === 'ring', name === 'ring')),
  );
  boxes('parts', PARTS, ['story', 'curves', 'controls']);
  boxes('controls', CONTROLS, ['train', 'reset', 'counter']);
  boxes('layers', LAYERS, []);
  slow.append(...PACE_NAMES.map((pace) => new Option(pace, pace)));
  let waiting: ReturnType<typeof setTimeout> | undefined;
  form.addEventListener('input', (event) => {
    if (event.target === from) take();
    // Another preset, or settings of another game, do not go together.
    if (event.target === preset) {
      pasted = NOTHING;
      studio.value = '';
    }
    clearTimeout(waiting);
    waiting = setTimeout(show, PAUSE);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
  });
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
    button.addEventListener('click', () => void copy(button));
  }
  show();
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const source = part(button.dataset.copy ?? '', HTMLElement);
  const said = part('copied', HTMLElement);
  try {
    await navigator.clipboard.writeText(source.textContent);
    said.textContent = msg('Copied.');
  } catch {
    // Not every page may write there: marked, it is one key away.
    getSelection()?.selectAllChildren(source);
    said.textContent = msg(
      'This browser does not let the page copy: the text is selected, so copy it yourself.',
    );
  }
}

begin().catch((error: unknown) => {
  const why = String(error);
  problem.textContent = msg(
    str`The presets could not be loaded (${why}). Check the connection and reload the page.`,
  );
});
