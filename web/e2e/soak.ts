/**
 * Prints what a long run keeps: the library's memory, the engine's buffers and the JavaScript heap, as steps go by.
 *
 * GANLET_SOAK chooses the backends (`cpu webgpu`), GANLET_SOAK_STEPS how long, GANLET_SOAK_BATCH the batch: a software
 * adapter takes a batch of 16 several times as fast as the preset's 256.
 */
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
  /** A step, since the last line. */
  ms: number;
  wasm: number;
  buffers: number;
  heap: number;
}

const { GANLET_SOAK = 'cpu webgpu', GANLET_SOAK_STEPS, GANLET_SOAK_BATCH } = process.env;
const STEPS = { cpu: 100_000, webgpu: 3_000 } as const;

/** 1,000, 2,000, 5,000, 10,000 … and the last step. */
function marks(steps: number): number[] {
  const all = [];
  for (let decade = 1000; decade <= steps; decade *= 10) {
    all.push(...[decade, 2 * decade, 5 * decade].filter((step) => step <= steps));
  }
  return all.at(-1) === steps ? all : [...all, steps];
}

for (const backend of ['cpu', 'webgpu'] as const) {
  if (!GANLET_SOAK.split(/\W+/).includes(backend)) continue;
  const steps = Number(GANLET_SOAK_STEPS ?? STEPS[backend]);
  const batch = Number(GANLET_SOAK_BATCH ?? 256);
  test(`ring on ${backend}, batch ${batch}`, async ({ page }) => {
    await page.goto('/');
    await page.exposeFunction('report', ({ step, ms, wasm, buffers, heap }: Held) => {
      const kilo = (bytes: number) => `${Math.round(bytes / 1024)} KiB`;
      console.log(
        `${backend}, step ${step}: wasm memory ${kilo(wasm)}, engine's buffers ${kilo(buffers)}, ` +
          `JavaScript heap ${kilo(heap)}; ${ms.toFixed(1)} ms a step`,
      );
    });
    await page.evaluate(
      async ({ backend, batch, marks }) => {
        const { report, gc } = window as unknown as {
          report: (held: Held) => Promise<void>;
          gc: () => void;
        };
        const at = (path: string): string => new URL(path, document.baseURI).href;
        const library = (await import(at('lib/ganlet.js'))) as { Trainer: TrainerClass };
        const trainer = await library.Trainer.create(JSON.stringify({ preset: 'ring', batch }), {
          backend,
          seed: 0,
        });
        // The module that it runs in is there already, and says again what it exports.
        const cpu = trainer.info().adapter.includes('relaxed') ? 'cpu-relaxed' : 'cpu';
        const module = backend === 'webgpu' ? 'gpu' : cpu;
        const { default: exported } = (await import(at(`lib/${module}/ganlet.js`))) as {
          default: () => Promise<{ memory: WebAssembly.Memory }>;
        };
        const { memory } = await exported();
        // The first thousand steps fill what is kept for good: snapshots, and the history that is drawn.
        for (const step of marks) {
          const began = performance.now();
          const before = trainer.info().step;
          await trainer.train(step - before);
          const ms = (performance.now() - began) / (step - before);
          gc();
          await report({
            step,
            ms,
            wasm: memory.buffer.byteLength,
            buffers: trainer.info().gpu_bytes,
            heap: (performance as unknown as { memory: { usedJSHeapSize: number } }).memory
              .usedJSHeapSize,
          });
        }
        trainer.free();
      },
      { backend, batch, marks: marks(steps) },
    );
  });
}
