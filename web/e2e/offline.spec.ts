/** The page without a network, and its next version. */
import { expect, type Page, test } from '@playwright/test';
import { Playground } from './playground.ts';
import { served } from './served.ts';

test.use({ serviceWorkers: 'allow' });

/** The page's first visit has ended: its files are kept. */
const kept = (page: Page) =>
  page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });

test('after the first visit it needs no network', async ({ page, baseURL }) => {
  const site = await served(baseURL ?? '');
  await page.goto(`${site.origin}/#preset=ring&backend=cpu`);
  const playground = new Playground(page);
  await playground.ready();
  await kept(page);
  site.close();
  await expect(page.request.get(site.origin)).rejects.toThrow('ECONNREFUSED');

  await page.reload();
  await playground.ready();
  await playground.train.click();
  await expect.poll(() => playground.step()).toBeGreaterThan(5);
  await playground.pause.click();
  // Another game of those that make their own data, and the other engine.
  await page.goto(`${site.origin}/?again#preset=line-1d&backend=webgpu`);
  await playground.ready();
  await expect(page.locator('[data-metric="backend"]')).toHaveText('WebGPU');
});

test('data are kept as they are used', async ({ page, baseURL }) => {
  const site = await served(baseURL ?? '');
  await page.goto(`${site.origin}/#preset=ring&backend=cpu`);
  const playground = new Playground(page);
  await playground.ready();
  await kept(page);
  // Faces are in no first visit; from the second on the worker is there and keeps what comes.
  await page.goto(`${site.origin}/?with#preset=faces-dcgan&backend=cpu`);
  await playground.ready();
  site.close();
  await page.reload();
  await playground.ready();
  await expect(page.getByRole('button', { name: 'Sample 3', exact: true })).toBeVisible();
});

test('a new version is offered, not in the middle of a run, and taken when asked', async ({
  page,
  baseURL,
}) => {
  let isNew = false;
  const site = await served(baseURL ?? '', async (path, text) =>
    isNew && path === './sw.js' ? `${await text()}\n// Another one.` : undefined,
  );
  // A run that is not over before it is looked at.
  await page.goto(`${site.origin}/#preset=ring&backend=cpu&steps=1000000`);
  const playground = new Playground(page);
  await playground.ready();
  await kept(page);
  await page.reload();
  await playground.ready();
  await playground.train.click();
  // What is ready before the engine has begun is offered, rightly.
  await expect(playground.pause).toBeVisible();

  isNew = true;
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const waiting = new Promise<void>((resolve) => {
      registration.addEventListener('updatefound', () => {
        const worker = registration.installing;
        worker?.addEventListener('statechange', () => {
          if (worker.state === 'installed') resolve();
        });
      });
    });
    await registration.update();
    await waiting;
  });
  const offer = page.getByRole('button', { name: 'Load it' });
  await expect.poll(() => playground.step()).toBeGreaterThan(20);
  await expect(offer).toBeHidden();
  await playground.pause.click();
  await expect(offer).toBeVisible();
  const scripts = () =>
    page.evaluate(() => navigator.serviceWorker.controller?.scriptURL !== undefined);
  expect(await scripts()).toBe(true);
  await Promise.all([page.waitForEvent('load'), offer.click()]);
  await playground.ready();
  const left = await page.evaluate(async () => (await navigator.serviceWorker.ready).waiting);
  expect(left).toBeNull();
  site.close();
});
