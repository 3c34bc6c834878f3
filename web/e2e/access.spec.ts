/** Everyone can use it: axe, small screens, both themes. */
import { expect, test } from '@playwright/test';
import { findings } from './axe.ts';
import { Playground } from './playground.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in the ${colorScheme} theme`, async ({ page }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const playground = new Playground(page);
    await playground.open('#preset=ring&backend=cpu');
    await expect.poll(() => playground.modes()).toBeGreaterThanOrEqual(0);
    expect(await findings(page)).toEqual([]);

    await page.getByRole('button', { name: 'Settings' }).click();
    expect(await findings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Close settings' }).click();

    await page.locator('gan-presets .open').click();
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('Escape');

    await page.keyboard.press('?');
    expect(await findings(page)).toEqual([]);
  });
}

for (const preset of ['ring', 'line-1d', 'mnist-mlp']) {
  test(`${preset} fits a phone of 360 pixels`, async ({ page }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    const playground = new Playground(page);
    await playground.open(`#preset=${preset}&backend=cpu`);
    expect(await playground.overflow()).toBe(0);
    await expect(playground.train).toBeInViewport();
    await page.getByRole('button', { name: 'Settings' }).click();
    expect(await playground.overflow()).toBe(0);
    expect(await findings(page)).toEqual([]);
    await page.locator('gan-settings .advanced > summary').click();
    expect(await playground.overflow()).toBe(0);
    expect(await findings(page)).toEqual([]);
  });
}

test('on a phone and on a tablet what happens now is whole in sight, in slow motion with the diagram', async ({
  page,
}) => {
  const bottom = async (of: string): Promise<number> => {
    const box = await page.locator(of).boundingBox();
    return (box?.y ?? Infinity) + (box?.height ?? 0);
  };
  const top = async (of: string): Promise<number> =>
    (await page.locator(of).first().boundingBox())?.y ?? -Infinity;
  const playground = new Playground(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await playground.open('#preset=ring&backend=cpu');
  await playground.trainUntil(async () => (await playground.step()) > 100);
  await expect(page.locator('gan-film')).toBeVisible();
  expect(await bottom('[data-coach]')).toBeLessThanOrEqual(await top('.bottom'));
  await page.getByRole('button', { name: 'Slow motion' }).click();
  await playground.train.click();
  await expect(page.locator('[data-coach]')).toContainText('G’s move');
  for (const size of [
    { width: 360, height: 740 },
    { width: 768, height: 1024 },
  ]) {
    await page.setViewportSize(size);
    await expect(page.locator('gan-game svg').first()).toBeVisible();
    expect(await bottom('[data-coach]')).toBeLessThanOrEqual(await top('.bottom'));
    expect(await bottom('gan-game .diagram')).toBeLessThanOrEqual(await top('.bottom'));
    expect(await playground.overflow()).toBe(0);
  }
  await playground.pause.click();
});

test('the studio fits a phone of 360 pixels, with its baskets full', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  const playground = new Playground(page);
  await playground.open('#preset=faces-dcgan&backend=cpu');
  await page.getByRole('button', { name: 'Latent studio' }).click();
  await page.locator('[data-action=example]').click();
  await page.getByRole('img', { name: /A minus B plus C/ }).waitFor({ timeout: 60_000 });
  expect(await playground.overflow()).toBe(0);
  expect(await findings(page)).toEqual([]);
});

test('Train is the first stop of the Tab key, and nothing is skipped after it', async ({
  page,
}) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  await page.keyboard.press('Tab');
  await expect(playground.train).toBeFocused();
  // In sight it is below what comes after it in the document.
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Step D' })).toBeFocused();
  const [bar, stage] = await Promise.all(
    ['gan-bar', 'gan-stage .frame'].map((one) => page.locator(one).first().boundingBox()),
  );
  expect(bar?.y).toBeGreaterThan(stage?.y ?? Infinity);
  const foot = await page.locator('gan-status').boundingBox();
  expect(foot?.y).toBeGreaterThan(bar?.y ?? Infinity);
});

test('the tab and what Share says name what differs from the preset', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const playground = new Playground(page);
  await playground.open('#preset=ring&seed=7&cost=minimax&backend=cpu');
  await expect(page).toHaveTitle('Ring of eight with cost minimax · Ganlet');
  await page.getByRole('button', { name: 'Share' }).click();
  await expect(playground.notices).toContainText(
    'It opens “Ring of eight with cost minimax” with seed 7.',
  );
  await page.getByRole('button', { name: 'Take back cost' }).click();
  await expect(page).toHaveTitle('Ring of eight · Ganlet');
});

test('in the reader’s own colours, what is on differs from what is off, and legends keep their keys', async ({
  page,
}) => {
  await page.emulateMedia({ forcedColors: 'active' });
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  await page.getByRole('button', { name: 'Step both' }).click();
  const key = (element: Element): [string, string] => {
    const { backgroundColor, borderColor } = getComputedStyle(element, '::before');
    return [backgroundColor, borderColor];
  };
  const layers = page.locator('gan-stage li button');
  const on = page.locator('gan-stage li button[aria-pressed=true]');
  const keys = await on.evaluateAll((all) =>
    all.map((element) => getComputedStyle(element, '::before').backgroundColor),
  );
  expect(keys.length).toBeGreaterThan(1);
  // Data and samples are told apart by these alone.
  expect(new Set(keys).size).toBe(keys.length);
  const first = layers.first();
  const before = await first.evaluate(key);
  await first.click();
  const [ground, frame] = await first.evaluate(key);
  expect(ground).not.toBe(before[0]);
  expect(frame).toBe(before[1]);
  const curves = await page
    .locator('gan-curves figure')
    .first()
    .locator('figcaption span')
    .evaluateAll((all) =>
      all.map((element) => getComputedStyle(element, '::before').backgroundColor),
    );
  expect(curves.length).toBeGreaterThan(1);
  expect(new Set(curves).size).toBe(curves.length);
});
