/**
 * A person's path through the page in every engine that there is: load, train, pause, save, come back, the studio, a lesson
 * of somebody else's. What one engine does otherwise is in here; all else is tested in Chromium alone.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { Engine, Name } from './engine.ts';
import { engines, launch } from './installed.ts';

/** Below 640 pixels tools are folded into a menu; below 1,152 the diagram is a strip. */
const WIDTHS = [480, 1280] as const;
/** WebKitGTK has no WebGPU; the others reach a software adapter. */
const BACKEND: Record<Name, 'cpu' | 'webgpu'> = {
  chromium: 'webgpu',
  firefox: 'webgpu',
  webkit: 'cpu',
};
/** More than enough: these machines are slow, and do other things too. */
const WAIT = { timeout: 90_000 };
test.setTimeout(300_000);

const TRAIN = '[data-action=train]';

async function step(engine: Engine): Promise<number> {
  const text = await engine.text('[data-metric=step]');
  return Number(text.replaceAll(',', ''));
}

const appears = (engine: Engine, selector: string): Promise<void> =>
  expect.poll(() => engine.heights(selector).then((all) => all.length), WAIT).toBeGreaterThan(0);

/** A model is there and waits to be trained. */
const ready = (engine: Engine): Promise<void> => appears(engine, `${TRAIN}:enabled`);

/** Presses the first playground's button until it says so: of several on a page any may be ready first. */
async function press(engine: Engine, says: 'Train' | 'Pause'): Promise<void> {
  const pressed = async (): Promise<boolean> => {
    if ((await engine.text(TRAIN)).includes(says)) return true;
    await engine.click(TRAIN);
    return false;
  };
  await expect.poll(pressed, { ...WAIT, intervals: [2000] }).toBe(true);
}

/** Trains until a step is reached, pauses, and returns where it stands. */
async function trainTo(engine: Engine, wanted: number): Promise<number> {
  await press(engine, 'Pause');
  await expect.poll(() => step(engine), WAIT).toBeGreaterThanOrEqual(wanted);
  await press(engine, 'Train');
  // The chunk that was under way still counts; then the counter stands still.
  let last = -1;
  await expect
    .poll(async () => {
      const before = last;
      last = await step(engine);
      return last === before;
    }, WAIT)
    .toBe(true);
  return last;
}

/** A tool of the page's head, which may be folded. */
async function tool(engine: Engine, name: string, width: number): Promise<void> {
  if (width < 640) await engine.click('.more');
  await engine.click(`[data-action=${name}]`);
}

/** The file that was saved, once it is whole. */
async function saved(folder: string): Promise<string> {
  const whole = async (): Promise<string[]> => {
    const files = (await readdir(folder)).filter((name) => name.endsWith('.safetensors'));
    // Firefox writes under another name first, which is gone when it is asked about.
    const sizes = await Promise.all(
      files.map((name) =>
        stat(join(folder, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    return files.filter((_, i) => (sizes[i] ?? 0) > 0);
  };
  await expect.poll(whole, WAIT).toHaveLength(1);
  return join(folder, (await whole())[0] ?? '');
}

/** How far the page sticks out sideways, and how high the window is. */
function sizes(): { overflow: number; window: number } {
  const { scrollWidth, clientWidth } = document.documentElement;
  return { overflow: scrollWidth - clientWidth, window: innerHeight };
}

for (const name of engines()) {
  for (const width of WIDTHS) {
    test(`${name}, ${width} pixels wide`, async ({ baseURL }, info) => {
      const downloads = info.outputPath('downloads');
      const engine = await launch(name, downloads);
      const look = (what: string): Promise<void> =>
        engine.screenshot(info.outputPath(`${name}-${width}-${what}.png`));
      const fits = async (): Promise<void> => {
        const { overflow, window } = await engine.run(sizes);
        expect(overflow).toBe(0);
        expect(Math.max(...(await engine.heights('canvas')))).toBeLessThanOrEqual(window);
      };
      const open = (address: string): Promise<void> => engine.open(new URL(address, baseURL).href);
      try {
        await engine.resize(width, 800);

        await open(`#preset=ring&batch=32&backend=${BACKEND[name]}`);
        await ready(engine);
        expect((await engine.text('[data-metric=backend]')).toLowerCase()).toBe(BACKEND[name]);
        const diagram = await engine.heights('.diagram canvas');
        expect(diagram).not.toEqual([]);
        const paused = await trainTo(engine, 20);
        expect(await engine.heights('.diagram canvas')).toEqual(diagram);
        await fits();
        await look('ring');

        await tool(engine, 'save', width);
        const file = await saved(downloads);
        await engine.reload();
        await ready(engine);
        await expect.poll(() => step(engine), WAIT).toBe(0);
        await engine.choose('input[type=file]', file);
        await expect.poll(() => step(engine), WAIT).toBe(paused);
        await trainTo(engine, paused + 1);

        await open('?studio#preset=faces-dcgan&backend=cpu');
        await ready(engine);
        await engine.click('[data-action=studio]');
        await appears(engine, '.choose');
        // What is clicked on lies in basket A, and says so in its corner.
        await engine.click('.cells button');
        await appears(engine, '.cells button b');
        await fits();
        await look('studio');

        await open('embed.html');
        await ready(engine);
        await trainTo(engine, 5);
        await fits();
        await look('embed');
      } catch (error) {
        await look('failed').catch(() => undefined);
        throw error;
      } finally {
        await engine.close();
      }
    });
  }
}
