import { test } from '@playwright/test';
import { Playground } from './playground.ts';
test('settings', async ({ page }) => {
  const playground = new Playground(page);
  await page.setViewportSize({ width: 1280, height: 800 });
  await playground.open(`#preset=ring&backend=cpu`);
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.waitForTimeout(600);
  await page.screenshot({ path: '/tmp/shots/settings.png' });
  await page.getByText('Advanced').first().click();
  await page.waitForTimeout(600);
  await page.screenshot({ path: '/tmp/shots/settings2.png', fullPage: true });
});
