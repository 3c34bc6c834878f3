/** What can go wrong is said clearly, and nothing is lost. */
import { readFile } from 'node:fs/promises';
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

test('of a link with values that cannot be, the rest is kept, and all of them are said', async ({
  page,
}) => {
  const playground = new Playground(page);
  await playground.open(
    '#preset=ring&backend=cpu&cost=minimax&batch=64&g_optimizer.lr=5&prior.dim=-3&g_optimizer.beta1=x',
  );
  for (const said of ['“g_optimizer.lr=5”', '“prior.dim=-3”', '“g_optimizer.beta1=x”']) {
    await expect(playground.notices).toContainText(said);
  }
  await expect(playground.notices.getByRole('alert')).toHaveText('');
  await expect(page).toHaveURL(/#preset=ring&backend=cpu&batch=64&cost=minimax$/);
});

test('a batch that does not fit is named with one that does, and leaves the model as it was', async ({
  page,
}) => {
  const playground = new Playground(page);
  await playground.open('#preset=faces-dcgan&backend=cpu&batch=8192&scratch=1&seed=3');
  await expect(playground.notices).toContainText(
    /“batch=8192”: field `batch`: 8192 samples at once are too many here: .* use \d+ or fewer/,
  );
  await expect(page).toHaveURL(/#preset=faces-dcgan&seed=3&backend=cpu&scratch=1$/);
});

test('an engine that ends is begun anew, and the model comes back', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  await page.getByRole('button', { name: 'Step both' }).click();
  await expect.poll(() => playground.step()).toBe(1);
  const [worker] = page.workers();
  // The next task of the engine traps, as it does without memory.
  await worker?.evaluate(() => {
    const trap = new Uint8Array([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0],
      ...[7, 5, 1, 1, 0x74, 0, 0, 10, 5, 1, 3, 0, 0, 0x0b],
    ]);
    const { t } = new WebAssembly.Instance(new WebAssembly.Module(trap)).exports;
    // What the engine makes next is samples, in an array: that is where it ends.
    const Real = Float32Array;
    Object.assign(self, {
      Float32Array: new Proxy(Real, {
        construct: (target, given, newTarget) => {
          if (new Error().stack?.includes('/lib/cpu')) {
            Object.assign(self, { Float32Array: Real });
            (t as () => void)();
          }
          return Reflect.construct(target, given, newTarget) as object;
        },
      }),
    });
  });
  await page.getByRole('button', { name: 'Step both' }).click();
  const alert = playground.notices.getByRole('alert');
  await expect(alert).toContainText('The engine stopped');
  await expect(alert).toContainText(/Back at step [01], on the CPU/);
  await page.getByRole('button', { name: 'Step both' }).click();
  await expect.poll(() => playground.step()).toBeGreaterThan(0);
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
    'broken.safetensors is not a checkpoint, and the model here is as it was',
  );
  // One that was cut short: its header names a tensor that is not there.
  const header = JSON.stringify({ w: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  await page.locator('input[type=file]').setInputFiles({
    name: 'cut.safetensors',
    mimeType: 'application/octet-stream',
    buffer: Buffer.concat([length, Buffer.from(header)]),
  });
  await expect(playground.notices).toContainText(
    /cut\.safetensors was not loaded, and the model here is as it was: the checkpoint is damaged/,
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

test('a checkpoint of a newer version is refused, with the cure', async ({ page }, info) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save' }).click();
  const path = info.outputPath('ring.safetensors');
  await (await download).saveAs(path);
  // The version stands in the text of the file's header, which keeps its length.
  const text = (await readFile(path)).toString('latin1');
  const newer = text.replace(String.raw`\"version\":1`, String.raw`\"version\":9`);
  expect(newer).not.toBe(text);
  await page.locator('input[type=file]').setInputFiles({
    name: 'newer.safetensors',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(newer, 'latin1'),
  });
  await expect(playground.notices.getByRole('alert')).toContainText(
    /newer\.safetensors was not loaded, and the model here is as it was: .*format 9.*reload the page/,
  );
});

test('training that diverges stops at the last good step, and offers a way on', async ({
  page,
}) => {
  const playground = new Playground(page);
  // A Wasserstein critic without a penalty and an absurd rate overflow within a few dozen steps.
  const wild = (player: string) =>
    `${player}_optimizer=${encodeURIComponent('{"kind":"sgd","lr":10}')}`;
  await playground.open(`#preset=ring&backend=cpu&cost=wasserstein&${wild('g')}&${wild('d')}`);
  await playground.train.click();
  const alert = playground.notices.getByRole('alert');
  await expect(alert).toContainText(/diverged at step \d+.*the last good one/);
  await alert.getByRole('button', { name: 'Halve the step sizes and go on' }).click();
  await expect(page).toHaveURL(/lr.*5/);
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

test('neither does a module of it that cannot be loaded leave an empty page without a word', async ({
  page,
}) => {
  await page.route('**/lib/cpu*/*', (route) => route.abort());
  await page.goto('./#preset=ring&backend=cpu');
  const alert = new Playground(page).notices.getByRole('alert').first();
  await expect(alert).toContainText('The engine for the CPU could not be loaded');
  await expect(alert).toContainText('Reload');
});

test('a studio that cannot be loaded is named, and opens when it can be', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=faces-dcgan&backend=cpu');
  await page.route(/gan-studio/, (route) => route.abort());
  const studio = page.getByRole('button', { name: 'Latent studio' });
  await studio.click();
  await expect(playground.notices.getByRole('alert')).toContainText(
    'The studio could not be loaded, and the model here is as it was.',
  );
  await page.unroute(/gan-studio/);
  await studio.click();
  await expect(page.getByRole('heading', { name: 'The latent studio' })).toBeVisible();
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
