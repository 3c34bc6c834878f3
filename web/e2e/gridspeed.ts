/** Prints how many grids of 64 digits a second the CPU backend decodes: through the library alone, and in the studio
 * while a person drags the truncation. */
import { expect, type Page, test } from '@playwright/test';
import type { TrainerClass } from '../src/library.ts';
import { Playground } from './playground.ts';

const MS = 8000;
const GRID = 64;

/** The library's own calls, milliseconds each. */
async function alone(page: Page): Promise<Record<string, number>> {
  return page.evaluate(
    async ({ MS, GRID }) => {
      const at = (path: string): string => new URL(path, document.baseURI).href;
      const library = (await import(at('lib/ganlet.js'))) as {
        default: () => Promise<unknown>;
        Trainer: TrainerClass;
      };
      await library.default();
      const file = await fetch(at('models/mnist-dcgan.safetensors'));
      const trainer = await library.Trainer.load(new Uint8Array(await file.arrayBuffer()), {
        backend: 'cpu',
        dataUrl: at('data/'),
      });
      const images = await trainer.generate(trainer.latents(GRID, { seed: 0 }));
      const jobs: Record<string, (seed: number) => unknown> = {
        latents: (seed) => trainer.latents(GRID, { seed }),
        generate: (seed) => trainer.generate(trainer.latents(GRID, { seed })),
        classify: () => trainer.classify(images),
      };
      const took: Record<string, number> = {};
      for (const [name, job] of Object.entries(jobs)) {
        await job(0);
        const start = performance.now();
        let n = 0;
        while (performance.now() - start < MS / 2) await job(++n);
        took[name] = (performance.now() - start) / n;
      }
      trainer.free();
      return took;
    },
    { MS, GRID },
  );
}

test('the library alone', async ({ page }) => {
  await page.goto('./bench.html');
  const took = await alone(page);
  const { generate = NaN } = took;
  const each = Object.entries(took).map(([name, ms]) => `${name} ${ms.toFixed(1)} ms`);
  console.log(`library alone: ${(1000 / generate).toFixed(1)} grids a second (${each.join(', ')})`);
});

test('dragging in the studio', async ({ page }) => {
  // Every grid is asked for once the last one is there.
  await page.addInitScript(() => {
    const scope = window as unknown as { grids: number };
    scope.grids = 0;
    // Called below with the worker that it belongs to.
    // eslint-disable-next-line @typescript-eslint/unbound-method
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (this: Worker, ...args: [unknown]) {
      if ((args[0] as { call?: string }).call === 'samples') scope.grids += 1;
      postMessage.apply(this, args);
    };
  });
  const playground = new Playground(page);
  await playground.open('#preset=mnist-dcgan&backend=cpu');
  await page.getByRole('button', { name: 'Latent studio' }).click();
  await expect(page.locator('gan-studio .choose > .says')).not.toContainText('…', {
    timeout: 60_000,
  });
  const box = await page.getByLabel('Truncation').boundingBox();
  if (!box) throw new Error('there is no slider');
  const y = box.y + box.height / 2;
  const grids = () => page.evaluate(() => (window as unknown as { grids: number }).grids);
  await page.mouse.move(box.x + box.width / 2, y);
  await page.mouse.down();
  const [before, start] = [await grids(), Date.now()];
  for (let i = 0; Date.now() - start < MS; i++) {
    await page.mouse.move(box.x + box.width * (0.5 + 0.45 * Math.sin(i / 9)), y);
  }
  const seconds = (Date.now() - start) / 1000;
  console.log(`in the studio: ${(((await grids()) - before) / seconds).toFixed(1)} grids a second`);
  await page.mouse.up();
});
