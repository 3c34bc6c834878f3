/** One's own data, the film of a run, and what can be taken away. */
import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { findings } from './axe.ts';
import { Playground } from './playground.ts';

test('points that were drawn are learned, and are in the link', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  await page.locator('[data-action=own]').click();
  const learn = page.locator('[data-own=drawing]');
  await expect(learn).toBeDisabled();
  const canvas = page.locator('gan-own canvas');
  const box = await canvas.boundingBox();
  if (!box) throw new Error('the square is not to be seen');
  await page.mouse.move(box.x + 60, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + 250, box.y + 120, { steps: 20 });
  await page.mouse.up();
  expect(await findings(page)).toEqual([]);
  await learn.click();
  await expect(page).toHaveURL(/data=.*points/);
  await playground.ready();
  await playground.trainUntil(async () => (await playground.step()) > 20);
  await expect(playground.notices.locator('[role=alert]')).toHaveText('');
});

test('a table is learned; what is wrong with one is said at its line', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=mnist-mlp&backend=cpu');
  await page.locator('[data-action=own]').click();
  await page.locator('[data-own=tab-points]').click();
  const [table, learn] = [page.locator('gan-own textarea'), page.locator('[data-own=table]')];
  await table.fill('1\n2\n3\n4\nfive\n6\n7\n8\n9');
  await learn.click();
  await expect(page.locator('gan-own .problem')).toHaveText('Line 5: “five” is not a number.');
  await table.fill(Array.from({ length: 60 }, (_, i) => (i * i) % 17).join('\n'));
  await learn.click();
  await expect(page).toHaveURL(/preset=line-1d.*data\.components=/);
  await playground.ready();
});

test('a run is a film, and can be taken away', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  await expect(page.locator('gan-film')).toBeHidden();
  await playground.trainUntil(async () => (await playground.step()) > 60);
  const line = page.locator('gan-film input');
  await expect(line).toBeVisible();
  await line.fill('0');
  await expect(page.locator('gan-film output')).toHaveText('step 0');
  await page.getByRole('button', { name: 'Now', exact: true }).click();
  await expect(page.locator('gan-film output')).not.toHaveText('step 0');

  await page.locator('[data-action=take]').click();
  await expect(page.locator('gan-take')).toContainText(/pictures, about \d/);
  expect(await findings(page)).toEqual([]);
  const taken = async (kind: string): Promise<Buffer> => {
    const download = page.waitForEvent('download');
    await page.locator(`[data-take=${kind}]`).click();
    return readFile(await (await download).path());
  };
  const png = await taken('png');
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  // Width and height of the header: twice the stage, and a line for the caption.
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1024, 1096]);
  const gif = await taken('gif');
  expect(gif.subarray(0, 6).toString()).toBe('GIF89a');
  const [head, first] = (await taken('csv')).toString().split('\n');
  expect(head).toMatch(/^step,d_loss,/);
  expect(first).toMatch(/^\d+,\d/);
  const json = JSON.parse((await taken('json')).toString()) as { config: { preset: string } };
  expect(json.config.preset).toBe('ring');
});

test('what was done can be taken away, and goes on after a move to another device', async ({
  page,
}) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&seed=3&backend=cpu');
  await playground.trainUntil(async () => (await playground.step()) > 20);
  const devices = page.locator('.desk-run').getByLabel('Runs on');
  await devices.selectOption('auto');
  await expect(page).not.toHaveURL(/backend=cpu/);
  await playground.ready();
  await page.locator('[data-idea]').first().click();
  await expect(playground.pause).toBeVisible({ timeout: 60_000 });
  await playground.pause.click();
  await expect(playground.train).toBeVisible();

  await page.locator('[data-action=take]').click();
  const download = page.waitForEvent('download');
  await page.locator('[data-take=log-csv]').click();
  const text = (await readFile(await (await download).path())).toString();
  const [head, ...rows] = text.trim().split('\n');
  expect(head).toBe('seconds,step,action,detail');
  const actions = rows.map((row) => row.split(',')[2]);
  // The idea measures the run that it is compared with, and trains.
  expect(actions).toEqual([
    'game',
    'train',
    'pause',
    'device',
    'idea',
    ...actions.slice(5, -3),
    'game',
    'train',
    'pause',
  ]);
  expect(actions.slice(5, -3).every((action) => action === 'measure')).toBe(true);
  expect(rows[0]).toMatch(/^\d+(\.\d)?,0,game,preset=ring&seed=3&backend=cpu$/);
  expect(rows[3]).toMatch(/,device,auto$/);
});
