/** Presets that are no plain game: no D, one update, labels to ask for. */
import { expect, test } from '@playwright/test';
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
    // No more layers than the model has: an opinion is of one class, where there are classes.
    const layers = preset === 'ring-cgan' ? ['real', 'fake'] : ['real', 'fake', 'grid'];
    expect(await attributes('gan-stage [data-layer]', 'data-layer')).toEqual(layers);
    await page.getByRole('button', { name: 'Slow motion' }).click();
    await playground.train.click();
    await expect(page.locator('gan-game .glow').first()).toBeVisible();
    await playground.pause.click();
    await expect(playground.notices.locator('[role=alert]')).toHaveText('');
    expect(errors).toEqual([]);
  });
}
