/**
 * Draws the small pictures of the preset menu from models that were trained for it: `npm run thumbnails`, or of some presets alone
 * `GANLET_ONLY="ring moons" npm run thumbnails`. It needs the built site (`cargo xtask build`) and takes the CPU backend, seed 1.
 *
 * Toys train to the end of their runs; real points are blue, samples lie over them. Models that ship trained are taken as they
 * are, and so are those of GANLET_CHECKPOINTS, a folder in which `ganlet run PRESET --seed 1 --out FOLDER/PRESET` left some.
 * Other images train for GANLET_SECONDS (120 unless set), which on a CPU is less than their runs, and show
 * nine samples. What cannot be recognized then is deleted again: a preset without a picture has an empty place in the menu.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import type { Preset, TrainerClass } from '../src/library.ts';
import { DARK, LIGHT } from '../src/style/palette.ts';

const FOLDER = 'src/thumbnails';
/** Pixels of a side; the menu shows half as many. */
const SIDE = 80;
const SECONDS = Number(process.env.GANLET_SECONDS ?? 120);
const only = process.env.GANLET_ONLY?.split(/[\s,]+/);
/** Where the page finds the checkpoint of a preset that is given. */
const GIVEN = 'given/';

/** The file of a preset's checkpoint, where one is given. */
function given(preset: string): string | undefined {
  const folder = process.env.GANLET_CHECKPOINTS;
  const file = folder && `${folder}/${preset}/model.safetensors`;
  return file && existsSync(file) ? file : undefined;
}

interface Drawn {
  step: number;
  webp: string;
}

/** `trained` is the address of a model that has learned, if there is one. */
async function draw(page: Page, preset: Preset, trained?: string): Promise<Drawn | undefined> {
  return page.evaluate(
    async ({ name, length, trained, SIDE, SECONDS, real: blue, fake: orange }) => {
      const at = (path: string): string => new URL(path, document.baseURI).href;
      const library = (await import(at('lib/ganlet.js'))) as {
        default: () => Promise<unknown>;
        Trainer: TrainerClass;
      };
      await library.default();
      const options = { backend: 'cpu', seed: 1, dataUrl: at('data/') } as const;
      const file = trained && (await fetch(at(trained)));
      const trainer = file
        ? await library.Trainer.load(new Uint8Array(await file.arrayBuffer()), options)
        : await library.Trainer.create(name, options);
      const { data, views } = trainer.info();
      if (!views.some(({ kind }) => kind === 'decode' || kind === 'chain')) return undefined;
      const end = data.kind === 'image' ? performance.now() + 1000 * SECONDS : Infinity;
      while (!file && trainer.info().step < length && performance.now() < end) {
        await trainer.train(Math.min(10, length - trainer.info().step));
      }
      const canvas = new OffscreenCanvas(SIDE, SIDE);
      const ctx = canvas.getContext('2d');
      if (!ctx) throw new Error('no canvas');
      if (data.kind === 'image') {
        // As many as stay recognizable: digits are small, faces are not.
        const side = data.channels > 1 ? 2 : 3;
        const samples = await trainer.sample(side * side);
        const channels = Math.max(1, data.channels);
        const size = data.width * data.height * channels;
        const [low, high] = data.range;
        const sheet = new OffscreenCanvas(data.width, data.height);
        const cell = SIDE / side;
        ctx.imageSmoothingQuality = 'high';
        for (let n = 0; n < side * side; n++) {
          const pixels = new ImageData(data.width, data.height);
          for (let p = 0; p < data.width * data.height; p++) {
            for (let c = 0; c < 3; c++) {
              const value = samples[n * size + p * channels + Math.min(c, channels - 1)] ?? low;
              pixels.data[4 * p + c] = (255 * (value - low)) / (high - low);
            }
            pixels.data[4 * p + 3] = 255;
          }
          sheet.getContext('2d')?.putImageData(pixels, 0, 0);
          const [x, y] = [(n % side) * cell, Math.floor(n / side) * cell];
          ctx.drawImage(sheet, x + 1, y + 1, cell - 2, cell - 2);
        }
      } else if (data.dim === 1) {
        // How many land where, as two outlines.
        const bins = 32;
        const points = [await trainer.real(4096), await trainer.sample(4096)];
        const [low, high] = data.bounds ?? [-4, 4];
        const shares = points.map((values) => {
          const found = new Array<number>(bins).fill(0);
          for (const value of values) {
            const bin = Math.floor(((value - low) / (high - low)) * bins);
            if (bin >= 0 && bin < bins) found[bin] = (found[bin] ?? 0) + 1;
          }
          return found;
        });
        const most = Math.max(...shares.flat());
        shares.forEach((found, i) => {
          ctx.beginPath();
          found.forEach((count, bin) => {
            ctx.lineTo(((bin + 0.5) / bins) * SIDE, SIDE - 6 - (count / most) * (SIDE - 16));
          });
          ctx.strokeStyle = i === 0 ? blue : orange;
          ctx.lineWidth = 3;
          ctx.lineJoin = 'round';
          ctx.stroke();
        });
      } else {
        const layers = [
          { points: await trainer.real(1024), count: 160, radius: 2.6, colour: blue },
          { points: await trainer.sample(1024), count: 160, radius: 1.5, colour: orange },
        ];
        const all = [...(layers[0]?.points ?? [])].map(Math.abs);
        const reach = Math.max(...all) * 1.12;
        for (const { points, count, radius, colour } of layers) {
          ctx.fillStyle = colour;
          for (let i = 0; i < count; i++) {
            const [x = 0, y = 0] = [points[2 * i], points[2 * i + 1]];
            ctx.beginPath();
            ctx.arc((x / reach + 1) * (SIDE / 2), (1 - y / reach) * (SIDE / 2), radius, 0, 7);
            ctx.fill();
          }
        }
      }
      const { step } = trainer.info();
      trainer.free();
      const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.35 });
      const bytes = new Uint8Array(await blob.arrayBuffer());
      return { step, webp: btoa(String.fromCharCode(...bytes)) };
    },
    {
      name: preset.name,
      length: preset.steps,
      trained,
      SIDE,
      SECONDS,
      // The pair that shows on light and on dark paper.
      real: DARK.real,
      fake: LIGHT.fake,
    },
  );
}

test('thumbnails', async ({ page }) => {
  test.setTimeout(0);
  mkdirSync(FOLDER, { recursive: true });
  await page.goto('./bench.html');
  const json = async (path: string): Promise<unknown> =>
    (await page.request.get(`./${path}`)).json();
  const { presets } = (await json('lib/ganlet.json')) as { presets: Preset[] };
  const trained = (await json('models/index.json')) as string[];
  const sets = (await json('data/index.json')) as string[];
  const wanted = presets.filter(
    ({ name, group, data }) =>
      group !== 'bench' &&
      (group !== 'images' || sets.includes(data)) &&
      (only?.includes(name) ?? true),
  );
  expect(wanted.length).toBeGreaterThan(0);
  await page.route(`**/${GIVEN}*`, (route) => {
    const path = given(new URL(route.request().url()).pathname.split('/').at(-1) ?? '');
    return path ? route.fulfill({ path }) : route.abort();
  });
  for (const preset of wanted) {
    const { name } = preset;
    const shipped = trained.includes(name) ? `models/${name}.safetensors` : undefined;
    const drawn = await draw(page, preset, given(name) ? GIVEN + name : shipped);
    if (!drawn) {
      console.log(`${name}: it makes no samples`);
      continue;
    }
    const bytes = Buffer.from(drawn.webp, 'base64');
    writeFileSync(`${FOLDER}/${name}.webp`, bytes);
    console.log(`${name}: ${bytes.length} bytes, at step ${drawn.step} of ${preset.steps}`);
  }
});
