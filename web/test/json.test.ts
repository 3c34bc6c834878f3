import { describe, expect, it } from 'vitest';
import { differences, getPath, withPath } from '../src/state/json.ts';

describe('paths', () => {
  it('reads and writes without touching the original', () => {
    const root = { a: { b: 1, c: 2 } };
    expect(withPath(root, 'a.b', 3)).toEqual({ a: { b: 3, c: 2 } });
    expect(root.a.b).toBe(1);
    expect(withPath({}, 'x.y', 1)).toEqual({ x: { y: 1 } });
    expect(getPath(root, 'a.c')).toBe(2);
    expect(getPath(root, 'a.toString')).toBeUndefined();
  });
});

describe('differences', () => {
  const base = { batch: 64, optimizer: { kind: 'adam', lr: 0.1 }, penalty: null, layers: [1, 2] };

  it('finds nothing between equals', () => {
    expect(differences(base, structuredClone(base))).toEqual({});
  });

  it('takes a number for itself after single precision', () => {
    expect(differences({ std: Math.fround(0.05) }, { std: 0.05 })).toEqual({});
    expect(differences({ std: 0.05 }, { std: 0.0500001 })).toEqual({ std: 0.0500001 });
  });

  it('names single fields by path', () => {
    const own = { ...base, optimizer: { kind: 'adam', lr: 0.2 }, layers: [1] };
    expect(differences(base, own)).toEqual({ 'optimizer.lr': 0.2, layers: [1] });
  });

  it('takes an object of another kind, or from or to null, whole', () => {
    const own = { ...base, optimizer: { kind: 'sgd', lr: 0.1 }, penalty: { weight: 1 } };
    expect(differences(base, own)).toEqual({
      optimizer: { kind: 'sgd', lr: 0.1 },
      penalty: { weight: 1 },
    });
    expect(differences(own, base)).toMatchObject({ penalty: null });
  });
});
