/**
 * Two runs of one game on one seed, in lockstep: the preset as it is, and with what the link changes about it. The link is
 * the same as the page's own.
 */
import { GanPlayground } from './elements/gan-playground.ts';
import type { GanBoth } from './elements/gan-both.ts';
import { asText } from './state/json.ts';
import { writeStop } from './state/stop.ts';
import { DEFAULT_SPEC, readHash, type Spec, writeHash } from './state/url.ts';
import { say } from './words/say.ts';
import { msg, str } from './words/locale.ts';

say({
  title: msg('Ganlet: two runs side by side'),
  heading: msg('Two runs on one seed'),
  'as-it-is': msg('As the preset has it'),
  curves: msg('Their curves'),
  lines: msg('Solid: as the preset has it. Dashed: changed.'),
  train: msg('Train both'),
  step: msg('One step'),
  again: msg('Start again'),
  loading: msg('The games are being loaded.'),
});

/** Steps that one takes before it waits for the other. */
const STRIDE = 10;

const { spec, problems } = readHash(location.hash);
const changes = Object.entries(spec.overrides);
const part = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no “${id}”`);
  return found;
};
const games = ['left', 'right'].map(part).filter((one) => one instanceof GanPlayground);
const [train, step, again] = ['train', 'step', 'again'].map(part) as HTMLButtonElement[];
const said = part('said');
const plot = document.querySelector<GanBoth>('gan-both');
let running = false;
/** Steps that both have taken, and where the link says to stop. */
let at = 0;
const end = spec.stop?.kind === 'step' ? spec.stop.step : Infinity;
if (spec.stop && spec.stop.kind !== 'step') {
  const stop = writeStop(spec.stop);
  problems.push(msg(str`“stop=${stop}”: two runs stop together at a step, such as 500`));
}

/** What each game opens: of the second, the settings of the link too. */
function open({ preset, seed, backend, overrides }: Spec): void {
  const settings = writeHash({ ...DEFAULT_SPEC, overrides }).replace(/^#preset=[^&]*&?/, '');
  for (const game of games) {
    game.preset = preset;
    game.seed = String(seed);
    game.backend = backend;
    // A trained model is no fair start.
    game.scratch = '1';
  }
  const changed = games[1];
  if (changed) changed.settings = settings || null;
}

function tell(text: string): void {
  said.textContent = text;
}

/** Both, one after the other: they share the machine, and neither gets ahead. */
async function both(action: string): Promise<void> {
  for (const game of games) await game.perform(action);
}

/** Their curves so far, in one plot. */
function draw(): void {
  if (!plot) return;
  const runs = games.map(({ recorded }) => recorded);
  plot.runs = runs.filter((run) => run !== undefined);
}

async function progress(): Promise<void> {
  draw();
  const readings = await Promise.all(
    games.map(async (game) => {
      const [at, modes, quality] = await Promise.all(
        ['step', 'modes', 'high_quality'].map((name) => game.reading(name)),
      );
      const [taken, near] = [at ?? '0', quality ?? '–'];
      return modes === undefined
        ? msg(str`step ${taken}`)
        : msg(str`step ${taken}, ${modes} modes, ${near} on the data`);
    }),
  );
  tell(readings.join('  |  '));
}

async function guarded(job: () => Promise<void>): Promise<void> {
  try {
    await job();
    await progress();
  } catch (error) {
    running = false;
    tell(error instanceof Error ? error.message : String(error));
  }
}

train?.addEventListener('click', () => {
  if (running) {
    running = false;
    // What is under way ends first, for both.
    train.disabled = true;
    return;
  }
  running = true;
  train.textContent = msg('Pause');
  void guarded(async () => {
    while (running && at < end) {
      const steps = Math.min(STRIDE, end - at);
      await both(`train?steps=${steps}`);
      at += steps;
      await progress();
    }
  }).finally(() => {
    running = false;
    train.textContent = msg('Train both');
    train.disabled = false;
  });
});
step?.addEventListener('click', () => {
  at += 1;
  void guarded(() => both('step'));
});
again?.addEventListener('click', () => {
  running = false;
  at = 0;
  void guarded(() => both('reset'));
});

part('difference').textContent =
  changes.length === 0
    ? msg('They are the same: add a change to the address, such as &cost=minimax.')
    : msg('The same noise and the same data in the same order; only what is named differs.');
part('changed').textContent =
  changes.map(([path, value]) => `${path.replaceAll('_', ' ')}: ${asText(value)}`).join(', ') ||
  msg('The same again');
open(spec);
void guarded(async () => {
  // The games come first.
  void import('./elements/gan-both.ts');
  // Nothing is changed by it: it comes back when the model is there.
  await both('show?heat=1');
  for (const button of [train, step, again]) if (button) button.disabled = false;
}).then(() => {
  const all = problems.join('. ');
  if (problems.length > 0) tell(msg(str`${all}. It was skipped.`));
});
