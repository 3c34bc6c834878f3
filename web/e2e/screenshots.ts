/** Pictures for the README and for judging the design: each view, wide and narrow, light and dark. */
import { mkdirSync } from 'node:fs';
import { type Page, test } from '@playwright/test';
import { Playground } from './playground.ts';

const FOLDER = process.env.GANLET_SCREENSHOTS ?? '../docs/img';
const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };

interface View {
  name: string;
  preset: string;
  /** How long it trains first; models that ship trained need none. */
  steps: number;
  then?: (page: Page) => Promise<void>;
}

const VIEWS: readonly View[] = [
  { name: 'ring', preset: 'ring', steps: 2600 },
  { name: 'line-1d', preset: 'line-1d', steps: 800 },
  { name: 'digits', preset: 'mnist-dcgan', steps: 0 },
  { name: 'faces', preset: 'faces-dcgan', steps: 0 },
  { name: 'studio', preset: 'faces-dcgan', steps: 0, then: studio },
];

/** Figure 19: baskets filled from labels, and a walk. */
async function studio(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Latent studio' }).click();
  await page.locator('[data-action=example]').click();
  await page.getByRole('img', { name: /A minus B plus C/ }).waitFor({ timeout: 60_000 });
  await page.locator('[data-action=walk]').click();
  await page.getByRole('img', { name: 'The walk as a film strip' }).waitFor();
}

mkdirSync(FOLDER, { recursive: true });

for (const { name, preset, steps, then } of VIEWS) {
  test(name, async ({ page }) => {
    const playground = new Playground(page);
    await page.setViewportSize(SIZES.desktop);
    await playground.open(`#preset=${preset}&backend=cpu`);
    if (steps > 0) await playground.trainUntil(async () => (await playground.step()) > steps);
    await then?.(page);
    // The last evaluation and picture come after the pause.
    await page.waitForTimeout(1500);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const [size, viewport] of Object.entries(SIZES)) {
        await page.setViewportSize(viewport);
        await page.waitForTimeout(300);
        await page.screenshot({ path: `${FOLDER}/${name}-${size}-${colorScheme}.png` });
      }
    }
  });
}

test('moving', async ({ page }) => {
  // The exporter's own picture, of a small stage: it is what the README opens with.
  const playground = new Playground(page);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(SIZES.phone);
  await playground.open('#preset=ring&backend=cpu');
  await playground.trainUntil(async () => (await playground.step()) > 1500);
  await page.setViewportSize(SIZES.desktop);
  await page.locator('[data-action=take]').click();
  const download = page.waitForEvent('download');
  await page.locator('[data-take=gif]').click();
  await (await download).saveAs(`${FOLDER}/ring.gif`);
});

test('course', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(SIZES.desktop);
  await page.goto('./learn/mode-collapse.html');
  await page.locator('[data-do^="train"]').first().click();
  await page.locator('.said').getByText('Trained to step').waitFor({ timeout: 120_000 });
  // The picture and the numbers of the last step come right after it.
  await page.waitForTimeout(1500);
  await page.screenshot({ path: `${FOLDER}/course-desktop-light.png` });
});
