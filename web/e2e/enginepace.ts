/**
 * Prints how fast presets train in each browser engine: steps that are each awaited, steps of one call, a read-back of
 * samples, and the page, which draws and measures too; and what the page's worker spends its time on.
 *
 * GANLET_ENGINES chooses the engines (`firefox chromium webkit`), GANLET_PACE_BACKEND the backend (`webgpu`),
 * GANLET_PACE_PRESETS the presets (`ring`).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from '@playwright/test';
import type { TrainerClass } from '../src/library.ts';
import type { Engine } from './engines/engine.ts';
import { engines, launch } from './engines/installed.ts';

const { GANLET_PACE_BACKEND = 'webgpu', GANLET_PACE_PRESETS = 'ring' } = process.env;
const BACKEND = GANLET_PACE_BACKEND === 'cpu' ? 'cpu' : 'webgpu';
/** What a call of several steps should take, in milliseconds. */
const CALL_MS = 1500;
const PAGE_SECONDS = 20;
test.setTimeout(600_000);

interface Took {
  adapter: string;
  steps: number;
  inCall: number;
  awaited: number;
  sample: number;
}

/** The library's own calls, in milliseconds; a step's where steps are trained. Runs in the page. */
async function alone(preset: string, backend: 'webgpu' | 'cpu', callMs: number): Promise<Took> {
  const at = (path: string): string => new URL(path, document.baseURI).href;
  const library = (await import(at('lib/ganlet.js'))) as { Trainer: TrainerClass };
  const trainer = await library.Trainer.create(preset, { backend, seed: 0, dataUrl: at('data/') });
  const timed = async (job: () => Promise<unknown>, times: number): Promise<number> => {
    const start = performance.now();
    for (let i = 0; i < times; i++) await job();
    return (performance.now() - start) / times;
  };
  // The first steps compile, and find out how much fits into a submit.
  await trainer.train(5);
  await trainer.sample(64);
  const step = await timed(() => trainer.train(5), 1);
  const steps = Math.max(1, Math.round((callMs * 5) / step));
  const inCall = (await timed(() => trainer.train(steps), 3)) / steps;
  const awaited = await timed(() => trainer.train(1), Math.min(steps, 20));
  const sample = await timed(() => trainer.sample(64), 10);
  const { adapter } = trainer.info();
  trainer.free();
  return { adapter, steps, inCall, awaited, sample };
}

type Calls = Record<string, { calls: number; ms: number }>;

/** Adds up what the library's calls take from now on. Runs in the worker. */
async function watch(library: string): Promise<void> {
  const { Guarded } = (await import(library)) as { Guarded: { prototype: object } };
  const took: Calls = {};
  Object.assign(globalThis, { took });
  for (const name of ['train', 'sample', 'ask', 'evaluate', 'save', 'history']) {
    const call = Reflect.get(Guarded.prototype, name) as (...args: unknown[]) => unknown;
    const timed = function (this: unknown, ...args: unknown[]): unknown {
      const start = performance.now();
      const result = call.apply(this, args);
      const done = (): void => {
        const sum = (took[name] ??= { calls: 0, ms: 0 });
        sum.calls += 1;
        sum.ms += performance.now() - start;
      };
      void Promise.resolve(result).then(done, done);
      return result;
    };
    Reflect.set(Guarded.prototype, name, timed);
  }
}

const watched = (): Calls => structuredClone((globalThis as unknown as { took: Calls }).took);

/** What a second of the worker goes to, and what a picture takes, which is preceded by the latest of the curves. */
function spent(took: Calls, seconds: number): string {
  const ms = (...names: string[]): number =>
    names.reduce((sum, name) => sum + (took[name]?.ms ?? 0), 0);
  const share = (...names: string[]): string => (ms(...names) / seconds / 10).toFixed(0);
  const pictures = took.history?.calls ?? 0;
  return [
    `${share('train')} % of the worker’s time trains`,
    `${share('sample', 'ask')} % makes ${(pictures / seconds).toFixed(1)} pictures a second of ${(ms('sample', 'ask') / pictures).toFixed(1)} ms`,
    `${share('evaluate')} % measures`,
    `${share('save')} % keeps checkpoints`,
  ].join(', ');
}

const steps = async (engine: Engine): Promise<number> =>
  Number((await engine.text('[data-metric=step]')).replaceAll(',', ''));

for (const name of engines()) {
  for (const preset of GANLET_PACE_PRESETS.split(/[\s,]+/)) {
    test(`${preset} on ${BACKEND} in ${name}`, async ({ baseURL }, info) => {
      const at = (path: string): string => new URL(path, baseURL).href;
      const engine = await launch(name, info.outputDir);
      try {
        await engine.resize(1280, 800);
        await engine.open(at('bench.html'));
        const took = await engine.run(alone, preset, BACKEND, CALL_MS);
        const ms = (value: number): string => `${value.toFixed(1)} ms`;
        console.log(
          `${preset}, ${name}, ${took.adapter}: a step in a call of ${took.steps} ${ms(took.inCall)}, awaited ${ms(took.awaited)}, sample(64) ${ms(took.sample)}`,
        );
        await engine.open(at(`?page#preset=${preset}&scratch&backend=${BACKEND}`));
        await engine.click('[data-action=train]:enabled');
        await sleep(5000);
        await engine.inWorker(watch, at('lib/trainer.js'));
        const [before, start] = [await steps(engine), performance.now()];
        await sleep(PAGE_SECONDS * 1000);
        const seconds = (performance.now() - start) / 1000;
        const rate = ((await steps(engine)) - before) / seconds;
        const share = (rate * took.inCall) / 10;
        console.log(
          `${preset}, ${name}, the page: ${rate.toFixed(1)} steps a second, ${share.toFixed(0)} % of the library’s`,
        );
        const calls = await engine.inWorker(watched);
        if (calls) console.log(`${preset}, ${name}: ${spent(calls, seconds)}`);
      } finally {
        await engine.close();
      }
    });
  }
}
