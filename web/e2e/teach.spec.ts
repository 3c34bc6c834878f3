/** The page for teachers: what it shows is what it copies. */
import { expect, test } from '@playwright/test';
import { findings } from './axe.ts';

test('what is chosen is shown, and what is copied works', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('./teach.html');
  const preview = page.locator('gan-playground');
  await expect(preview.getByRole('button', { name: 'Train', exact: true })).toBeEnabled({
    timeout: 60_000,
  });
  await expect(preview.locator('gan-tools')).toBeHidden();
  expect(await findings(page)).toEqual([]);

  await page
    .getByLabel('A link copied from the page')
    .fill('#preset=line-1d&seed=3&backend=cpu&batch=64');
  await expect(page.getByRole('spinbutton', { name: 'Seed' })).toHaveValue('3');
  await expect(preview).toHaveAttribute('settings', 'batch=64');
  await page.getByRole('button', { name: 'Copy the link' }).click();
  await expect(page.getByText('Copied.')).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole('button', { name: 'Copy the element' }).click();
  const element = await page.evaluate(() => navigator.clipboard.readText());

  // Somebody else's page, with the element as it was copied.
  await page.route('**/lesson.html', (route) =>
    route.fulfill({ contentType: 'text/html', body: `<!doctype html>${element}` }),
  );
  await page.goto('./lesson.html');
  const copied = page.locator('gan-playground');
  await expect(copied.getByRole('button', { name: 'Train', exact: true })).toBeEnabled({
    timeout: 60_000,
  });
  expect(await copied.getAttribute('settings')).toBe('batch=64');
  await page.goto('about:blank');
  await page.goto(link);
  await expect(page).toHaveURL(/preset=line-1d&seed=3.*batch=64/);
  await expect(page.getByRole('button', { name: 'Train', exact: true })).toBeEnabled({
    timeout: 60_000,
  });
});

test('a link that is none is said', async ({ page }) => {
  await page.goto('./teach.html');
  await expect(page.locator('#preset option')).not.toHaveCount(0);
  await page.getByLabel('A link copied from the page').fill('https://example.org/');
  await expect(page.getByRole('alert').first()).toContainText('it has no “#preset=…” in it');
});

test('on a phone nothing sticks out', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto('./teach.html');
  await expect(page.locator('#frame')).toContainText('iframe');
  const wide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(wide).toBe(0);
});
