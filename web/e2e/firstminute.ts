/**
 * Prints what a newcomer waits for, with an empty cache at 10 Mbit/s: until the page is laid out, until the first picture, until it
 * moves once Train was pressed, until the ring covers 8 of 8 modes on the CPU backend, and until the first lesson's question is
 * answered by a reader who takes the first choice. The preview server compresses nothing, which a host does.
 */
import { type Browser, type Page, test } from '@playwright/test';
import { lessons } from '../course/plugin.ts';

const MBIT = 10;
const LATENCY_MS = 20;
const RUNS = 3;
test.setTimeout(900_000);

/** A page that nobody has visited, on a line of a given speed. */
async function newcomer(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  const bytes = (MBIT * 1e6) / 8;
  await network.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: LATENCY_MS,
    downloadThroughput: bytes,
    uploadThroughput: bytes,
  });
  return page;
}

const seconds = async (job: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await job();
  return (performance.now() - start) / 1000;
};

const median = (values: number[]): string =>
  (values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN).toFixed(1);

const took: Record<string, number[]> = {};
const note = (what: string, value: number): void => void (took[what] ??= []).push(value);

for (let run = 0; run < RUNS; run++) {
  test(`the first minute, ${run + 1} of ${RUNS}`, async ({ browser }) => {
    const page = await newcomer(browser);
    const step = page.locator('[data-metric=step]');
    const train = page.getByRole('button', { name: 'Train', exact: true });
    const laidOut = await seconds(async () => {
      await page.goto('./#preset=ring&backend=cpu', { waitUntil: 'commit' });
      await train.waitFor();
    });
    note('the page is laid out', laidOut);
    const picture = await seconds(() => page.locator('gan-bar .train:enabled').waitFor());
    note('the first picture', laidOut + picture);
    let moves = 0;
    const covered = await seconds(async () => {
      moves = await seconds(async () => {
        await train.click();
        await step.filter({ hasNotText: /^0$/ }).waitFor();
      });
      await page
        .locator('[data-metric=modes]')
        .filter({ hasText: '8 of 8' })
        .waitFor({ timeout: 300_000 });
    });
    note('it moves, from Train', moves);
    note('8 of 8 modes, from Train', covered);
    await page.context().close();

    const reader = await newcomer(browser);
    const [first] = lessons();
    const answered = await seconds(async () => {
      await reader.goto(`./learn/${first?.slug ?? ''}.html`);
      const question = reader.locator('form.predict').first();
      await reader.locator('gan-playground .train:enabled').waitFor({ timeout: 120_000 });
      await question.locator('input').first().check();
      await question.getByRole('button').click();
      await reader.locator('form.predict.answered').first().waitFor({ timeout: 400_000 });
    });
    note('the first lesson’s question is answered', answered);
    await reader.context().close();
  });
}

test.afterAll(() => {
  for (const [what, values] of Object.entries(took)) {
    const all = values.map((value) => value.toFixed(1)).join(', ');
    console.log(`${median(values)} s  ${what} (${all})`);
  }
});
