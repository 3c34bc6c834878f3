import { describe, expect, it } from 'vitest';
import type { Control } from '../src/state/schema.ts';
import { noteOf, presetMark, slid, valueAt } from '../src/state/setting.ts';
import schema from '../../crates/gan/src/config/schema.json' with { type: 'json' };
import { SchemaReader } from '../src/state/schema.ts';
import type { JsonObject } from '../src/state/json.ts';

const control = (config: JsonObject, path: string): Control => {
  const groups = new SchemaReader(schema).groups(config);
  const found = groups.flatMap(({ controls }) => controls).find((one) => one.path === path);
  if (!found) throw new Error(`no control for ${path}`);
  return found;
};

describe('a setting in words', () => {
  it('says range and unit, which come from the config’s types', () => {
    const batch = control({ batch: 256 }, 'batch');
    expect(batch).toMatchObject({ unit: 'samples', min: 1, max: 8192 });
    expect(noteOf(batch, 256)).toMatch(/^Samples in one minibatch.*\. 1 to 8,192\.$/);
    const adam = { g_optimizer: { kind: 'adam', lr: 1e-3, beta1: 0.5, beta2: 0.999, eps: 1e-8 } };
    expect(noteOf(control(adam, 'g_optimizer.lr'), 1e-3)).toBe('Learning rate. 0 to 1.');
    expect(noteOf(control(adam, 'g_optimizer.eps'), 1e-8)).toBe('Added to the root. 1e-12 to 1.');
  });

  it('says nothing twice under a heading that says it', () => {
    const batch = control({ batch: 256 }, 'batch');
    expect(noteOf(batch, 256, batch.description)).toBe('1 to 8,192.');
  });

  it('marks what differs from the preset, and only that', () => {
    const batch = control({ batch: 64 }, 'batch');
    expect(presetMark(batch, 256, 64)).toBe('256');
    expect(presetMark(batch, 64, 64)).toBeUndefined();
    expect(presetMark(batch, undefined, 64)).toBeUndefined();
    const adam = { g_optimizer: { kind: 'adam', lr: 1e-3 } };
    const kind = control(adam, 'g_optimizer');
    // Of a union the kind is compared; its fields have marks of their own.
    expect(presetMark(kind, { kind: 'adam', lr: 1 }, adam.g_optimizer)).toBeUndefined();
    expect(presetMark(kind, { kind: 'sgd', lr: 1 }, adam.g_optimizer)).toBe('sgd');
  });
});

describe('a slider', () => {
  const rate = {
    kind: 'number',
    path: 'lr',
    label: '',
    description: '',
    value: 0,
    integer: false,
    optional: false,
    min: 0,
    max: 1,
  } as const;

  it('goes by factors from the least to the most that is allowed', () => {
    expect([0, 1].map((place) => valueAt(rate, place))).toEqual([0, 1]);
    expect(valueAt(rate, 0.4)).toBeCloseTo(1e-3);
    for (const value of [1e-5, 2e-4, 0.002, 0.3, 1]) {
      expect(valueAt(rate, slid(rate, value) || 1e-9)).toBeCloseTo(value, 6);
    }
    expect(slid(rate, 0)).toBe(0);
    expect(slid(rate, 5)).toBe(1);
  });

  it('of whole numbers gives whole numbers', () => {
    const dim = { ...rate, integer: true, min: 1, max: 1024 };
    expect(valueAt(dim, 0)).toBe(1);
    expect(valueAt(dim, 0.5)).toBe(32);
    expect(valueAt(dim, 1)).toBe(1024);
  });
});
