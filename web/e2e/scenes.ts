/**
 * Records what the coach has to classify: real runs, of presets and of what goes wrong, at steps where it is
 * known what is so, from their numbers and for some from their picture. `test/scenes.test.ts` holds the coach to it. The pictures go where GANLET_SCREENSHOTS says.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { type Page, test } from '@playwright/test';
import type { Rung, Scene } from '../src/state/ladder.ts';
import { Playground } from './playground.ts';

interface Run {
  /** What follows `#preset=`. */
  link: string;
  /** What is so after so many steps. */
  at: Record<number, Rung>;
}

interface Recorded {
  link: string;
  rung: Rung;
  scene: Scene;
}

const NO_PENALTY = 'gradient_penalty=null';
const RUNS: readonly Run[] = [
  { link: 'ring', at: { 60: 'learning', 500: 'poor', 1500: 'good', 3000: 'good' } },
  { link: 'ring&seed=1', at: { 1000: 'poor', 3000: 'good' } },
  { link: `ring&${NO_PENALTY}`, at: { 500: 'modes_missing', 2500: 'good' } },
  { link: 'ring&cost=minimax', at: { 500: 'modes_missing', 3000: 'good' } },
  { link: 'ring&cost=hinge', at: { 750: 'poor' } },
  { link: 'ring&cost=least_squares', at: { 500: 'poor' } },
  {
    link: 'ring-collapse',
    at: { 200: 'learning', 500: 'modes_missing', 1500: 'modes_missing', 3000: 'modes_missing' },
  },
  { link: 'ring-collapse&cost=minimax', at: { 1000: 'modes_missing' } },
  {
    link: 'ring-unrolled&schedule.unrolled_steps=0',
    at: { 1000: 'modes_missing', 2000: 'modes_missing' },
  },
  { link: 'ring-wgan-gp', at: { 100: 'learning', 320: 'poor' } },
  { link: `ring-wgan-gp&${NO_PENALTY}`, at: { 300: 'modes_missing', 1500: 'blown_up' } },
  {
    link: `ring&${NO_PENALTY}&d_optimizer.lr=0.5`,
    at: { 250: 'blown_up', 1000: 'poor' },
  },
  { link: `ring&${NO_PENALTY}&d_optimizer.lr=0.05`, at: { 500: 'modes_missing' } },
  { link: 'ring&g_optimizer.lr=0.5', at: { 750: 'modes_missing' } },
  { link: 'ring&g_optimizer.lr=0', at: { 100: 'cannot_win', 1000: 'cannot_win' } },
  { link: 'ring&d_optimizer.lr=0', at: { 50: 'cannot_win', 500: 'gradient_gone' } },
  {
    link: `ring&${NO_PENALTY}&cost=minimax&d_optimizer.lr=0.02&prior.scale=0.01`,
    at: { 200: 'gradient_gone', 600: 'gradient_gone' },
  },
  {
    link: 'ring-collapse&cost=minimax&d_optimizer.lr=0.01&g_optimizer.lr=1e-5',
    at: { 150: 'gradient_gone' },
  },
  { link: 'line-1d', at: { 3: 'learning', 100: 'learning', 500: 'learning', 2000: 'learning' } },
  { link: 'line-1d&g_optimizer.lr=0.1', at: { 300: 'modes_missing' } },
  { link: 'moons', at: { 100: 'learning', 500: 'poor', 1000: 'learning' } },
  { link: 'grid', at: { 500: 'learning' } },
  { link: 'ring-cgan', at: { 200: 'good', 1000: 'good' } },
  { link: 'ring-vae', at: { 400: 'poor' } },
  { link: 'ring-gmmn', at: { 400: 'poor', 900: 'learning' } },
  { link: 'mnist-mlp', at: { 10: 'poor', 700: 'poor' } },
  { link: 'mnist-mlp&g_optimizer.lr=0.05', at: { 610: 'gradient_gone' } },
];

const FILE = new URL('../test/scenes.json', import.meta.url);
const PICTURES = process.env.GANLET_SCREENSHOTS;

/** The page's own state, from its elements. */
interface Inside {
  session: {
    run: {
      step: number;
      running: boolean;
      evaluation?: { step: number };
      trainTo(step: number): Promise<unknown>;
    };
    stage: { frame?: { step: number } };
  };
  scene: Scene;
}

async function recorded(page: Page, until: number): Promise<Scene> {
  await page.evaluate(async (until) => {
    const inside = (): Inside => {
      let root: ParentNode | null | undefined = document;
      for (const name of ['gan-playground', 'gan-page', 'gan-story']) {
        const found: Element | null | undefined = root?.querySelector(name);
        if (name === 'gan-story') return found as unknown as Inside;
        root = found?.shadowRoot;
      }
      throw new Error('no story');
    };
    const { run, stage } = inside().session;
    const there = (): boolean =>
      !run.running &&
      run.step === until &&
      stage.frame?.step === until &&
      // Images are measured on demand.
      (run.evaluation === undefined || run.evaluation.step === until);
    if (run.step < until) await run.trainTo(until);
    while (!there()) await new Promise((done) => setTimeout(done, 50));
    // The first measure of a model comes after its picture.
    await new Promise((done) => setTimeout(done, 300));
  }, until);
  return page.locator('gan-story').evaluate((story) => (story as unknown as Inside).scene);
}

/** Four digits say enough, and let a file be read. */
const short = (_: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toPrecision(4)) : value;

function write(scenes: readonly Recorded[]): void {
  const rows = scenes.map((one) => `  ${JSON.stringify(one, short)}`);
  writeFileSync(FILE, `[\n${rows.join(',\n')}\n]\n`);
}

for (const { link, at } of RUNS) {
  test(link, async ({ page }) => {
    test.slow();
    await page.setViewportSize({ width: 1280, height: 800 });
    await new Playground(page).open(`#preset=${link}&backend=cpu`);
    const scenes: Recorded[] = [];
    for (const [step, rung] of Object.entries(at)) {
      const scene = await recorded(page, Number(step));
      scenes.push({ link, rung, scene });
      if (PICTURES) {
        await page.screenshot({ path: `${PICTURES}/${link.replaceAll(/\W+/g, '-')}-${step}.png` });
      }
    }
    const others = (JSON.parse(readFileSync(FILE, 'utf8')) as Recorded[]).filter(
      (one) => one.link !== link,
    );
    write([...others, ...scenes].sort((a, b) => a.link.localeCompare(b.link)));
  });
}
