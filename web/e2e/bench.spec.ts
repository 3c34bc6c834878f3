/** The bench page times a workload here and shows it beside the recorded figures. */
import { expect, test } from '@playwright/test';
import { findings } from './axe.ts';

test('times a workload, and axe finds nothing', async ({ page }) => {
  await page.goto('./bench.html');
  await page.getByRole('button', { name: 'Run all' }).click();
  await page.getByRole('button', { name: 'Stop after this one' }).click();
  const copy = page.getByRole('button', { name: 'Copy as JSON' });
  await expect(copy).toBeEnabled({ timeout: 60_000 });
  const cells = page.locator('[data-row="bench-mlp cpu"] td');
  await expect(cells.nth(1)).toHaveText(/[\d.]+\s+\[[\d.]+–[\d.]+\]/);
  await expect(page.getByRole('button', { name: 'Run all' })).toBeEnabled();
  expect(await findings(page)).toEqual([]);
});
