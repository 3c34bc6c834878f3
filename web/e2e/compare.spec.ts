/** Two runs side by side: in lockstep, and only the switch differs. */
import { expect, type Page, test } from '@playwright/test';
import type { GanPlayground } from '../src/elements/gan-playground.ts';
import { findings } from './axe.ts';
import { checkpointOf } from './checkpoint.ts';
import { Playground } from './playground.ts';

const ready = async (page: Page, hash: string): Promise<void> => {
  await page.goto(`./compare.html${hash}`);
  await expect(page.locator('#train')).toBeEnabled({ timeout: 120_000 });
};

/** A number of both runs. */
const both = (page: Page, name: string): Promise<(string | undefined)[]> =>
  page.evaluate(
    (name) =>
      Promise.all(
        [...document.querySelectorAll<GanPlayground>('gan-playground')].map((game) =>
          game.reading(name),
        ),
      ),
    name,
  );

test('two runs with nothing changed are one run, step by step', async ({ page }) => {
  await ready(page, '#preset=ring-penalty&seed=3&backend=cpu');
  await page.locator('#train').click();
  await expect.poll(async () => Number((await both(page, 'step'))[1])).toBeGreaterThan(30);
  await page.locator('#train').click();
  await expect(page.locator('#train')).toHaveText('Train both');
  await expect.poll(async () => new Set(await both(page, 'step')).size).toBe(1);
  for (const metric of ['d_loss', 'g_loss', 'd_real']) {
    const [left, right] = await both(page, metric);
    expect(left).toBeDefined();
    expect(right).toBe(left);
  }
});

test('what differs is named, and does differ', async ({ page }) => {
  await ready(page, '#preset=ring-penalty&seed=3&backend=cpu&gradient_penalty=null');
  await expect(page.locator('#changed')).toHaveText('gradient penalty: null');
  await page.locator('#step').click();
  await expect(page.locator('#said')).toContainText('step 1');
  await page.locator('#step').click();
  await expect(page.locator('#said')).toContainText('step 2');
  const [left, right] = await both(page, 'd_loss');
  expect(left).not.toBe(right);
  expect(await findings(page)).toEqual([]);
});

test('a comparison of 200 steps is the two single runs, bit for bit, with their curves in one plot', async ({
  page,
}) => {
  const links = [
    '#preset=ring-penalty&seed=3&backend=cpu',
    '#preset=ring-penalty&seed=3&backend=cpu&cost=minimax',
  ];
  const singles = [];
  for (const link of links) {
    const playground = new Playground(page);
    await playground.open(`${link}&stop=200`);
    await playground.train.click();
    await expect(page.getByText('Stopped at step 200, as asked.')).toBeVisible({
      timeout: 120_000,
    });
    singles.push(await checkpointOf(page.locator('gan-playground')));
    await page.goto('about:blank');
  }
  await ready(page, `${links[1] ?? ''}&stop=200`);
  await page.locator('#train').click();
  await expect(page.locator('#said')).toHaveText(/step 200,.* step 200,/, { timeout: 120_000 });
  await expect(page.locator('#train')).toHaveText('Train both');
  expect(await both(page, 'step')).toEqual(['200', '200']);
  const games = page.locator('gan-playground');
  expect([await checkpointOf(games.nth(0)), await checkpointOf(games.nth(1))]).toEqual(singles);
  expect(singles[0]?.step).toBe(200);
  expect(singles[0]?.tensors).not.toBe(singles[1]?.tensors);
  // Four curves a chart: two metrics of two runs.
  const legends = page.locator('gan-both figcaption');
  await expect(legends.first().locator('span')).toHaveCount(2);
  await expect(page.locator('gan-both canvas')).toHaveCount(2);
  expect(await findings(page)).toEqual([]);
});
