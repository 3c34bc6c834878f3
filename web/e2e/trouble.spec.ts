/** What can go wrong is said clearly, and nothing is lost. */
import { expect, test } from '@playwright/test';
import { Playground } from './playground.ts';

test('an unknown preset in the link is named, and the page works on', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=no-such-thing&backend=cpu');
  await expect(playground.notices.getByRole('alert')).toContainText('no-such-thing');
  await expect(page).toHaveURL(/preset=ring/);
});

test('bad keys in the link are skipped with a warning', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu&seed=minus&no_such_setting=3');
  await expect(playground.notices).toContainText('seed=minus');
  await expect(playground.notices).toContainText('no_such_setting');
});

test('a broken checkpoint is refused and the running model stays', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  await page.getByRole('button', { name: 'Step both' }).click();
  await expect.poll(() => playground.step()).toBe(1);
  await page.locator('input[type=file]').setInputFiles({
    name: 'broken.safetensors',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from('not a checkpoint'),
  });
  await expect(playground.notices.getByRole('alert')).toContainText(/checkpoint/i);
  await page.getByRole('button', { name: 'Step both' }).click();
  await expect.poll(() => playground.step()).toBe(2);
});

test('an engine that cannot be loaded is named, with what to do', async ({ page }) => {
  await page.route('**/lib/ganlet.js*', (route) => route.abort());
  await page.goto('./');
  const alert = new Playground(page).notices.getByRole('alert');
  await expect(alert).toContainText('could not be loaded');
  await expect(alert).toContainText('Reload');
});

test('asks nothing of any other host, and breaks no rule of its own', async ({ page }) => {
  const foreign: string[] = [];
  const complaints: string[] = [];
  const { origin } = new URL(test.info().project.use.baseURL ?? '');
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !/^(blob|data):/.test(url)) foreign.push(url);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  await playground.trainUntil(async () => (await playground.step()) > 10);
  expect(foreign).toEqual([]);
  expect(complaints).toEqual([]);
});
