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
  await expect(playground.notices.getByRole('alert')).toContainText(
    /broken\.safetensors was not loaded, and the model here is as it was: the checkpoint is damaged/,
  );
  await page.locator('input[type=file]').setInputFiles({
    name: 'cat.png',
    mimeType: 'image/png',
    buffer: Buffer.from('a picture'),
  });
  await expect(playground.notices).toContainText('cat.png is an image, not a checkpoint');
  await page.getByRole('button', { name: 'Step both' }).click();
  await expect.poll(() => playground.step()).toBe(2);
});

test('a lost GPU is named, and the model goes on, on the CPU', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=line-1d&backend=cpu');
  // The next device is kept at hand, to be taken away.
  const [worker] = page.workers();
  await worker?.evaluate(() => {
    const scope = self as unknown as { GPUAdapter: { prototype: Adapter }; device?: Device };
    interface Device {
      destroy(): void;
    }
    interface Adapter {
      requestDevice(this: Adapter, options?: unknown): Promise<Device>;
    }
    const { prototype } = scope.GPUAdapter;
    // Called below with the adapter that it belongs to.
    // eslint-disable-next-line @typescript-eslint/unbound-method
    const { requestDevice } = prototype;
    prototype.requestDevice = async function (options) {
      scope.device = await requestDevice.call(this, options);
      return scope.device;
    };
  });
  await page.getByLabel('Runs on').locator('visible=true').selectOption('webgpu');
  await expect.poll(() => playground.backend(), { timeout: 120_000 }).toBe('WebGPU');
  await playground.ready();
  await page.getByRole('button', { name: 'Step both' }).click();
  await expect.poll(() => playground.step()).toBe(1);
  await worker?.evaluate(() => {
    (self as unknown as { device: { destroy(): void } }).device.destroy();
  });
  await page.getByRole('button', { name: 'Step both' }).click();
  await expect(playground.notices.getByRole('alert')).toContainText('lost');
  await page.getByRole('button', { name: /Go on, on the CPU/ }).click();
  await expect.poll(() => playground.backend()).toBe('CPU');
  await playground.ready();
  await page.getByRole('button', { name: 'Step both' }).click();
  await expect.poll(() => playground.step()).toBeGreaterThan(0);
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
