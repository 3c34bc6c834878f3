/** What the page asks for before it can be used, and what one can do while more is on its way. */
import { gzipSync } from 'node:zlib';
import { expect, test, type Response } from '@playwright/test';
import { Playground } from './playground.ts';

test('the first load is under 595 KB compressed, without any data', async ({ page }) => {
  const loaded = new Map<string, Promise<Buffer>>();
  const note = (response: Response) => {
    if (response.ok()) loaded.set(response.url(), response.body());
  };
  page.on('response', note);
  const playground = new Playground(page);
  await playground.open();
  // What comes later is none of the first load, and its body may still be under way when the test ends.
  page.off('response', note);
  // As `cargo xtask size` counts, and a static host that compresses its files once.
  const sizes = await Promise.all(
    [...loaded].map(
      async ([url, body]) => [url, gzipSync(await body, { level: 9 }).length] as const,
    ),
  );
  // One module of the library is among them, or something was overlooked.
  expect(sizes.filter(([url]) => url.endsWith('.wasm'))).toHaveLength(1);
  expect(sizes.filter(([url]) => /\/data\/(?!index\.json)|\.safetensors/.test(url))).toEqual([]);
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  console.log(`first load: ${(total / 1000).toFixed(1)} KB in ${sizes.length} files`);
  expect(total).toBeLessThan(595_000);
});

test('what draws the curves comes when they are in view, and its absence is said', async ({
  page,
}) => {
  await page.setViewportSize({ width: 360, height: 640 });
  let asked = 0;
  await page.route(/uPlot/, async (route) => {
    asked += 1;
    await route.abort();
  });
  const playground = new Playground(page);
  await playground.open();
  expect(asked).toBe(0);
  const curves = page.locator('gan-curves');
  await curves.scrollIntoViewIfNeeded();
  await expect(curves).toContainText('The curves could not be loaded');
  await page.unroute(/uPlot/);
  await page.goto('about:blank');
  await playground.open();
  await curves.scrollIntoViewIfNeeded();
  // With data in them: what is said where there are none gives way to it.
  await expect(curves.locator('.uplot canvas')).toHaveCount(2);
  await expect(curves).not.toContainText('Comes with the first step');
});

test('curves are drawn where the browser’s language is none, and what else fails is said', async ({
  page,
}) => {
  const language = (value: string): void => {
    Object.defineProperty(Navigator.prototype, 'language', { get: () => value });
  };
  await page.addInitScript(language, 'en_US@posix');
  const playground = new Playground(page);
  await playground.open();
  const curves = page.locator('gan-curves');
  await expect(curves.locator('.uplot canvas')).toHaveCount(2);
  expect(await page.evaluate(() => navigator.language)).toBe('en_US@posix');

  await page.route(/uPlot/, (route) =>
    route.fulfill({ contentType: 'text/javascript', body: 'throw new RangeError("no such luck")' }),
  );
  // A new visit: the address of the first one names a model by now, and what is named begins at step 0, without curves.
  await page.goto('about:blank');
  await playground.open();
  await expect(curves).toContainText('cannot be drawn in this browser: no such luck');
});

test('the first model moves nothing on a phone', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  let arrive: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (arrive = resolve));
  await page.route(/ganlet_bg\.wasm/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto('./#preset=ring&backend=cpu');
  const game = page.locator('gan-game');
  await expect(page.locator('gan-stage')).toContainText('Preparing');
  const before = await game.boundingBox();
  arrive();
  await new Playground(page).ready();
  expect((await game.boundingBox())?.y).toBe(before?.y);
});

test('while a data set is on its way, the page can be used, and another preset chosen', async ({
  page,
}) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  let arrive: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (arrive = resolve));
  await page.route(/\/data\/mnist\//, async (route) => {
    await held;
    await route.continue();
  });
  await page.locator('gan-presets .open').click();
  await page.locator('[data-preset="mnist-mlp"]').click();
  await expect(page.locator('gan-stage')).toContainText('Preparing');

  // The ring is there and trains meanwhile; drawer and list open.
  await playground.train.click();
  await expect.poll(() => playground.step()).toBeGreaterThan(5);
  await playground.pause.click();
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.locator('gan-settings .advanced > summary').click();
  await expect(page.locator('gan-settings [data-path="batch"] input')).toBeEditable();
  await page.keyboard.press('Escape');

  // Another preset needs no images, and is not kept waiting; the digits, when they come, are not wanted any more.
  await page.locator('gan-presets .open').click();
  await page.locator('[data-preset="line-1d"]').click();
  await expect(page).toHaveURL(/preset=line-1d/);
  await playground.ready();
  arrive();
  await page.waitForLoadState('networkidle');
  await page.getByRole('button', { name: 'Step both' }).click();
  await expect.poll(() => playground.step()).toBe(1);
  await expect(page).toHaveURL(/preset=line-1d/);
});

test('a link to images is laid out before they are there', async ({ page }) => {
  let arrive: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (arrive = resolve));
  await page.route(/\/data\/mnist\//, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto('./#preset=mnist-mlp&backend=cpu');
  await expect(page.locator('gan-stage')).toContainText('Preparing', { timeout: 60_000 });
  await page.locator('gan-presets .open').click();
  await expect(page.locator('[data-preset="ring"]')).toBeEnabled();
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await page.keyboard.press('Escape');
  arrive();
  await new Playground(page).ready();
  await expect(page.getByRole('button', { name: 'Sample 3', exact: true })).toBeVisible();
});
