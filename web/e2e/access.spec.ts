/** Everyone can use it: axe, small screens, both themes. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Page, test } from '@playwright/test';
import type { AxeResults } from 'axe-core';
import { Playground } from './playground.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds, in lines short enough to read in a failure. */
async function findings(page: Page): Promise<string[]> {
  // Evaluated, not added as a tag: the page's own policy forbids foreign scripts, as it should.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`,
    ),
  );
}

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
  });
}
