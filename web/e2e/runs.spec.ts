/** Runs are kept as they go: they are there after a reload, in a list, and what is dropped, pasted or linked to is opened. */
import { readFile } from 'node:fs/promises';
import { expect, type Page, test } from '@playwright/test';
import { findings } from './axe.ts';
import { Playground } from './playground.ts';

const RING = '#preset=ring&backend=cpu&batch=64';

/** Trains for a while, and waits until the run is kept as it stands. */
async function trained(playground: Playground, beyond = 20): Promise<number> {
  await playground.trainUntil(async () => (await playground.step()) > beyond);
  const step = await playground.step();
  await expect.poll(() => keptSteps(playground.page)).toContain(step);
  return step;
}

/** What the index of the browser says, without the page, which is to make it: opened before, it would be an empty one. */
function keptSteps(page: Page): Promise<number[]> {
  return page.evaluate(async () => {
    const indices = await indexedDB.databases();
    if (!indices.some(({ name }) => name === 'ganlet')) return [];
    return new Promise<number[]>((resolve, reject) => {
      const open = indexedDB.open('ganlet');
      open.onerror = () => {
        reject(new Error('no index'));
      };
      open.onsuccess = () => {
        const database = open.result;
        if (!database.objectStoreNames.contains('runs')) {
          database.close();
          resolve([]);
          return;
        }
        const all = database.transaction('runs').objectStore('runs').getAll();
        all.onsuccess = () => {
          database.close();
          resolve((all.result as { step: number }[]).map(({ step }) => step));
        };
      };
    });
  });
}

/** As if a person dropped them on the page. */
async function drop(page: Page, name: string, content: Buffer, type = ''): Promise<void> {
  const base64 = content.toString('base64');
  const data = await page.evaluateHandle(
    ({ name, base64, type }) => {
      const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], name, { type }));
      return transfer;
    },
    { name, base64, type },
  );
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
}

const paste = (page: Page, text: string): Promise<void> =>
  page.evaluate((text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', text);
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
  }, text);

async function saved(page: Page, path: string): Promise<Buffer> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save' }).click();
  await (await download).saveAs(path);
  return readFile(path);
}

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Runs' });
const runs = (page: Page) => page.getByRole('button', { name: 'Runs', exact: true });

test('a run goes on after a reload, from where it was kept, and asks nothing on leaving', async ({
  page,
}) => {
  const asked: string[] = [];
  page.on('dialog', (one) => {
    asked.push(one.message());
    void one.accept();
  });
  const playground = new Playground(page);
  await playground.open(RING);
  const step = await trained(playground);
  await page.reload();
  await playground.ready();
  // A link opens what it says; the run is offered, and nothing else happens by itself.
  expect(await playground.step()).toBe(0);
  const offer = page.getByText(`Your last run is kept: Ring of eight with batch 64, step`);
  await expect(offer).toBeVisible();
  expect(await findings(page)).toEqual([]);
  await page.getByRole('button', { name: 'Go on with it' }).click();
  await expect.poll(() => playground.step()).toBe(step);
  await expect(offer).toBeHidden();
  await expect(page).toHaveURL(/batch=64/);
  await expect(page.locator('gan-curves')).not.toContainText('Press Train');
  // It goes on as the same run.
  const further = await trained(playground, step + 10);
  expect(await keptSteps(page)).toEqual([further]);
  // And a crash in the midst of training loses seconds.
  await playground.train.click();
  await expect
    .poll(async () => ((await keptSteps(page))[0] ?? 0) > further, { timeout: 60_000 })
    .toBe(true);
  await page.goto('about:blank');
  await playground.open();
  await expect(page.getByText(/Your last run is kept/)).toBeVisible();
  expect(asked).toEqual([]);
});

test('what was begun here is not replaced by the last run', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open(RING);
  const step = await trained(playground);
  await page.goto('about:blank');
  await playground.open('#preset=moons&backend=cpu');
  await expect(page.getByText(/Your last run is kept/)).toBeVisible();
  const other = await trained(playground);
  await expect(page.getByText(/Your last run is kept/)).toBeHidden();
  expect((await keptSteps(page)).sort()).toEqual([step, other].sort());
  await expect(page).toHaveURL(/preset=moons/);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the list names, opens, lays beside, renames and deletes (${colorScheme})`, async ({
    page,
  }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const playground = new Playground(page);
    await playground.open(RING);
    await runs(page).click();
    await expect(dialog(page)).toContainText('There are none yet');
    await page.keyboard.press('Escape');
    const step = await trained(playground);
    await page.getByRole('button', { name: 'Reset' }).click();
    await expect.poll(() => playground.step()).toBe(0);
    const second = await trained(playground);

    await runs(page).click();
    const rows = dialog(page).locator('[data-run]');
    await expect(rows).toHaveCount(2);
    await expect(rows.first()).toContainText('on the page now');
    const row = rows.last();
    await expect(row.getByRole('heading')).toHaveText('Ring of eight with batch 64');
    await expect(row).toContainText(`Step ${step}`);
    await expect(row).toContainText(/\d KB/);
    await expect(row.getByRole('img')).toBeVisible();
    await expect(dialog(page)).toContainText(/In all: [\d.]+ MB\. This browser has room for about/);
    expect(await findings(page)).toEqual([]);

    await row.getByRole('button', { name: 'Rename' }).click();
    await row.getByRole('textbox').fill('My first ring');
    await page.keyboard.press('Enter');
    await expect(row.getByRole('heading')).toHaveText('My first ring');
    await expect(row).toContainText('Ring of eight with batch 64');

    await row.getByRole('button', { name: 'Compare' }).click();
    await expect.poll(() => playground.step()).toBe(step);
    await expect(page.getByRole('region', { name: 'The run before' })).toContainText(
      `step ${second}`,
    );

    await runs(page).click();
    // The name stays while it trains on.
    await expect(rows.filter({ hasText: 'My first ring' })).toContainText('on the page now');
    const other = rows.filter({ hasNotText: 'My first ring' });
    await other.getByRole('button', { name: 'Delete' }).click();
    expect(await findings(page)).toEqual([]);
    await other.getByRole('button', { name: 'Cancel' }).click();
    await expect(rows).toHaveCount(2);
    await other.getByRole('button', { name: 'Delete' }).click();
    await other.getByRole('button', { name: 'Delete' }).click();
    await expect(rows).toHaveCount(1);
    expect(await keptSteps(page)).toEqual([step]);
  });
}

test('a browser is asked to clear nothing when a run is named, and not before', async ({
  page,
}) => {
  await page.addInitScript(() => {
    const state = { asked: 0 };
    Object.assign(window, { persistence: state });
    StorageManager.prototype.persisted = () => Promise.resolve(state.asked > 0);
    StorageManager.prototype.persist = () => Promise.resolve(++state.asked > 0);
  });
  const asked = () =>
    page.evaluate(
      () => (window as unknown as { persistence: { asked: number } }).persistence.asked,
    );
  const playground = new Playground(page);
  await playground.open(RING);
  await trained(playground);
  await runs(page).click();
  await expect(dialog(page)).toContainText('It may clear all of this when it runs short of room');
  expect(await asked()).toBe(0);
  const row = dialog(page).locator('[data-run]');
  await row.getByRole('button', { name: 'Rename' }).click();
  await row.getByRole('textbox').fill('My ring');
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toContainText('It promises not to clear any of this by itself.');
  expect(await asked()).toBe(1);
});

test('the list fits a phone of 360 pixels', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  const playground = new Playground(page);
  await playground.open(RING);
  await trained(playground);
  await page.getByRole('button', { name: 'More' }).click();
  await runs(page).click();
  await expect(dialog(page).locator('[data-run]')).toHaveCount(1);
  expect(await playground.overflow()).toBe(0);
  expect(await findings(page)).toEqual([]);
});

test('a full disk is said, and training goes on', async ({ page }) => {
  await page.addInitScript(() => {
    FileSystemFileHandle.prototype.createWritable = () =>
      Promise.reject(new DOMException('No room.', 'QuotaExceededError'));
  });
  const playground = new Playground(page);
  await playground.open(RING);
  await playground.train.click();
  await expect(playground.notices).toContainText(
    /could not be kept in this browser \(QuotaExceededError\).*delete some under “Runs”.*Training goes on/,
  );
  const step = await playground.step();
  await expect.poll(() => playground.step()).toBeGreaterThan(step);
  await playground.pause.click();
  expect(await keptSteps(page)).toEqual([]);
});

test('a file that was saved is opened by a drop, and what is none is refused in words', async ({
  page,
}, info) => {
  const playground = new Playground(page);
  await playground.open(RING);
  const step = await trained(playground);
  const file = await saved(page, info.outputPath('ring.safetensors'));
  await playground.open('#preset=moons&backend=cpu');
  await page.reload();
  await playground.ready();
  await drop(page, 'ring.safetensors', file);
  await playground.says('ring.safetensors loaded at step');
  await expect.poll(() => playground.step()).toBe(step);

  const alert = playground.notices.getByRole('alert');
  await drop(page, 'broken.safetensors', Buffer.from('not a checkpoint'));
  await expect(alert).toContainText('broken.safetensors is not a checkpoint');
  await drop(page, 'thesis.pdf', Buffer.from('%PDF'));
  await expect(alert).toContainText('thesis.pdf is not something that this page can open');
  await drop(page, 'bad.json', Buffer.from('{"preset": "ri'));
  await expect(alert).toContainText('bad.json was not opened: it is not JSON');
  await drop(page, 'cat.png', Buffer.from('a picture'), 'image/png');
  await expect(alert).toContainText('cat.png is an image, not a checkpoint');
  expect(await playground.step()).toBe(step);

  await page.getByRole('button', { name: 'Step both' }).click();
  await expect.poll(() => playground.step()).toBe(step + 1);
  await drop(page, 'mine.json', Buffer.from('{"preset": "ring", "batch": 32, "no_such": 1}'));
  await expect(page).toHaveURL(/#preset=ring&backend=cpu&batch=32$/);
  await expect(playground.notices).toContainText('“no_such”: this version has no such setting');
  await page.getByRole('button', { name: `Back to step ${step + 1}` }).click();
  await expect.poll(() => playground.step()).toBe(step + 1);

  const points = Array.from({ length: 12 }, (_, i) => `${i}, ${i % 5}`).join('\n');
  await drop(page, 'points.csv', Buffer.from(points));
  await expect(page.getByRole('textbox', { name: /A table of points/ })).toHaveValue(points);
});

test('a config, a link and a table are opened by pasting them, and fields keep what is pasted there', async ({
  page,
}) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  await paste(page, '{"preset": "ring", "batch": 32}');
  await expect(page).toHaveURL(/batch=32/);
  await paste(page, 'https://elsewhere.example/play/#preset=moons&backend=cpu&seed=9');
  await expect(page).toHaveURL(/127\.0\.0\.1.*#preset=moons&seed=9&backend=cpu$/);
  await playground.ready();
  await paste(page, 'Dear reader');
  await expect(playground.notices).toContainText('not a link, a config or a table');
  await paste(page, '1\n2\n3\n4\n5\n6\n7\n8\n9');
  await expect(page.getByRole('textbox', { name: /A table of points/ })).toHaveValue(/^1\n2/);
});

test('a link opens a file of this host once somebody agrees, and of no other', async ({
  page,
}, info) => {
  const playground = new Playground(page);
  await playground.open(RING);
  const step = await trained(playground);
  const file = await saved(page, info.outputPath('given.safetensors'));
  const foreign: string[] = [];
  let asked = 0;
  await page.route('**/given/*', async (route) => {
    asked += 1;
    const isThere = route.request().url().endsWith('ring.safetensors');
    await route.fulfill(isThere ? { body: file } : { status: 404, body: '' });
  });
  await page.route('https://elsewhere.example/**', async (route) => {
    foreign.push(route.request().url());
    await route.abort();
  });
  const open = async (address: string): Promise<void> => {
    await page.goto('about:blank');
    await playground.open(`#open=${encodeURIComponent(address)}`);
  };

  await open('given/ring.safetensors');
  await expect(playground.notices).toContainText(
    /The link is to open ring\.safetensors from 127\.0\.0\.1/,
  );
  expect(asked).toBe(0);
  await page.getByRole('button', { name: 'Fetch and open it' }).click();
  await playground.says('ring.safetensors loaded at step');
  expect(await playground.step()).toBe(step);
  expect(asked).toBe(1);

  await open('given/gone.safetensors');
  await page.getByRole('button', { name: 'Fetch and open it' }).click();
  await expect(playground.notices.getByRole('alert')).toContainText(/it answered 404/);

  await open('https://elsewhere.example/ring.safetensors');
  await expect(playground.notices.getByRole('alert')).toContainText(
    /open ring\.safetensors from elsewhere\.example\. This page asks no other site/,
  );
  await open('file:///home/me/ring.safetensors');
  await expect(playground.notices.getByRole('alert')).toContainText('drop ring.safetensors');
  expect(foreign).toEqual([]);
});

test('in somebody else’s page nothing is kept or offered', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open(RING);
  await trained(playground);
  const kept = await keptSteps(page);
  await page.goto('./embed.html');
  const game = page.locator('gan-playground').first();
  await expect(game.getByRole('button', { name: 'Train', exact: true })).toBeEnabled({
    timeout: 60_000,
  });
  await game.getByRole('button', { name: 'Train', exact: true }).click();
  await page.waitForTimeout(4000);
  await expect(page.getByText(/Your last run is kept/)).toHaveCount(0);
  await expect(runs(page)).toHaveCount(0);
  expect(await keptSteps(page)).toEqual(kept);
});
