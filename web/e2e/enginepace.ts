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
import { engines, launch } from './engines/installed.ts';
import { served } from './served.ts';

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

/** What the worker's calls have taken until a moment, in milliseconds, and the steps trained. */
interface Calls {
  now: number;
  steps: number;
  took: Record<string, { calls: number; ms: number }>;
}

/**
 * Adds up what the library's calls take, and tells whoever asks. Stands at the end of the library's module for trainers, since no
 * driver reaches the workers of every engine.
 */
function watch(Guarded: { prototype: object }): void {
  const took: Calls['took'] = {};
  let steps = 0;
  for (const name of ['train', 'sample', 'askAll', 'evaluate', 'save', 'history']) {
    const call = Reflect.get(Guarded.prototype, name) as (...args: unknown[]) => unknown;
    const timed = function (this: unknown, ...args: unknown[]): unknown {
      const start = performance.now();
      const result = call.apply(this, args);
      const done = (): void => {
        if (name === 'train') steps += args[0] as number;
        const sum = (took[name] ??= { calls: 0, ms: 0 });
        sum.calls += 1;
        sum.ms += performance.now() - start;
      };
      void Promise.resolve(result).then(done, done);
      return result;
    };
    Reflect.set(Guarded.prototype, name, timed);
  }
  const channel = new BroadcastChannel('calls');
  channel.onmessage = ({ data }) => {
    // The page before this one, where the library was timed alone, and its worker may still be there.
    if (data === 'tell' && steps > 0 && !('document' in globalThis))
      channel.postMessage({ now: performance.now(), steps, took });
  };
}

/** What the worker's calls have taken so far. Runs in the page. */
const calls = (): Promise<Calls> =>
  new Promise((resolve) => {
    const channel = new BroadcastChannel('calls');
    channel.onmessage = ({ data }) => {
      channel.close();
      resolve(data as Calls);
    };
    channel.postMessage('tell');
  });

/** How many steps a second were trained between two moments, and what else the worker did. */
function spent(before: Calls, after: Calls): { rate: number; spent: string } {
  const seconds = (after.now - before.now) / 1000;
  const ms = (...names: string[]): number =>
    names.reduce(
      (sum, name) => sum + (after.took[name]?.ms ?? 0) - (before.took[name]?.ms ?? 0),
      0,
    );
  const share = (...names: string[]): string => `${(ms(...names) / seconds / 10).toFixed(0)} %`;
  // The curves are fetched before every picture.
  const pictures = (after.took.history?.calls ?? 0) - (before.took.history?.calls ?? 0);
  const each = `${(pictures / seconds).toFixed(1)} pictures a second of ${(ms('sample', 'askAll') / pictures).toFixed(1)} ms`;
  return {
    rate: (after.steps - before.steps) / seconds,
    spent: `${share('train')} trains, ${share('sample', 'askAll')} makes ${each}, ${share('evaluate')} measures, ${share('save')} keeps checkpoints`,
  };
}

for (const name of engines()) {
  for (const preset of GANLET_PACE_PRESETS.split(/[\s,]+/)) {
    test(`${preset} on ${BACKEND} in ${name}`, async ({ baseURL }, info) => {
      const site = await served(baseURL ?? '', async (path, text) =>
        path === './lib/trainer.js' ? `${await text()}(${watch.toString()})(Guarded);` : undefined,
      );
      const engine = await launch(name, info.outputDir);
      const library = async (): Promise<number> => {
        await engine.open(`${site.origin}/bench.html`);
        const took = await engine.run(alone, preset, BACKEND, CALL_MS);
        const ms = (value: number): string => `${value.toFixed(1)} ms`;
        console.log(
          `${preset}, ${name}, ${took.adapter}: a step in a call of ${took.steps} ${ms(took.inCall)}, awaited ${ms(took.awaited)}, sample(64) ${ms(took.sample)}`,
        );
        return took.inCall;
      };
      try {
        await engine.resize(1280, 800);
        const earlier = await library();
        await engine.open(
          `${site.origin}/?page#preset=${preset}&steps=100000&scratch&backend=${BACKEND}`,
        );
        await engine.click('[data-action=train]:enabled');
        await sleep(5000);
        const before = await engine.run(calls);
        await sleep(PAGE_SECONDS * 1000);
        const page = spent(before, await engine.run(calls));
        // Before and after: the machine may have had something else to do meanwhile.
        const inCall = (earlier + (await library())) / 2;
        console.log(
          `${preset}, ${name}, the page: ${page.rate.toFixed(1)} steps a second, ${((page.rate * inCall) / 10).toFixed(0)} % of the library’s; its worker: ${page.spent}`,
        );
      } finally {
        await engine.close();
        site.close();
      }
    });
  }
}
