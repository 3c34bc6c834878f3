/** Through time: scrubbing back and going on leads to the same weights as the straight run, bit for bit. */
import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { Playground } from './playground.ts';

const END = 'The run is over';

/** What a checkpoint holds besides the curves in its header: the engine's own metadata, the tensors and their places. */
async function checkpoint(page: Page): Promise<{ header: unknown; tensors: string }> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const bytes = readFileSync(await (await download).path());
  const length = Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as {
    __metadata__: Record<string, string>;
  };
  expect(Object.keys(header).length).toBeGreaterThan(1);
  delete header.__metadata__['ganlet.past'];
  return { header, tensors: bytes.subarray(8 + length).toString('base64') };
}

/** Moves the line of the run to a picture, in parts of its length, and says which step it shows. */
async function scrub(page: Page, part: number): Promise<number> {
  const line = page.locator('gan-film input');
  await line.evaluate((input: HTMLInputElement, part) => {
    input.value = String(Math.round(Number(input.max) * part));
    input.dispatchEvent(new Event('input'));
  }, part);
  const text = await page.locator('gan-film output').innerText();
  return Number(text.replace(/\D/g, ''));
}

test('going on from an earlier picture gives the straight run, bit for bit', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&seed=3&backend=cpu&steps=600');
  await playground.train.click();
  await expect(page.getByText(END)).toBeVisible({ timeout: 120_000 });
  const straight = await checkpoint(page);

  // Back and forth: two branches, the second from within the first.
  for (const part of [0.5, 0.8]) {
    await scrub(page, 0.2);
    const step = await scrub(page, part);
    expect(step).toBeGreaterThan(0);
    expect(step).toBeLessThan(600);
    await page.getByRole('button', { name: 'Go on from here' }).click();
    await expect(page.getByText(END)).toBeHidden({ timeout: 60_000 });
    await expect(page.getByText(END)).toBeVisible({ timeout: 120_000 });
    expect(await playground.step()).toBe(600);
    expect(await checkpoint(page)).toEqual(straight);
    // The pictures before the branch are there.
    expect(await scrub(page, 0)).toBe(0);
    await page.getByRole('button', { name: 'Now', exact: true }).click();
  }
  // What was left is put aside.
  await expect(page.getByRole('button', { name: 'Back to step 600' })).toBeVisible();
});

test('training stops where the link says, and goes on when asked', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&seed=3&backend=cpu&stop=120');
  await expect(page.locator('gan-bar')).toContainText('until step 120');
  await playground.train.click();
  await expect(page.getByText('Stopped at step 120, as asked.')).toBeVisible({ timeout: 60_000 });
  expect(await playground.step()).toBe(120);

  const stop = page.locator('gan-run.desk-run').getByLabel('Stop at');
  await stop.fill('never');
  await stop.press('Enter');
  await expect(playground.notices).toContainText('“Stop at never”: it is a step such as 500');
  await stop.fill('high_quality >= 0.3');
  await stop.press('Enter');
  await expect(page).toHaveURL(/stop=high_quality%3E%3D0\.3/);
  await playground.train.click();
  await expect(page.getByText(/Stopped at step [\d,]+: high quality ≥ 0\.3, as asked/)).toBeVisible(
    {
      timeout: 120_000,
    },
  );
  const quality = await page.locator('[data-metric=high_quality]').innerText();
  expect(parseInt(quality)).toBeGreaterThanOrEqual(30);
  expect(await playground.step()).toBeLessThan(3000);
  const stopped = await playground.step();
  await page.getByRole('button', { name: 'Go on', exact: true }).click();
  await expect.poll(() => playground.step()).toBeGreaterThan(stopped);
  await playground.pause.click();

  await stop.fill('fame >= 2');
  await stop.press('Enter');
  await playground.train.click();
  await expect(playground.notices).toContainText('there is no metric “fame” here');
});
