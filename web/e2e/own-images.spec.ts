/** Images of one's own: read, looked at, learned, kept and taken away again; and what cannot be used. */
import { expect, type Page, test } from '@playwright/test';
import { zipSync, zlibSync } from 'fflate';
import { findings } from './axe.ts';
import { Playground } from './playground.ts';

interface Given {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** A PNG in grey, row by row. */
function png(width: number, height: number, grey: (x: number, y: number) => number): Uint8Array {
  const raw = new Uint8Array((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) raw[y * (width + 1) + 1 + x] = grey(x, y);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const parts = [
    ['IHDR', header],
    ['IDAT', zlibSync(raw, { level: 1 })],
    ['IEND', []],
  ] as const;
  const chunks = parts.map(([type, content]) => {
    const named = Buffer.concat([Buffer.from(type), Buffer.from(content)]);
    const chunk = Buffer.alloc(8);
    chunk.writeUInt32BE(content.length, 0);
    chunk.writeUInt32BE(crc(named), 4);
    return Buffer.concat([chunk.subarray(0, 4), named, chunk.subarray(4)]);
  });
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...chunks]);
}

function crc(bytes: Uint8Array): number {
  let sum = 0xffff_ffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb8_8320 : 0);
  }
  return ~sum >>> 0;
}

/** Bars across or along, each somewhere else. */
const bar = (i: number): Uint8Array =>
  png(20, 20, (x, y) => (Math.abs((i % 2 ? x : y) - 4 - (i % 12)) < 2 ? 255 : 10 * (i % 5)));

const file = (name: string, content: Uint8Array): Given => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(content),
});

const bars = (count: number): Given[] =>
  Array.from({ length: count }, (_, i) => file(`${i}.png`, bar(i)));

/** A ZIP with a folder for each of two classes, and what does not belong there. */
const archive = (): Given => {
  const folder = (odd: number): Record<string, Uint8Array> =>
    Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i}.png`, bar(2 * i + odd)]));
  const inner = zipSync({ 'a.png': bar(1) });
  const bars = { across: folder(0), along: folder(1) };
  return file('bars.zip', zipSync({ bars, 'cut.png': bar(1).subarray(0, 70), 'inner.zip': inner }));
};

async function give(page: Page, files: Given | Given[]): Promise<void> {
  await page.locator('[data-action=own]').click();
  await page.locator('[data-own=tab-images]').click();
  await page.locator('gan-own-images #files').setInputFiles(files);
}

test('a ZIP is learned, and nothing leaves the page’s origin', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  await give(page, archive());
  const own = page.locator('gan-own-images');
  await expect(own).toContainText('About 62 images, 2 classes: across, along');
  await expect(own).toContainText('56 images to learn from, and 6 held out');
  await expect(own).toContainText('62 images are few');
  await own.locator('[data-own=size]').selectOption('16');
  await own.locator('[data-own=colour]').selectOption('false');
  expect(await findings(page)).toEqual([]);
  await page.locator('[data-own=images]').click();
  await expect(page).toHaveURL(/preset=mnist-dcgan.*own_images/);
  await playground.ready();
  await playground.trainUntil(async () => (await playground.step()) > 8);
  await page.getByRole('button', { name: /^Measure/ }).click();
  await expect(page.locator('gan-measures')).toContainText('nearest training image');
  const origin = new URL(page.url()).origin;
  expect(asked.filter((url) => !url.startsWith(origin) && !/^(blob|data):/.test(url))).toEqual([]);
  expect(asked.length).toBeGreaterThan(5);
});

test('images with labels are made by class, or named', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  await give(page, archive());
  const own = page.locator('gan-own-images');
  await own.locator('[data-own=size]').selectOption('16');
  await own.locator('[data-own=colour]').selectOption('false');
  await own.locator('[data-own=aim]').selectOption('ask');
  await page.locator('[data-own=images]').click();
  await expect(page).toHaveURL(/preset=mnist-cgan.*own_images/);
  await playground.ready();
  await playground.trainUntil(async () => (await playground.step()) > 8);
  await expect(page.locator('gan-stage')).toContainText('across');
  await expect(page.locator('gan-stage')).toContainText('along');

  await page.locator('[data-action=own]').click();
  await own.locator('[data-own=aim]').selectOption('name');
  await expect(own).toContainText('a classifier may know them by heart');
  await page.locator('[data-own=images]').click();
  await expect(page).toHaveURL(/preset=mnist-classifier.*own_images/);
  await playground.ready();
  await playground.trainUntil(async () => (await playground.step()) > 40);
  await page.getByRole('button', { name: /^Measure/ }).click();
  await expect(page.locator('gan-measures')).toContainText(/Right|accuracy/i);
});

test('what is left out is named with its reason', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  await give(page, archive());
  await page.locator('[data-own=images]').click();
  await playground.ready();
  await page.locator('[data-action=own]').click();
  const remarks = page.locator('gan-own-images .remark');
  await expect(remarks.filter({ hasText: 'cut.png' })).toContainText('damaged, cut short');
  await expect(remarks.filter({ hasText: 'inner.zip' })).toContainText('unpack it first');
});

test('a set is kept for the next visit if one says so, and can be removed', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  await give(page, bars(40));
  await page.locator('gan-own-images input[type=text]').fill('some bars');
  await page.locator('[data-own=keep]').check();
  await page.locator('[data-own=images]').click();
  await expect(page).toHaveURL(/own_images/);
  await page.reload();
  await playground.ready();
  await expect(page).toHaveURL(/own_images/);
  await playground.trainUntil(async () => (await playground.step()) > 0);

  await page.locator('[data-action=own]').click();
  await expect(page.locator('gan-own-images section')).toContainText(
    /It promises not to clear any of this|It may clear all of this/,
  );
  await page.getByRole('button', { name: 'Remove some bars' }).click();
  await expect(page.locator('gan-own-images section')).toBeHidden();
  await page.reload();
  await expect(playground.notices).toContainText('“some bars” are somebody');
});

test('a set that was saved is opened again', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  await give(page, bars(24));
  const download = page.waitForEvent('download');
  await page.locator('[data-own=save-set]').click();
  const path = await (await download).path();
  await page.locator('gan-own-images #files').setInputFiles({
    ...file('again.safetensors', await (await import('node:fs/promises')).readFile(path)),
  });
  await expect(page.locator('gan-own-images')).toContainText('24 images, without labels');
  await expect(page.locator('[data-own=size]')).toBeDisabled();
  await page.locator('[data-own=images]').click();
  await expect(page).toHaveURL(/own_images/);
  await playground.ready();
});

test('too little, too much and nothing are said where they were given', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  const problem = page.locator('gan-own-images .problem');
  await give(page, bars(2));
  await page.locator('[data-own=images]').click();
  await expect(problem).toHaveText('2 images are too few: give 20 or more.');
  const files = page.locator('gan-own-images #files');
  await files.setInputFiles(file('words.txt', Buffer.from('no picture at all')));
  await expect(problem).toHaveText('None of it can be read as a picture or an array.');
  // Forty megapixels, with enough in them for a file that is not small.
  const large = png(7300, 5500, (x, y) => (y % 50 === 0 ? (x * 7919) % 256 : 128));
  await files.setInputFiles([file('large.png', large), ...bars(23)]);
  await expect(page.locator('gan-own-images')).toContainText('24 images');
  await expect(problem).toHaveText('');
  await page.locator('[data-own=camera]').click();
  await expect(page.locator('gan-own-camera [role=alert]')).toContainText('choose files');
});
