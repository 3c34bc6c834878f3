import { describe, expect, it, vi } from 'vitest';
import type { Library, TrainerOptions } from '../src/library.ts';
import type { CallName, Calls, FromWorker, Request } from '../src/protocol.ts';
import { configOf, nameOf, Sets } from '../src/state/own-sets.ts';
import { assembled } from '../src/state/safetensors.ts';
import { Engine } from '../src/worker/engine.ts';
import * as mock from './mock-library.ts';

const config = (name: string) => ({ data: { kind: 'own_images', name, size: 16 } });
const checkpoint = (name: string): Uint8Array<ArrayBuffer> => {
  const ganlet = JSON.stringify({ version: 1, config: config(name) });
  return assembled({ __metadata__: { ganlet } }, []);
};

describe('a set', () => {
  it('is found by the name in a config or a checkpoint', () => {
    expect(nameOf(config('cats'))).toBe('cats');
    expect(nameOf({ data: { kind: 'mnist', name: 'cats' } })).toBeUndefined();
    expect(nameOf(configOf(checkpoint('cats')))).toBe('cats');
    expect(configOf(Uint8Array.of(1, 2, 3))).toBeUndefined();
  });

  it('stays beside the one before it, and no third', () => {
    const sets = new Sets();
    for (const name of ['a', 'b', 'a', 'c']) sets.put(name, Uint8Array.of(name.charCodeAt(0)));
    expect(sets.for(config('a'))).toEqual({ images: Uint8Array.of(97) });
    expect(sets.for(config('c'))).toEqual({ images: Uint8Array.of(99) });
    expect(sets.for(config('b'))).toEqual({});
    expect(sets.for({ data: { kind: 'ring' } })).toEqual({});
  });
});

describe('the engine', () => {
  it('passes the set that a config or a checkpoint names, and no other', async () => {
    const passed: (Uint8Array | undefined)[] = [];
    const made = (_: unknown, options?: TrainerOptions): Promise<never> => {
      passed.push(options?.images);
      return Promise.reject(new Error('not made here'));
    };
    const library = { ...mock, Trainer: { create: vi.fn(made), load: vi.fn(made) } };
    const sent: FromWorker[] = [];
    const engine = new Engine({
      post: (message) => sent.push(message),
      load: () => Promise.resolve(library as unknown as Library),
      now: () => performance.now(),
      breathe: () => Promise.resolve(),
      sleep: () => Promise.resolve(),
    });
    let id = 0;
    const call = <K extends CallName>(call: K, args: Calls[K]['args']): Promise<void> =>
      engine.handle({ id: ++id, call, args } as Request);
    await call('open', { library: '', data: '' });
    const file = Uint8Array.of(1, 2);
    await call('images', { name: 'cats', file });
    const spec = { preset: 'mnist-mlp', seed: 0, backend: 'cpu', headStart: 0 } as const;
    await call('create', { ...spec, overrides: config('cats') });
    await call('create', { ...spec, overrides: config('dogs') });
    await call('create', { ...spec, overrides: {} });
    await call('load', { bytes: checkpoint('cats'), backend: 'cpu', name: '' });
    expect(passed).toEqual([file, undefined, undefined, file]);
    expect(sent.at(-1)).toMatchObject({ ok: false, failure: { message: 'not made here' } });
  });
});
