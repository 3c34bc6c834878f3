/** Prints what keeps the main thread while the page trains: the longest tasks, by the clock and by the processor.
 * On a machine with more to do than cores, the first counts the waiting for a core too; only the second is the page's. */
import { type CDPSession, expect, type Page, test } from '@playwright/test';
import { Playground } from './playground.ts';

const WATCH_MS = 15_000;
/** What browsers call a long task. */
const LONG_MS = 50;

/** A task of the main thread, in milliseconds. */
interface Task {
  clock: number;
  processor: number;
}

/** What Chromium's tracing says of an event. Times are in microseconds. */
interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  dur?: number;
  tdur?: number;
  args?: { name?: string };
}

async function tasksDuring(cdp: CDPSession, act: () => Promise<void>): Promise<Task[]> {
  const events: TraceEvent[] = [];
  cdp.on('Tracing.dataCollected', ({ value }) => events.push(...(value as never as TraceEvent[])));
  await cdp.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', '__metadata'] },
  });
  await act();
  const complete = new Promise((resolve) => cdp.once('Tracing.tracingComplete', resolve));
  await cdp.send('Tracing.end');
  await complete;
  const main = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  return events
    .filter(({ name, ph, pid, tid }) => {
      return ph === 'X' && name === 'ThreadControllerImpl::RunTask' && main.has(`${pid} ${tid}`);
    })
    .map(({ dur = 0, tdur = 0 }) => ({ clock: dur / 1000, processor: tdur / 1000 }));
}

/** The studio with its baskets full, and the weight of one of them dragged. */
async function dragInStudio(page: Page): Promise<void> {
  const weight = page.getByLabel('Weight of basket A');
  const box = await weight.boundingBox();
  if (!box) throw new Error('there is no slider');
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width / 2, y);
  await page.mouse.down();
  const end = Date.now() + WATCH_MS;
  for (let i = 0; Date.now() < end; i++) {
    await page.mouse.move(box.x + box.width * (0.5 + 0.45 * Math.sin(i / 9)), y);
    await page.waitForTimeout(16);
  }
  await page.mouse.up();
}

interface View {
  name: string;
  preset: string;
  prepare?: (page: Page) => Promise<void>;
  act?: (page: Page) => Promise<void>;
}

const VIEWS: readonly View[] = [
  { name: 'ring', preset: 'ring' },
  { name: 'ring, every layer on', preset: 'ring', prepare: allLayers },
  { name: 'line-1d', preset: 'line-1d' },
  { name: 'mnist-dcgan', preset: 'mnist-dcgan' },
  { name: 'faces-dcgan', preset: 'faces-dcgan' },
  { name: 'studio, training', preset: 'faces-dcgan', prepare: openStudio },
  { name: 'studio, dragging', preset: 'faces-dcgan', prepare: openStudio, act: dragInStudio },
];

async function allLayers(page: Page): Promise<void> {
  const off = page.locator('gan-stage [data-layer][aria-pressed=false]');
  while ((await off.count()) > 0) await off.first().click();
}

async function openStudio(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Latent studio' }).click();
  await page.locator('[data-action=example]').click();
  const result = page.getByRole('img', { name: /A minus B plus C/ });
  await expect(result).toBeVisible({ timeout: 60_000 });
}

for (const { name, preset, prepare, act } of VIEWS) {
  test(name, async ({ page, browser }) => {
    test.setTimeout(90_000);
    const playground = new Playground(page);
    await playground.open(`#preset=${preset}&backend=cpu`);
    await prepare?.(page);
    const cdp = await browser.newBrowserCDPSession();
    const tasks = await tasksDuring(cdp, async () => {
      if (act) await act(page);
      else {
        await playground.train.click();
        await page.waitForTimeout(WATCH_MS);
      }
    });
    const most = (of: keyof Task): string =>
      `${Math.max(...tasks.map((task) => task[of]))
        .toFixed(0)
        .padStart(3)} ms`;
    const long = (of: keyof Task): string =>
      String(tasks.filter((task) => task[of] >= LONG_MS).length).padStart(2);
    console.log(
      `${name.padEnd(20)} ${tasks.length} tasks in ${WATCH_MS / 1000} s; longest by the clock ` +
        `${most('clock')} (${long('clock')} of ${LONG_MS} or more), by the processor ` +
        `${most('processor')} (${long('processor')})`,
    );
  });
}
