/** Where a browser refuses storage, an origin or the clipboard, the page works without, or says in its place what is missing. */
import { expect, type Page, test } from '@playwright/test';
import { Playground } from './playground.ts';
import { served } from './served.ts';

/** As with cookies blocked: even to name the storage is an error. */
const blockStorage = (page: Page) =>
  page.addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches']) {
      Object.defineProperty(window, name, {
        get: () => {
          throw new DOMException('Access is denied for this document.', 'SecurityError');
        },
      });
    }
  });

test('works without storage, and the theme can be chosen all the same', async ({ page }) => {
  await blockStorage(page);
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  await page.getByRole('button', { name: 'Step both' }).click();
  await expect.poll(() => playground.step()).toBe(1);
  await page
    .getByRole('button', { name: /theme|dark|light/i })
    .first()
    .click();
  await expect(playground.notices.getByRole('alert')).toHaveText('');
});

test('works in a sandboxed frame, which has no origin', async ({ page }) => {
  // Playwright's own routes do not reach a worker without an origin.
  const site = await served(test.info().project.use.baseURL ?? '');
  await page.setContent(
    `<iframe sandbox="allow-scripts" style="width: 60rem; height: 40rem" src="${site.origin}/#preset=line-1d&backend=cpu"></iframe>`,
  );
  const frame = page.frameLocator('iframe');
  const step = frame.getByRole('button', { name: 'Step both' });
  await expect(step).toBeEnabled({ timeout: 60_000 });
  await step.click();
  await expect(frame.locator('[data-metric=step]')).toHaveText('1');
  site.close();
});

test('shows what the clipboard does not take', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
  });
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu&seed=5');
  await page
    .getByRole('button', { name: /link|share/i })
    .first()
    .click();
  await expect(playground.notices).toContainText(/Copy this link: .*seed=5/);
});
