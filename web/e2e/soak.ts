/** Prints what a long run keeps: the library's memory, the engine's buffers and the JavaScript heap, as steps go by. */
import { test } from '@playwright/test';
import type { TrainerClass } from '../src/library.ts';
import { base } from './browser.ts';

const { launchOptions } = base.use;
test.use({
  launchOptions: {
    ...launchOptions,
    args: [...launchOptions.args, '--enable-precise-memory-info', '--js-flags=--expose-gc'],
  },
});
test.setTimeout(3_600_000);

interface Held {
  step: number;
  wasm: number;
  buffers: number;
  heap: number;
}

for (const { backend, steps } of [
  { backend: 'cpu', steps: 100_000 },
  { backend: 'webgpu', steps: 3_000 },
] as const) {
  test(`ring on ${backend}`, async ({ page }) => {
    await page.goto('/');
    await page.exposeFunction('report', ({ step, wasm, buffers, heap }: Held) => {
      const kilo = (bytes: number) => `${Math.round(bytes / 1024)} KiB`;
      console.log(
        `${backend}, step ${step}: wasm memory ${kilo(wasm)}, engine's buffers ${kilo(buffers)}, ` +
          `JavaScript heap ${kilo(heap)}`,
      );
    });
    await page.evaluate(
      async ({ backend, steps }) => {
        const { report, gc } = window as unknown as {
          report: (held: Held) => Promise<void>;
          gc: () => void;
        };
        const url = new URL('lib/ganlet.js', document.baseURI).href;
        const library = (await import(url)) as {
          default: () => Promise<{ memory: WebAssembly.Memory }>;
          Trainer: TrainerClass;
        };
        const { memory } = await library.default();
        const trainer = await library.Trainer.create('ring', { backend, seed: 0 });
        const every = Math.max(steps / 10, 1000);
        // The first thousand steps fill what is kept for good: snapshots, and the history that is drawn.
        for (let step = 1000; step <= steps; step = step === 1000 ? every : step + every) {
          await trainer.train(step - trainer.info().step);
          gc();
          await report({
            step,
            wasm: memory.buffer.byteLength,
            buffers: trainer.info().gpu_bytes,
            heap: (performance as unknown as { memory: { usedJSHeapSize: number } }).memory
              .usedJSHeapSize,
          });
        }
        trainer.free();
      },
      { backend, steps },
    );
  });
}
