import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Library } from '../src/library.ts';
import {
  type CallName,
  type Calls,
  type Event,
  type FromWorker,
  type Model,
  type Request,
  SHOW,
  type Show,
  type Timing,
} from '../src/protocol.ts';
import { LOOK, PACES } from '../src/state/slow.ts';
import { configText, Engine } from '../src/worker/engine.ts';
import { arraysOf, DENSITY_SIDE, describeModel, makeFrame } from '../src/worker/frames.ts';
import * as mock from './mock-library.ts';

const CREATE: Calls['create']['args'] = {
  preset: 'ring',
  seed: 0,
  backend: 'cpu',
  overrides: {},
  headStart: 0,
};

class Bench {
  readonly sent: FromWorker[] = [];
  #id = 0;
  /** What slow motion sleeps for, in milliseconds. */
  sleep = (_ms: number): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 1));
  readonly engine = new Engine({
    post: (message) => this.sent.push(message),
    load: () => Promise.resolve(mock as Library),
    now: () => performance.now(),
    breathe: () => new Promise((resolve) => setTimeout(resolve)),
    sleep: async (ms) => {
      await this.sleep(ms);
    },
  });

  async call<K extends CallName>(call: K, args: Calls[K]['args']): Promise<FromWorker> {
    const id = ++this.#id;
    await this.engine.handle({ id, call, args } as Request);
    const reply = this.sent.find((message) => 'id' in message && message.id === id);
    if (!reply) throw new Error(`no reply to ${call}`);
    return reply;
  }

  events<E extends Event['event']>(name: E): Extract<Event, { event: E }>[] {
    return this.sent.filter(
      (message): message is Extract<Event, { event: E }> =>
        'event' in message && message.event === name,
    );
  }
}

const until = async (met: () => boolean): Promise<void> => {
  while (!met()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('the engine', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = new Bench();
    await bench.call('open', { library: '', data: '' });
  });

  it('answers with the model first, then sends its picture and its numbers', async () => {
    expect(await bench.call('create', CREATE)).toMatchObject({ ok: true });
    await until(() => bench.events('evaluation').length > 0);
    const order = bench.sent.map((message) => ('event' in message ? message.event : 'reply'));
    expect(order.lastIndexOf('reply')).toBeLessThan(order.indexOf('frame'));
    expect(order.lastIndexOf('reply')).toBeLessThan(order.indexOf('metrics'));
  });

  it('reports compile progress', async () => {
    await bench.call('create', CREATE);
    expect(bench.events('progress').map(({ progress }) => progress.done)).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
  });

  it('trains until it is paused, and sends every step’s numbers once', async () => {
    await bench.call('create', CREATE);
    await bench.call('play', { until: undefined });
    for (let n = 0; n < 4; n++) {
      await until(() => bench.events('frame').length > n);
      await bench.call('drawn', null);
    }
    await bench.call('pause', null);
    const steps = bench.events('metrics').flatMap(({ series }) => [...(series.step ?? [])]);
    expect(steps.length).toBeGreaterThan(2);
    expect(steps).toEqual(steps.map((_, i) => i));
    const before = bench.sent.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(bench.sent.slice(before).some((m) => 'event' in m && m.event === 'metrics')).toBe(false);
  });

  it('stops by itself at the step that it was asked to train to', async () => {
    await bench.call('create', CREATE);
    await bench.call('play', { until: 7 });
    await until(() => bench.events('running').some(({ running }) => !running));
    await until(() => bench.events('evaluation').at(-1)?.evaluation.step === 7);
    expect(bench.events('metrics').at(-1)?.step).toBe(7);
    // There already, it trains no further.
    await bench.call('play', { until: 7 });
    await until(() => bench.events('running').filter(({ running }) => !running).length === 2);
    expect(bench.events('metrics').at(-1)?.step).toBe(7);
  });

  it('sends no new frame before the last one was drawn', async () => {
    await bench.call('create', CREATE);
    await until(() => bench.events('frame').length === 1);
    await bench.call('play', { until: undefined });
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(bench.events('frame')).toHaveLength(1);
    await bench.call('pause', null);
  });

  it('keeps the running model when a new one cannot be made', async () => {
    await bench.call('create', CREATE);
    await bench.call('step', { update: undefined });
    const refused = await bench.call('create', { ...CREATE, preset: 'nothing' });
    expect(refused).toMatchObject({ ok: false });
    expect(refused).toHaveProperty('failure.message', expect.stringContaining('unknown preset'));
    await bench.call('step', { update: undefined });
    expect(bench.events('metrics').at(-1)?.step).toBe(2);
  });

  it('tells a structural change from a live one', async () => {
    await bench.call('create', CREATE);
    expect(await bench.call('set', { path: 'g_optimizer.lr', value: 0.002 })).toMatchObject({
      ok: true,
      result: { config: { g_optimizer: { lr: 0.002 } } },
    });
    expect(await bench.call('set', { path: 'batch', value: 64 })).toMatchObject({
      ok: false,
      failure: { code: 'structural' },
    });
  });

  it('hands over what was trained when another model takes its place', async () => {
    const asideOf = (reply: FromWorker) => {
      if (!('ok' in reply) || !reply.ok) throw new Error('refused');
      return (reply.result as Model).aside;
    };
    expect(asideOf(await bench.call('create', CREATE))).toBeUndefined();
    expect(asideOf(await bench.call('reset', { seed: 1 }))).toBeUndefined();
    await bench.call('step', { update: undefined });
    const aside = asideOf(await bench.call('create', { ...CREATE, preset: 'line-1d' }));
    expect(aside?.step).toBe(1);
    const bytes = aside?.bytes ?? new Uint8Array();
    expect(await bench.call('load', { bytes, backend: 'cpu', name: '' })).toMatchObject({
      ok: true,
      result: { info: { step: 1 }, config: { preset: 'ring' } },
    });
    await bench.call('step', { update: undefined });
    expect(asideOf(await bench.call('reset', { seed: 2 }))?.step).toBe(2);
  });

  it('moves a model to another device without saving it twice', async () => {
    await bench.call('create', CREATE);
    await bench.call('step', { update: undefined });
    await until(() => bench.events('evaluation').length > 0);
    const save = vi.spyOn(mock.Trainer.prototype, 'save');
    const moved = await bench.call('move', { backend: 'webgpu' });
    expect(moved).toMatchObject({ ok: true, result: { info: { backend: 'webgpu', step: 1 } } });
    expect(moved).not.toHaveProperty('result.aside');
    const from = save.mock.contexts.map((trainer) => (trainer as mock.Trainer).info().backend);
    expect(from.filter((backend) => backend === 'cpu')).toHaveLength(1);
    save.mockRestore();
  });

  it('makes samples of the latents that it is given, and of the same ones where it is given none', async () => {
    await bench.call('create', { ...CREATE, preset: 'mnist-mlp' });
    const sample = async (latents?: Float32Array) => {
      const answer = await bench.call('sample', { n: 3, latents });
      if (!('ok' in answer) || !answer.ok) throw new Error('no samples');
      return answer.result as { samples: Float32Array; latents: Float32Array };
    };
    const own = await sample();
    expect(own.latents).toHaveLength(3 * 100);
    expect(own.samples).toHaveLength(3 * 784);
    expect(await sample()).toEqual(own);
    expect(await sample(own.latents)).toEqual(own);
    const two = own.latents.slice(0, 200);
    expect(await sample(two)).toMatchObject({ latents: two, samples: { length: 2 * 784 } });
  });

  it('takes a checkpoint back where it was saved', async () => {
    await bench.call('create', CREATE);
    await bench.call('step', { update: undefined });
    const saved = await bench.call('save', null);
    if (!('ok' in saved) || !saved.ok) throw new Error('not saved');
    await bench.call('reset', { seed: 1 });
    const bytes = saved.result as Uint8Array;
    expect(await bench.call('load', { bytes, backend: 'cpu', name: '' })).toMatchObject({
      ok: true,
      result: { info: { step: 1 } },
    });
    expect(
      await bench.call('load', { bytes: bytes.slice(3), backend: 'cpu', name: '' }),
    ).toMatchObject({
      ok: false,
    });
  });

  it('goes on from any step of the run, as it was then', async () => {
    await bench.call('create', CREATE);
    await until(() => bench.events('evaluation').length > 0);
    const text = async (): Promise<string> => {
      const saved = await bench.call('save', null);
      if (!('ok' in saved) || !saved.ok) throw new Error('not saved');
      return new TextDecoder().decode(saved.result as Uint8Array);
    };
    const trainTo = async (step: number): Promise<void> => {
      const before = bench.events('running').length;
      await bench.call('play', { until: step });
      await until(() => bench.events('running').length >= before + 2);
    };
    const rate = (value: number) => bench.call('set', { path: 'g_optimizer.lr', value });
    const straight = new Map<number, string>();
    await trainTo(7);
    straight.set(7, await text());
    await rate(0.25);
    await trainTo(12);
    for (const update of ['d', 'd', 'g', 'd']) await bench.call('step', { update });
    straight.set(13, await text());
    await rate(0.125);
    await trainTo(20);
    straight.set(20, await text());
    // Back and forth; each branch has what is kept of the way up to it.
    for (const step of [20, 13, 7]) {
      const reply = await bench.call('branch', { step });
      expect(reply).toMatchObject({ ok: true, result: { info: { step } } });
      expect(await text()).toBe(straight.get(step));
    }
    await rate(0.25);
    await trainTo(12);
    for (const update of ['d', 'd', 'g', 'd']) await bench.call('step', { update });
    expect(await text()).toBe(straight.get(13));
    expect(await bench.call('branch', { step: 7 })).toMatchObject({
      ok: true,
      result: { aside: { step: 13 } },
    });
  });

  it.each([
    [{ kind: 'step', step: 40 }, (step: number) => step === 40],
    [{ kind: 'time', seconds: 0.2 }, (step: number) => step > 0 && step < 1e6],
    [
      { kind: 'metric', name: 'd_fake', bound: '>=', value: 0.2 },
      (step: number) => step > 0 && step < 1e6,
    ],
    [
      { kind: 'metric', name: 'kl', bound: '<=', value: 2.05 },
      (step: number) => step > 0 && step < 1e6,
    ],
  ] as const)('stops by itself at %o, and says why', async (stop, fits) => {
    await bench.call('create', CREATE);
    const end = stop.kind === 'step' ? stop.step : 1e6;
    await bench.call('play', { until: end, stop });
    await until(() => bench.events('running').some(({ running }) => !running));
    expect(bench.events('running').at(-1)).toMatchObject({ running: false, reached: stop });
    await until(() => fits(bench.events('metrics').at(-1)?.step ?? -1));
  });

  it('refuses to wait for a number that never comes', async () => {
    await bench.call('create', CREATE);
    const stop = { kind: 'metric', name: 'fame', bound: '>=', value: 1 } as const;
    const reply = await bench.call('play', { until: 10, stop });
    expect(reply).toMatchObject({ ok: false, failure: { code: 'input' } });
    expect(JSON.stringify(reply)).toMatch(/stop: there is no metric “fame” here; .*d_loss.*modes/);
    expect(bench.events('running')).toEqual([]);
  });

  it('says from where on it can go back', async () => {
    await bench.call('create', { ...CREATE, headStart: 5 });
    await until(() => bench.events('evaluation').length > 0);
    await bench.call('save', null);
    expect(await bench.call('branch', { step: 3 })).toMatchObject({
      ok: false,
      failure: {
        code: 'input',
        message: 'Nothing is kept of step 3: choose a picture from step 5 on.',
      },
    });
  });

  it('shows each player’s move in slow motion', async () => {
    await bench.call('create', CREATE);
    await bench.call('speed', { slow: 'fast' });
    await bench.call('play', { until: undefined });
    await until(() => bench.events('phase').length >= 4);
    await bench.call('pause', null);
    expect(
      bench
        .events('phase')
        .slice(0, 4)
        .map(({ phase }) => phase),
    ).toEqual(['d', 'g', 'd', 'g']);
    expect(bench.events('phase').at(-1)?.phase).toBeUndefined();
    expect(await bench.call('speed', { slow: undefined })).toMatchObject({ ok: true });
  });

  it('moves weights at the end of what slow motion shows, and not when it is paused before', async () => {
    await bench.call('create', CREATE);
    const sleeps: { ms: number; end: (value: unknown) => void }[] = [];
    bench.sleep = (ms) => new Promise((end) => sleeps.push({ ms, end }));
    await bench.call('speed', { slow: 'slow' });
    await bench.call('play', { until: undefined });
    await until(() => sleeps.length === 1);
    expect(sleeps[0]?.ms).toBe(PACES.slow * (1 - LOOK));
    await bench.call('pause', null);
    const before = bench.events('metrics').length;
    sleeps[0]?.end(null);
    await bench.call('play', { until: undefined });
    await until(() => sleeps.length === 2);
    expect(bench.events('metrics').length).toBe(before);
    sleeps[1]?.end(null);
    await until(() => sleeps.length === 3);
    expect(sleeps[2]?.ms).toBe(PACES.slow * LOOK);
    expect(bench.events('metrics').length).toBe(before + 1);
    await bench.call('pause', null);
    sleeps[2]?.end(null);
  });

  it('plays on with the old model until a new one is ready, and makes only the last that was asked for', async () => {
    await bench.call('create', CREATE);
    await bench.call('play', { until: undefined });
    const first = bench.call('create', { ...CREATE, preset: 'line-1d' });
    const second = bench.call('create', { ...CREATE, preset: 'ring', seed: 5 });
    expect(bench.events('running').at(-1)?.running).toBe(true);
    expect(await first).toMatchObject({ ok: false, failure: { code: 'superseded' } });
    expect(await second).toMatchObject({ ok: true, result: { info: { seed: 5 } } });
    expect(bench.events('running').at(-1)?.running).toBe(false);
    expect(await bench.call('step', { update: undefined })).toMatchObject({ ok: true });
    expect(bench.events('metrics').at(-1)?.step).toBe(1);
  });

  it('does not begin a model when another was asked for before its turn', async () => {
    const create = vi.spyOn(mock.Trainer, 'create');
    const seeds = [1, 2, 3].map((seed) => bench.call('create', { ...CREATE, seed }));
    const oks = (await Promise.all(seeds)).map((reply) => 'ok' in reply && reply.ok);
    expect(oks).toEqual([false, false, true]);
    expect(create).toHaveBeenCalledTimes(1);
    create.mockRestore();
  });

  it('counts a round of moves as the one step that it is', async () => {
    await bench.call('create', CREATE);
    await bench.call('step', { update: undefined });
    await bench.call('speed', { slow: 'fast' });
    await bench.call('play', { until: undefined });
    await until(() => bench.events('phase').length >= 5);
    await bench.call('pause', null);
    const shown = (name: string): number =>
      bench.events('phase').filter(({ phase }) => phase === name).length;
    const step = bench.events('metrics').at(-1)?.step ?? 0;
    // The move that was shown when it was paused may not have been taken: weights move at the end.
    expect([shown('g') - 1, shown('g')]).toContain(step - 1);
    expect(step).toBeGreaterThanOrEqual(3);
    expect(bench.events('frame').at(-1)?.frame.step).toBe(step);
    const steps = bench.events('metrics').flatMap(({ series }) => [...(series.step ?? [])]);
    // Those of a round under way stand at its step.
    expect([shown('d') - 1, shown('d')]).toContain(Math.max(...steps));
    const saved = await bench.call('save', null);
    if (!('ok' in saved) || !saved.ok) throw new Error('not saved');
    expect(
      await bench.call('load', { bytes: saved.result as Uint8Array, backend: 'cpu', name: '' }),
    ).toMatchObject({
      ok: true,
      result: { info: { step: step }, aside: { step: step } },
    });
  });

  it('shows what a move of D changes, within the step, and keeps it when another model comes', async () => {
    await bench.call('create', CREATE);
    await bench.call('step', { update: undefined });
    for (let i = 0; i < 3; i++) {
      const before = bench.events('metrics').length;
      await bench.call('step', { update: 'd' });
      const sent = bench.events('metrics').slice(before);
      expect(sent.map(({ step, series }) => [step, ...(series.step ?? [])])).toEqual([[1, 1]]);
    }
    await bench.call('step', { update: 'g' });
    expect(bench.events('metrics').at(-1)?.step).toBe(2);
    await bench.call('reset', { seed: 1 });
    await bench.call('step', { update: 'd' });
    expect(await bench.call('reset', { seed: 2 })).toMatchObject({
      result: { aside: { step: 0 } },
    });
  });

  it('trains in one loop, however often it is paused and begun', async () => {
    await bench.call('create', CREATE);
    await bench.call('speed', { slow: 'fast' });
    for (let i = 0; i < 5; i++) {
      await bench.call('play', { until: undefined });
      await bench.call('pause', null);
    }
    const before = bench.events('phase').length;
    await bench.call('play', { until: undefined });
    await until(() => bench.events('phase').length >= before + 6);
    await bench.call('pause', null);
    const phases = bench
      .events('phase')
      .slice(before, before + 6)
      .map(({ phase }) => phase);
    expect(phases).toEqual(['d', 'g', 'd', 'g', 'd', 'g']);
  });

  it('goes on, on the CPU, from its last checkpoint when the GPU is lost', async () => {
    await bench.call('create', { ...CREATE, backend: 'webgpu', headStart: 5 });
    await until(() => bench.events('evaluation').length > 0);
    mock.loseDevice();
    await bench.call('play', { until: undefined });
    await until(() => bench.events('failure').length > 0);
    expect(bench.events('failure')[0]?.failure).toMatchObject({ code: 'lost' });
    expect(bench.events('running').at(-1)?.running).toBe(false);
    expect(await bench.call('recover', null)).toMatchObject({
      ok: true,
      result: { info: { backend: 'cpu', step: 5 } },
    });
    expect(await bench.call('step', { update: undefined })).toMatchObject({ ok: true });
  });

  it('goes on from its last checkpoint when the engine ended', async () => {
    await bench.call('create', { ...CREATE, headStart: 5 });
    await until(() => bench.events('evaluation').length > 0);
    mock.endEngine();
    expect(await bench.call('step', { update: undefined })).toMatchObject({
      ok: false,
      failure: { code: 'lost' },
    });
    expect(await bench.call('recover', null)).toMatchObject({
      ok: true,
      result: { info: { backend: 'cpu', step: 5 } },
    });
    expect(await bench.call('step', { update: undefined })).toMatchObject({ ok: true });
  });

  it('loses nothing but a few steps when the engine ends while it makes another model', async () => {
    await bench.call('create', CREATE);
    for (let i = 0; i < 3; i++) await bench.call('step', { update: undefined });
    const create = vi.spyOn(mock.Trainer, 'create').mockImplementationOnce(() => {
      mock.endEngine();
      return Promise.reject(Object.assign(new Error('fini'), { code: 'lost' }));
    });
    expect(await bench.call('create', { ...CREATE, preset: 'moons' })).toMatchObject({
      failure: { code: 'lost' },
    });
    create.mockRestore();
    expect(await bench.call('recover', null)).toMatchObject({
      result: { info: { step: 3 }, config: { preset: 'ring' } },
    });
  });

  it('is not lost itself when another engine ends while it makes a model', async () => {
    await bench.call('create', CREATE);
    vi.spyOn(mock.Trainer, 'create').mockRejectedValueOnce(
      Object.assign(new Error('fini'), { code: 'lost' }),
    );
    expect(await bench.call('create', { ...CREATE, preset: 'moons' })).toMatchObject({
      failure: { code: 'unsupported', message: 'fini' },
    });
    expect(await bench.call('step', { update: undefined })).toMatchObject({ ok: true });
  });

  it('times a preset and leaves the model alone', async () => {
    await bench.call('create', CREATE);
    await bench.call('step', { update: undefined });
    const timed = await bench.call('bench', { preset: 'ring', backend: 'cpu' });
    expect(timed).toMatchObject({
      ok: true,
      result: { preset: 'ring', backend: 'cpu', losses: { length: 3 } },
    });
    const { msPerStep } = (timed as { result: Timing }).result;
    expect(msPerStep).toHaveLength(5);
    expect(Math.min(...msPerStep)).toBeGreaterThan(0);
    await bench.call('step', { update: undefined });
    expect(bench.events('metrics').at(-1)?.step).toBe(2);
  }, 20_000);

  it('says what to do when there is no model', async () => {
    expect(await bench.call('step', { update: 'd' })).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining('choose a preset') as string },
    });
  });
});

it('nests overrides into one config', () => {
  const overrides = { 'g_optimizer.lr': 0.1, 'g_optimizer.beta1': 0.5, batch: 32 };
  expect(JSON.parse(configText({ preset: 'ring', overrides }))).toEqual({
    preset: 'ring',
    g_optimizer: { lr: 0.1, beta1: 0.5 },
    batch: 32,
  });
});

describe('a picture', () => {
  const frameOf = async (preset: string, show: Partial<Show> = {}) => {
    const trainer = await mock.Trainer.create(preset);
    const model = await describeModel(trainer);
    return { trainer, frame: await makeFrame(trainer, model, { ...SHOW, ...show }) };
  };

  it('of a model without a score has samples and no scores, and is stepped by its one update', async () => {
    const { frame } = await frameOf('ring-vae');
    expect(frame.fake).toHaveLength(2048);
    expect(frame.scores).toBeUndefined();

    const bench = new Bench();
    await bench.call('open', { library: '', data: '' });
    await bench.call('create', { ...CREATE, preset: 'ring-vae' });
    await bench.call('speed', { slow: 'fast' });
    await bench.call('play', { until: undefined });
    await until(() => bench.events('phase').length > 1);
    await bench.call('pause', null);
    expect(bench.events('phase')[1]?.phase).toBe('vae');
    expect(bench.events('failure')).toEqual([]);
    expect(await bench.call('step', { update: 'vae' })).toMatchObject({ ok: true });
    expect(bench.events('metrics').at(-1)?.series.vae_loss).toBeDefined();
  });

  it('of images takes one trip to the device, and has each sample\u2019s own score', async () => {
    const { trainer, frame } = await frameOf('mnist-mlp');
    expect(trainer.trips).toBe(1);
    expect(trainer.asked.map(({ view }) => view)).toEqual(['scored', 'discriminate']);
    expect(frame.fake).toEqual(await trainer.sample(64));
    expect(frame.scores).toEqual(await trainer.discriminate(frame.fake));
    expect(frame.realScores).toHaveLength(64);
  });

  it('of the plane has densities of more samples than it shows, while a layer asks for them', async () => {
    expect((await frameOf('ring')).frame.densities).toBeUndefined();
    const { trainer, frame } = await frameOf('ring', { ratio: true });
    expect(trainer.trips).toBe(1);
    expect(frame.fake).toHaveLength(2048);
    expect(frame.densities?.data).toHaveLength(DENSITY_SIDE ** 2);
    expect(frame.densities?.one).toBeGreaterThan(0);
    expect(arraysOf(frame)).toContain(frame.densities?.model);
    // The classic figure estimates its own from what it shows.
    expect((await frameOf('line-1d', { optimal: true })).frame.densities).toBeUndefined();
  });

  it('of points takes one trip too', async () => {
    const { trainer, frame } = await frameOf('ring', { grid: true });
    expect(trainer.trips).toBe(1);
    expect(frame.fake).toHaveLength(2048);
    expect(frame.scores).toBeDefined();
    expect(frame.warped).toBeDefined();
  });

  it('is of the class that was chosen, and has scores only of one', async () => {
    const all = await frameOf('ring-cgan', { grid: true });
    expect(all.frame.scores).toBeUndefined();
    expect(all.frame.warped).toBeUndefined();
    const { trainer, frame } = await frameOf('ring-cgan', { grid: true, choice: 5 });
    expect(frame.scores).toBeDefined();
    expect(frame.warped).toBeDefined();
    expect(trainer.asked.map(({ view }) => view)).toEqual(['generate', 'discriminate', 'generate']);
    for (const { inputs, n } of trainer.asked) {
      expect(inputs.label).toEqual(new Float32Array(n).fill(5));
    }
  });
});
