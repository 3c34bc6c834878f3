/**
 * Prints how fast the ring trains in each browser engine: steps that are each awaited, steps of one call, a read-back of
 * samples, and the page, which draws and measures too.
 *
 * GANLET_ENGINES chooses the engines (`firefox chromium webkit`), GANLET_PACE_BACKEND the backend (`webgpu`).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from '@playwright/test';
import type { TrainerClass } from '../src/library.ts';
import type { Engine } from './engines/engine.ts';
import { engines, launch } from './engines/installed.ts';

const { GANLET_PACE_BACKEND = 'webgpu' } = process.env;
const BACKEND = GANLET_PACE_BACKEND === 'cpu' ? 'cpu' : 'webgpu';
const STEPS = 50;
const PAGE_SECONDS = 20;
test.setTimeout(600_000);

interface Took {
  adapter: string;
  inCall: number;
  awaited: number;
  sample: number;
}

/** The library's own calls, in milliseconds; a step's where steps are trained. Runs in the page. */
async function alone(backend: 'webgpu' | 'cpu', steps: number): Promise<Took> {
  const at = (path: string): string => new URL(path, document.baseURI).href;
  const library = (await import(at('lib/ganlet.js'))) as { Trainer: TrainerClass };
  const trainer = await library.Trainer.create('ring', { backend, seed: 0 });
  const timed = async (job: () => Promise<unknown>, times: number): Promise<number> => {
    const start = performance.now();
    for (let i = 0; i < times; i++) await job();
    return (performance.now() - start) / times;
  };
  // The first steps compile, and find out how much fits into a submit.
  await trainer.train(steps);
  await trainer.sample(1024);
  const inCall = (await timed(() => trainer.train(steps), 2)) / steps;
  const awaited = await timed(() => trainer.train(1), 20);
  const sample = await timed(() => trainer.sample(1024), 10);
  const { adapter } = trainer.info();
  trainer.free();
  return { adapter, inCall, awaited, sample };
}

const steps = async (engine: Engine): Promise<number> =>
  Number((await engine.text('[data-metric=step]')).replaceAll(',', ''));

for (const name of engines()) {
  test(`the ring on ${BACKEND} in ${name}`, async ({ baseURL }, info) => {
    const engine = await launch(name, info.outputDir);
    try {
      await engine.resize(1280, 800);
      await engine.open(new URL('bench.html', baseURL).href);
      const { adapter, inCall, awaited, sample } = await engine.run(alone, BACKEND, STEPS);
      const ms = (value: number): string => `${value.toFixed(1)} ms`;
      console.log(
        `${name}, ${adapter}: a step in a call of ${STEPS} ${ms(inCall)}, awaited ${ms(awaited)}, sample(1024) ${ms(sample)}`,
      );
      await engine.open(new URL(`?page#preset=ring&backend=${BACKEND}`, baseURL).href);
      await engine.click('[data-action=train]:enabled');
      await sleep(5000);
      const [before, start] = [await steps(engine), performance.now()];
      await sleep(PAGE_SECONDS * 1000);
      const rate = ((await steps(engine)) - before) / ((performance.now() - start) / 1000);
      const share = (rate * inCall) / 10;
      console.log(
        `${name}, the page: ${rate.toFixed(1)} steps a second, ${share.toFixed(0)} % of the library’s`,
      );
    } finally {
      await engine.close();
    }
  });
}
