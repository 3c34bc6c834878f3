import { beforeEach, describe, expect, it } from 'vitest';
import type { CallName, Calls, FromWorker, Request } from '../src/protocol.ts';
import { Latest } from '../src/state/latest.ts';
import { analogy, Studio, predictionText } from '../src/state/studio.ts';
import { readStudio, writeStudio } from '../src/state/studio-link.ts';
import { Engine } from '../src/worker/engine.ts';
import { predictionsOf } from '../src/worker/latent.ts';
import * as mock from './mock-library.ts';

const until = async (met: () => boolean): Promise<void> => {
  while (!met()) await new Promise((resolve) => setTimeout(resolve, 2));
};

/** A studio over the real engine with the stand-in library. */
async function studioOf(preset: string): Promise<Studio> {
  const replies = new Map<number, FromWorker>();
  const engine = new Engine({
    post: (message) => {
      if ('id' in message) replies.set(message.id, message);
    },
    load: () => Promise.resolve(mock),
    now: () => performance.now(),
    breathe: () => Promise.resolve(),
    sleep: () => Promise.resolve(),
  });
  let id = 0;
  const call = async <K extends CallName>(
    name: K,
    args: Calls[K]['args'],
  ): Promise<Calls[K]['result']> => {
    const own = ++id;
    await engine.handle({ id: own, call: name, args } as Request);
    const reply = replies.get(own);
    if (reply && 'ok' in reply && reply.ok) return reply.result;
    throw new Error(reply && 'failure' in reply ? reply.failure.message : 'no reply');
  };
  await call('open', { library: '', data: '' });
  const args = { preset, seed: 0, backend: 'cpu', overrides: {}, headStart: 0 } as const;
  await call('create', args);
  return new Studio(call, () => undefined);
}

describe('the studio', () => {
  let studio: Studio;
  beforeEach(async () => {
    studio = await studioOf('mnist-mlp');
    await studio.begin();
  }, 20_000);

  it('begins with samples, attributes and directions', () => {
    expect(studio.samples).toMatchObject({ count: 64, images: { length: 64 * 784 } });
    expect(studio.directions).toHaveLength(3);
  });

  it('asks what the classifier sees in samples when one is looked at, once', async () => {
    expect(studio.samples?.predictions).toEqual([]);
    await studio.look(3);
    const predictions = studio.samples?.predictions;
    expect(predictions).toHaveLength(64);
    expect(predictions?.[3]?.map(({ attribute }) => attribute)).toEqual(['width', 'height']);
    await studio.look(4);
    expect(studio.samples?.predictions).toBe(predictions);
    // Other samples, while the same place is looked at.
    studio.show({ seed: 9 });
    await until(
      () =>
        studio.samples?.predictions !== predictions && studio.samples?.predictions.length === 64,
    );
  });

  it('puts a sample into the chosen basket, and takes it out again', () => {
    studio.choose('B');
    studio.pick(5);
    expect(studio.basketOf(5)).toBe('B');
    expect(studio.baskets.B[0]?.z).toEqual(studio.samples?.z.slice(500, 600));
    studio.pick(5);
    expect(studio.basketOf(5)).toBeUndefined();
  });

  it('adds when no basket is empty, and again when a weight changes', async () => {
    for (const [i, name] of (['A', 'B', 'C'] as const).entries()) {
      studio.choose(name);
      studio.pick(i);
    }
    await until(() => studio.arithmetic !== undefined);
    const z = studio.samples?.z ?? new Float32Array();
    const middle = studio.arithmetic?.result.z[400] ?? 0;
    expect(middle).toBeCloseTo((z[0] ?? 0) - (z[100] ?? 0) + (z[200] ?? 0));
    const before = studio.arithmetic;
    studio.weigh([2, -1, 1]);
    await until(() => studio.arithmetic !== before);
    expect(studio.arithmetic?.result.z[400]).toBeCloseTo(middle + (z[0] ?? 0));
    studio.put('B', []);
    await until(() => studio.arithmetic === undefined);
  });

  it('fills baskets from labels, as the classifier sees them', async () => {
    await studio.fill('A', { width: 'wide' }, 3);
    expect(studio.baskets.A).toHaveLength(3);
    studio.choose('A');
    const means = await studio.means('walk', ['A']);
    expect(means?.[0]?.[0]).toBeGreaterThan(0.5);
  });

  it('names an empty basket at the control that needs it', async () => {
    studio.choose('A');
    studio.pick(0);
    expect(await studio.means('walk', ['A', 'C'])).toBeUndefined();
    expect(studio.refusals.walk).toContain('Basket C is empty');
    studio.choose('C');
    studio.pick(1);
    expect(await studio.means('walk', ['A', 'C'])).toHaveLength(2);
    expect(studio.refusals.walk).toBeUndefined();
  });

  it('walks, maps, shifts and inverts', async () => {
    const [z = new Float32Array()] = [studio.samples?.z.slice(0, 100)];
    const to = studio.samples?.z.slice(100, 200) ?? new Float32Array();
    const walk = await studio.attempt('walk', '', 'walk', {
      from: z,
      to,
      steps: 5,
      kind: 'linear',
    });
    expect(walk?.count).toBe(5);
    const uv = Float32Array.of(0, 0, 1, 0);
    const plane = await studio.attempt('plane', '', 'plane', { corners: [z, to, z], uv });
    expect(plane?.z.slice(100)).toEqual(to);
    const moves = [{ direction: 'wide', amount: 2 }];
    const shifted = await studio.attempt('sliders', '', 'shift', { z, moves });
    expect(shifted?.z[0]).toBeCloseTo((z[0] ?? 0) + 2);
    const image = new Float32Array(784);
    expect(await studio.attempt('invert', '', 'invert', { image })).toMatchObject({ error: 0.05 });
    await studio.attempt('invert', '', 'invert', { image: new Float32Array(5) });
    expect(studio.refusals.invert).toContain('5 numbers');
  });
});

describe('the studio in a link', () => {
  it('comes back in another browser, latent by latent', async () => {
    const [one, other] = await Promise.all([studioOf('mnist-mlp'), studioOf('mnist-mlp')]);
    await one.begin();
    await one.fill('B', { width: 'wide' }, 3);
    await one.fill('C', { width: 'narrow', height: 'tall' }, 2);
    one.pick(2);
    one.show({ seed: 3, truncation: 0.5 });
    await until(() => one.samples?.z[0] !== one.baskets.A[0]?.z[0] && one.seed === 3);
    await one.begin();
    one.pick(11);
    one.weigh([1, -1.5, 1], false);
    one.use({ shown: 'walk', walk: { from: 'B', to: 'C', kind: 'linear' } });

    const link = writeStudio(one);
    expect(link).toMatch(
      /^A 3 3\.12\.50 B( 1\.\d+){3} C( 2\.\d+){2} weights 1 -1\.5 1 unscaled walk B C linear$/,
    );
    const { kept, problem } = readStudio(link);
    expect(problem).toBeUndefined();
    await other.restore(kept);
    for (const name of ['A', 'B', 'C'] as const) {
      expect(other.baskets[name].length).toBeGreaterThan(0);
      expect(other.baskets[name].map(({ z }) => z)).toEqual(one.baskets[name].map(({ z }) => z));
    }
    expect(other.tools).toEqual(one.tools);
    expect(writeStudio(other)).toBe(link);
    expect(other.arithmetic).toBeDefined();
  }, 20_000);

  it('says nothing where all is as it begins, and nothing of a latent that was found', async () => {
    const studio = await studioOf('mnist-mlp');
    await studio.begin();
    expect(writeStudio(studio)).toBe('');
    studio.pick(4);
    const [pick] = studio.baskets.A;
    if (pick) studio.put('A', [pick, { ...pick, key: 'found 1' }]);
    expect(writeStudio(studio)).toBe('A 5');
  });

  it.each(['plane 0.25 -0.1', 'turn A wide 1.5 principal_1 -0.5', 'turn result slant 1', 'image'])(
    'keeps %s',
    async (words) => {
      const studio = await studioOf('mnist-mlp');
      await studio.restore(readStudio(`A 1 B 2 C 3 ${words}`).kept);
      expect(writeStudio(studio)).toBe(`A 1 B 2 C 3 ${words}`);
    },
  );

  it.each([
    ['A', '“A” needs samples by number'],
    ['A 3 B x', '“B” needs samples by number'],
    ['A 0', '“A 0”: a sample is its number, from 1 to 4096'],
    ['A 1.3.2', '“A 1.3.2”: a sample is'],
    ['A 5000', 'from 1 to 4096'],
    ['weights 1 2', '“weights ”: it takes numbers from -2 to 2'],
    ['weights 1 -9 1', '“weights -9”: it takes numbers from -2 to 2'],
    ['walk A D', '“walk” needs a basket, A, B or C'],
    ['plane 0 7', '“plane 7”: it takes numbers from -0.25 to 1.25'],
    ['turn glasses 1', '“turn” needs a basket, A, B or C or “result”'],
    ['fly', '“fly” is none of its words: A, B'],
  ])('says what is wrong with “%s”', (words, why) => {
    expect(readStudio(words).problem).toContain(why);
  });

  it('takes what stands before a word that it cannot read', () => {
    const { kept } = readStudio('A 3, 12 B 4 fly');
    expect(kept.baskets.A.map(({ index }) => index)).toEqual([2, 11]);
    expect(kept.baskets.B).toHaveLength(1);
  });
});

it('has nothing to show of a model without images', async () => {
  const studio = await studioOf('ring');
  await studio.begin();
  expect(studio.refusals.samples).toContain('makes images');
});

const FACES = [
  { name: 'person', classes: ['woman', 'man'] },
  { name: 'glasses', classes: ['none', 'glasses'] },
  { name: 'hair', classes: ['black', 'blond', 'red'] },
];

it('reads predictions attribute by attribute', () => {
  const rows = predictionsOf(
    FACES,
    Float32Array.of(0.25, 0.75, 0.5, 0.5, 0.5, 0.25, 0.25, 1, 0, 0, 1, 0, 0, 1),
  );
  expect(rows.map(predictionText)).toEqual([
    'man 75\u00a0%, no glasses 50\u00a0%, black hair 50\u00a0%',
    'woman 100\u00a0%, glasses 100\u00a0%, red hair 100\u00a0%',
  ]);
  const digits = [{ name: 'digit', classes: ['0', '1'] }];
  expect(predictionsOf(digits, Float32Array.of(0, 1)).map(predictionText)).toEqual([
    '“1” 100\u00a0%',
  ]);
  expect(predictionsOf([], new Float32Array())).toEqual([]);
});

it('makes figure 19 of two attributes of two classes', () => {
  expect(analogy(FACES)).toEqual({
    wanted: [
      { person: 'man', glasses: 'glasses' },
      { person: 'man', glasses: 'none' },
      { person: 'woman', glasses: 'none' },
    ],
    text: ['man with glasses', 'man with no glasses', 'woman with no glasses'],
  });
  expect(analogy(FACES.slice(1))).toBeUndefined();
});

it('does the latest job only, one at a time', async () => {
  const done: number[] = [];
  const latest = new Latest<number>(async (input) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    done.push(input);
  });
  for (const input of [1, 2, 3, 4]) latest.ask(input);
  await until(() => done.length === 2);
  expect(done).toEqual([1, 4]);
});
