/** Pictures for the README and for judging the design: each view, wide and narrow, light and dark. */
import { mkdirSync } from 'node:fs';
import { expect, test } from '@playwright/test';

const FOLDER = process.env.GANLET_SCREENSHOTS ?? '../docs/img';
const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };
const VIEWS = [
  { preset: 'ring', steps: 1200 },
  { preset: 'line-1d', steps: 800 },
  { preset: 'mnist-mlp', steps: 300 },
];

mkdirSync(FOLDER, { recursive: true });

for (const { preset, steps } of VIEWS) {
  test(preset, async ({ page }) => {
    await page.setViewportSize(SIZES.desktop);
    await page.goto(`./#preset=${preset}&backend=cpu`);
    const train = page.locator('[data-action=train]');
    await expect(train).toBeEnabled({ timeout: 60_000 });
    await train.click();
    const step = page.locator('gan-bar [data-metric=step]');
    await expect
      .poll(async () => Number((await step.innerText()).replaceAll(',', '')), { timeout: 150_000 })
      .toBeGreaterThan(steps);
    await page.locator('gan-bar').getByRole('button', { name: 'Pause' }).click();
    // The last evaluation and picture come after the pause.
    await page.waitForTimeout(1500);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const [name, size] of Object.entries(SIZES)) {
        await page.setViewportSize(size);
        await page.waitForTimeout(300);
        await page.screenshot({ path: `${FOLDER}/${preset}-${name}-${colorScheme}.png` });
      }
    }
  });
}
