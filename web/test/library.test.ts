/** What the library's entry does before and after a module: arguments checked, traps caught. No module is needed for that. */
import { describe, expect, it, vi } from 'vitest';
import * as check from '../library/arguments.ts';
import { Guard } from '../library/guard.ts';
import { Guarded } from '../library/trainer.ts';
import type { Trainer } from '../src/library.ts';
import { Trainer as Mock } from './mock-library.ts';

const FILES = 'https://site.test/lib/cpu/ganlet';

async function guarded(change: Partial<Trainer> = {}) {
  const module = { __wbg_reset_state: vi.fn() };
  const model = Object.assign(await Mock.create('ring', { seed: 1 }), change);
  const free = vi.spyOn(model, 'free');
  const guard = new Guard(module, `${FILES}_bg.wasm`);
  return { trainer: new Guarded(model, guard), module, guard, free };
}

describe('arguments', () => {
  it('takes what is meant', () => {
    expect(check.config('create', { preset: 'ring' })).toBe('{"preset":"ring"}');
    expect(check.config('create', 'ring')).toBe('ring');
    expect(check.bytes('load', Uint8Array.of(1, 2).buffer)).toEqual(Uint8Array.of(1, 2));
    expect(check.bytes('load', new DataView(Uint8Array.of(1, 2, 3).buffer, 1))).toEqual(
      Uint8Array.of(2, 3),
    );
    expect(check.floats('generate', [1, NaN])).toEqual(Float32Array.of(1, NaN));
    expect(check.floats('generate', Float64Array.of(0.5))).toEqual(Float32Array.of(0.5));
    expect(check.options<object>('create', null as never)).toBeUndefined();
  });

  const wrong: [string, () => unknown][] = [
    ['create(undefined)', () => check.config('create', undefined)],
    ['create(Array)', () => check.config('create', ['ring'])],
    ['load("file")', () => check.bytes('load', 'file')],
    ['load(Object)', () => check.bytes('load', { length: 3 })],
    ['generate(Array)', () => check.floats('generate', ['1'])],
    ['generate(3)', () => check.floats('generate', 3)],
    ['sample(1e+21)', () => check.rows('sample', 1e21, 2)],
    ['sample(1000000000)', () => check.rows('sample', 1e9, 784)],
    ['create("cpu")', () => check.options<object>('create', 'cpu' as never)],
    [
      `create("${'x'.repeat(40)}…")`,
      () => check.options<object>('create', 'x'.repeat(99) as never),
    ],
  ];
  for (const [said, call] of wrong) {
    it(`refuses ${said}`, () => {
      expect(call).toThrow(`${said}: pass `);
      expect(call).toThrow(expect.objectContaining({ code: 'input' }));
    });
  }
});

describe('a trainer', () => {
  it('refuses what cannot be, and goes on', async () => {
    const { trainer } = await guarded();
    const input = { code: 'input' };
    await expect(trainer.reset(-1)).rejects.toMatchObject(input);
    await expect(trainer.reset('abc' as never)).rejects.toThrow('reset("abc"): pass a whole');
    await expect(trainer.train(1e10)).rejects.toMatchObject(input);
    await expect(trainer.sample(1e9)).rejects.toMatchObject(input);
    await expect(trainer.generate('z' as never)).rejects.toMatchObject(input);
    expect(() => trainer.history(NaN)).toThrow(expect.objectContaining(input));
    expect(() => trainer.latents(0.5)).toThrow('latents(0.5): pass a whole number from 1 to');
    expect(() => {
      trainer.set(7 as never, 1);
    }).toThrow('set(7): pass a string');
    expect(await trainer.train(2)).toMatchObject({ step: 2 });
  });

  it('says so when it is used after it was freed, and may be freed twice', async () => {
    const { trainer, free } = await guarded();
    trainer.free();
    trainer.free();
    expect(free).toHaveBeenCalledTimes(1);
    expect(() => trainer.info()).toThrow('This trainer was freed');
    await expect(trainer.train(1)).rejects.toMatchObject({ code: 'input' });
  });

  it('is told of a trap, wherever it happens, and so is everybody who waits', async () => {
    const trap = new WebAssembly.RuntimeError('unreachable');
    const { trainer, module, free } = await guarded({
      save: () => new Promise(() => undefined),
      config: () => {
        throw trap;
      },
    });
    const saving = trainer.save();
    const lost = { code: 'lost', cause: trap };
    expect(() => trainer.config()).toThrow(expect.objectContaining(lost));
    await expect(saving).rejects.toMatchObject(lost);
    expect(module.__wbg_reset_state).toHaveBeenCalledTimes(1);
    // What was in the memory is gone; there is nothing to free.
    expect(() => trainer.info()).toThrow('The engine stopped');
    await expect(trainer.train(1)).rejects.toMatchObject({ code: 'lost' });
    trainer.free();
    expect(free).not.toHaveBeenCalled();
  });

  it('is told of a trap in a task that nobody called', async () => {
    const listeners: Record<string, (event: unknown) => void> = {};
    vi.stubGlobal('addEventListener', (type: string, listen: (event: unknown) => void) => {
      listeners[type] = listen;
    });
    const { trainer, module } = await guarded({ evaluate: () => new Promise(() => undefined) });
    vi.unstubAllGlobals();
    const uncaught = (error: Error, at: string) => {
      error.stack = `${error.name}: ${error.message}\n    at ${at}:1:1`;
      const event = { type: 'error', error, preventDefault: vi.fn() };
      listeners.error?.(event);
      return event.preventDefault;
    };
    const evaluating = trainer.evaluate();
    const foreign = uncaught(new WebAssembly.RuntimeError('unreachable'), 'https://other.test/');
    expect(foreign).not.toHaveBeenCalled();
    expect(uncaught(new Error('none of that kind'), `${FILES}.js`)).not.toHaveBeenCalled();
    expect(module.__wbg_reset_state).not.toHaveBeenCalled();
    const own = uncaught(new WebAssembly.RuntimeError('unreachable'), `${FILES}.js`);
    expect(own).toHaveBeenCalled();
    await expect(evaluating).rejects.toMatchObject({ code: 'lost' });
    expect(module.__wbg_reset_state).toHaveBeenCalledTimes(1);
  });
});
