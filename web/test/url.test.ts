import { describe, expect, it } from 'vitest';
import { DEFAULT_SPEC, readHash, type Spec, writeHash } from '../src/state/url.ts';

describe('the share link', () => {
  it('comes back as it went out', () => {
    const spec: Spec = {
      preset: 'moons',
      seed: 42,
      backend: 'cpu',
      scratch: true,
      overrides: {
        'g_optimizer.lr': 0.0005,
        cost: 'minimax',
        label: '17',
        layers: [{ kind: 'dense', units: 64 }],
      },
    };
    expect(readHash(writeHash(spec))).toEqual({ spec, named: true, warnings: [] });
  });

  it('holds only what differs', () => {
    expect(writeHash(DEFAULT_SPEC)).toBe('#preset=ring');
    expect(writeHash({ ...DEFAULT_SPEC, seed: 3 })).toBe('#preset=ring&seed=3');
  });

  it('opens the default without a hash', () => {
    expect(readHash('')).toEqual({ spec: DEFAULT_SPEC, named: false, warnings: [] });
  });

  it.each([
    ['#seed=-1', 'seed=-1'],
    ['#seed=1.5', 'seed=1.5'],
    ['#seed=', 'seed='],
    ['#seed=4294967296', 'seed=4294967296'],
    ['#backend=cuda', 'backend=cuda'],
    ['#unheard_of=1', 'unheard_of'],
    ['#a..b=1', 'a..b'],
    ['#__proto__.x=1', '__proto__.x'],
    ['#a.constructor=1', 'a.constructor'],
  ])('skips %s with a warning that names it', (hash, named) => {
    const { spec, warnings } = readHash(hash, (path) => path !== 'unheard_of');
    expect(spec).toEqual(DEFAULT_SPEC);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(named);
  });
});
