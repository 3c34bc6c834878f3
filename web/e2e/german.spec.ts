/** The page in German: chosen by the browser, by the link and at the foot of the page; nothing that is read stays English. */
import { expect, type Page, test } from '@playwright/test';
import { findings } from './axe.ts';

test.use({ locale: 'de-AT' });

const train = (page: Page) => page.getByRole('button', { name: 'Trainieren', exact: true });

/** What stands on the page with words that are English and no German; names of papers and settings are neither. */
async function english(page: Page): Promise<string[]> {
  const text = await page.evaluate(() => {
    const texts: string[] = [];
    const walk = (root: Document | ShadowRoot | Element): void => {
      for (const node of root.childNodes) {
        if (node instanceof Text) texts.push(node.data);
        if (!(node instanceof Element) || /^(style|script|math)$/i.test(node.tagName)) continue;
        // Papers are called as they are.
        if (node.matches('a[href^="https:"]')) continue;
        for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
          texts.push(node.getAttribute(name) ?? '');
        }
        // What a lesson or the foot of the page calls the other language stays in it.
        if (node.getAttribute('lang') !== 'en') walk(node.shadowRoot ?? node);
      }
    };
    walk(document.body);
    return texts;
  });
  const words = /\b(the|and|of|with|this|that|is|are|to|from|for|by|not|your?)\b/i;
  return text.filter((one) => words.test(one));
}

test('the browser’s language is that of the page, from the first word to an error', async ({
  page,
}) => {
  await page.goto('./#backend=cpu');
  await expect(train(page)).toBeEnabled({ timeout: 120_000 });
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expect(page.locator('gan-intro')).toContainText('Fälscher');
  await page.locator('[data-action=understood]').click();
  await train(page).click();
  await expect(page.locator('gan-curves')).toContainText('Verlust von D');
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.locator('gan-measures summary').click();
  expect(await english(page)).toEqual([]);
  expect(await findings(page)).toEqual([]);

  await page.goto('./#preset=ring&backend=cpu&batch=0');
  await expect(page.locator('gan-notices')).toContainText('batch', { timeout: 120_000 });
  expect(await english(page)).toEqual([]);
});

test('settings, menu and dialogs are German too', async ({ page }) => {
  await page.goto('./#preset=ring&backend=cpu');
  await expect(train(page)).toBeEnabled({ timeout: 120_000 });
  await page.locator('[data-action=settings]').click();
  await expect(page.locator('gan-settings')).toContainText('Diskriminator');
  expect(await english(page)).toEqual([]);
  await page.keyboard.press('Escape');
  for (const action of ['own', 'kept', 'take', 'keys']) {
    await page.locator(`[data-action=${action}]`).first().click();
    await expect(page.getByRole('dialog').first()).toBeVisible();
    expect({ action, words: await english(page) }).toEqual({ action, words: [] });
    await page.keyboard.press('Escape');
  }
});

test('the foot of the page and the link turn it to English, and back', async ({ page }) => {
  await page.goto('./#preset=line-1d&backend=cpu');
  await expect(train(page)).toBeEnabled({ timeout: 120_000 });
  await page.locator('[data-language]').click();
  await expect(page.getByRole('button', { name: 'Train', exact: true })).toBeEnabled({
    timeout: 120_000,
  });
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(page).toHaveURL(/preset=line-1d/);
  await page.goto('./?lang=de#preset=line-1d&backend=cpu');
  await expect(train(page)).toBeEnabled({ timeout: 120_000 });
});

test('where its words do not come, the page is English', async ({ page }) => {
  await page.route(/assets\/german-/, (route) => route.abort());
  await page.goto('./#preset=line-1d&backend=cpu');
  await expect(page.getByRole('button', { name: 'Train', exact: true })).toBeEnabled({
    timeout: 120_000,
  });
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
});

test('a lesson in German has a game in German, whose words work', async ({ page }) => {
  await page.goto('./learn/de/mode-collapse.html');
  const game = page.locator('gan-playground');
  await expect(game.getByRole('button', { name: 'Trainieren', exact: true })).toBeEnabled({
    timeout: 120_000,
  });
  await page.locator('[data-do^="train"]').first().click();
  await expect(page.locator('.said')).toContainText('Schritt', { timeout: 120_000 });
  await expect(page.locator('output[data-live=modes]').first()).toHaveText(/^\d$/);
  expect(await english(page)).toEqual([]);
  await page.getByRole('link', { name: 'English' }).click();
  await expect(page).toHaveURL(/learn\/mode-collapse\.html/);
});
