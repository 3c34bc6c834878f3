/** The course: every lesson opens with its game, and its words operate it. */
import { expect, type Page, test } from '@playwright/test';
import { lessons } from '../course/plugin.ts';
import { findings } from './axe.ts';

const game = (page: Page) => page.locator('gan-playground');
const said = (page: Page) => page.locator('.said');

async function open(page: Page, slug: string): Promise<void> {
  await page.goto(`./learn/${slug}.html`);
  const train = game(page).getByRole('button', { name: 'Train', exact: true });
  await expect(train).toBeEnabled({ timeout: 120_000 });
}

test('words train, change and take back; a question is answered before it is run', async ({
  page,
}) => {
  // 1,500 steps: seconds on a quiet machine.
  test.setTimeout(600_000);
  await open(page, 'mode-collapse');
  const step = game(page).locator('[data-metric=step]');
  await page.locator('[data-do^="train"]').first().click();
  await expect(said(page)).toContainText('Trained to step', { timeout: 120_000 });
  const trained = await step.innerText();
  await expect(page.locator('output[data-live=modes]').first()).toHaveText(/^\d$/);

  await page.locator('button[data-do^="set"]').first().click();
  await expect(said(page)).toContainText('is now');
  await page.locator('button.undo').click();
  await expect(said(page)).toHaveText('As it was before.');
  await expect(step).toHaveText(trained);

  const question = page.locator('form.predict').first();
  const right = question.locator('label[data-right]');
  await question.locator('label:not([data-right])').first().click();
  await expect(question.locator('.after')).toBeHidden();
  await question.getByRole('button').click();
  await expect(question).toHaveClass(/answered/, { timeout: 400_000 });
  await expect(question.locator('.after')).toBeVisible();
  await expect(question.locator('label.chosen:not([data-right])')).toHaveCount(1);
  await expect(right).toHaveCount(1);
});

test('a symbol of an equation shows its value when one points at it', async ({ page }) => {
  await open(page, 'mode-collapse');
  const symbol = page.locator('math [data-live]').first();
  await expect(symbol).toHaveAttribute('title', /first step/);
  await game(page).getByRole('button', { name: 'Step both' }).click();
  await expect(symbol).toHaveAttribute('title', /^now /);
});

for (const { slug, actions } of lessons()) {
  test(`${slug}: opens with its game, and can be read by all`, async ({ page }) => {
    const errors: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    await open(page, slug);
    await expect(page.locator('[data-do]')).toHaveCount(actions.length);
    expect(await findings(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
    expect(errors).toEqual([]);
  });
}
