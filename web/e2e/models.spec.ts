/** Presets that are no plain game: no D, one update, labels to ask for. */
import { expect, type Page, test } from '@playwright/test';
import { Playground } from './playground.ts';

for (const [preset, steps, boxes] of [
  ['ring-vae', ['all'], ['data', 'e', 'noise', 'g', 'samples']],
  ['ring-gmmn', ['all'], ['noise', 'g', 'samples', 'data', 'moments']],
  ['ring-cgan', ['d', 'g', 'all'], ['noise', 'g', 'samples', 'data', 'd', 'label']],
] as const) {
  test(`${preset} opens, shows its own parts, and trains`, async ({ page }) => {
    const errors: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    const playground = new Playground(page);
    await playground.open(`#preset=${preset}&backend=cpu`);
    const attributes = (selector: string, name: string) =>
      page
        .locator(selector)
        .evaluateAll((all, name) => all.map((one) => one.getAttribute(name)), name);
    expect(await attributes('gan-bar [data-step]', 'data-step')).toEqual(steps);
    expect(await attributes('gan-game [data-box]', 'data-box')).toEqual(boxes);
    for (const step of steps) await page.locator(`gan-bar [data-step=${step}]`).click();
    await expect.poll(() => playground.step()).toBe(steps.length === 1 ? 1 : 2);
    await playground.trainUntil(async () => (await playground.step()) > 20);
    // No more layers than the model has: a score is of one class, where there are classes.
    const layers = ['real', 'fake', 'ratio', ...(preset === 'ring-cgan' ? [] : ['grid'])];
    expect(await attributes('gan-stage [data-layer]', 'data-layer')).toEqual(layers);
    await page.getByRole('button', { name: 'Slow motion' }).click();
    await playground.train.click();
    await expect(page.locator('gan-game .glow').first()).toBeVisible();
    await playground.pause.click();
    await expect(playground.notices.locator('[role=alert]')).toHaveText('');
    expect(errors).toEqual([]);
  });
}

test('a class that is chosen has D’s opinion, and the choice can be taken back', async ({
  page,
}) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring-cgan&backend=cpu');
  await expect(page.locator('gan-stage [data-layer=heat]')).toHaveCount(0);
  await page.locator('[data-choice] label').filter({ hasText: /^2$/ }).click();
  await expect(page.locator('gan-stage [data-layer=heat]')).toHaveCount(1);
  await page.locator('[data-choice] label').filter({ hasText: 'each' }).click();
  await expect(page.locator('gan-stage [data-layer=heat]')).toHaveCount(0);
});

/** What the stage's images look like, to tell one picture from the next. */
const picture = (page: Page): Promise<string> =>
  page.locator('gan-stage gan-images canvas').evaluate((canvas) => {
    return (canvas as HTMLCanvasElement).toDataURL();
  });

test('digits by label have a row for each, or all of one', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=mnist-cgan&backend=cpu');
  await expect(page.locator('gan-stage ol li')).toHaveText(
    Array.from({ length: 10 }, (_, i) => String(i)),
  );
  const each = await picture(page);
  await page.locator('[data-choice] label').filter({ hasText: '7' }).click();
  await expect(page.locator('gan-stage ol')).toHaveCount(0);
  await expect.poll(() => picture(page)).not.toBe(each);
});

test('a code is a slider, and moves the samples', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=mnist-infogan-mlp&backend=cpu');
  await expect(page.locator('[data-code]')).toHaveCount(2);
  const before = await picture(page);
  await page.locator('[data-code="1"]').fill('0.8');
  await expect.poll(() => picture(page)).not.toBe(before);
  await expect(page.locator('gan-asked output').nth(1)).toHaveText('0.80');
});

test('chains go on by themselves, without a step of training', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=mnist-rbm&backend=cpu');
  const chains = page.locator('[data-action=chains]');
  await chains.click();
  const before = await picture(page);
  await expect.poll(() => picture(page)).not.toBe(before);
  expect(await playground.step()).toBe(0);
  await chains.click();
  await expect(chains).toHaveText('Let the chains go on');
});

test('a model that makes nothing names real images', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=mnist-classifier&backend=cpu');
  await playground.trainUntil(async () => (await playground.step()) > 5);
  const images = page.getByRole('button', { name: /^Image \d+, called \d$/ });
  await expect(images).toHaveCount(64);
  await images.first().hover();
  await expect(page.getByText(/^Real image 1 is called “\d”\.$/)).toBeVisible();
  await expect(page.getByText('Real images, each with what the model calls it.')).toBeVisible();
});
