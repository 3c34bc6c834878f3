/** Prints what keeps the main thread for 50 ms or more while the page loads and while it trains. */
import { type Page, test } from '@playwright/test';
import { Playground } from './playground.ts';

const TRAIN_MS = 15_000;

/** Starts to collect the lengths of long tasks; what came before is forgotten. */
async function observe(page: Page): Promise<void> {
  await page.evaluate(() => {
    const scope = window as unknown as { longTasks: number[] };
    scope.longTasks = [];
    new PerformanceObserver((list) => {
      scope.longTasks.push(...list.getEntries().map(({ duration }) => duration));
    }).observe({ type: 'longtask' });
  });
}

async function collected(page: Page): Promise<number[]> {
  return page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks);
}

for (const preset of ['ring', 'line-1d', 'mnist-dcgan']) {
  test(preset, async ({ page }) => {
    const playground = new Playground(page);
    await playground.open(`#preset=${preset}&backend=cpu`);
    await observe(page);
    await playground.train.click();
    await page.waitForTimeout(TRAIN_MS);
    const tasks = await collected(page);
    const steps = await playground.step();
    console.log(
      `${preset}: ${steps} steps in ${TRAIN_MS / 1000} s; tasks of 50 ms or more while training: ` +
        `${tasks.length}${tasks.length ? `, the longest ${Math.max(...tasks).toFixed(0)} ms` : ''}`,
    );
  });
}
