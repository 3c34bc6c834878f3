import { describe, expect, it } from 'vitest';
import type { CreateArgs, Failure } from '../src/protocol.ts';
import { withoutRefused } from '../src/state/refused.ts';

describe('of a link that the engine refuses', () => {
  const given = (overrides: CreateArgs['overrides'], backend: CreateArgs['backend'] = 'cpu') => ({
    preset: 'ring',
    seed: 0,
    backend,
    overrides,
    headStart: 0,
  });
  const input = (field: string): Failure => ({ code: 'input', field, message: 'no.' });

  it('the refused value alone is dropped, and said', () => {
    const args = given({ cost: 'minimax', batch: 64, 'g_optimizer.lr': 5 });
    expect(withoutRefused(args, input('g_optimizer.lr'))).toBe('“g_optimizer.lr=5”: no');
    expect(args.overrides).toEqual({ cost: 'minimax', batch: 64 });
  });

  it('so is what holds the refused field, lies in it, or does not go with it', () => {
    const args = given({
      batch: 64,
      'generator.layers': ['x'.repeat(99)],
      'schedule.order': 'simultaneous',
      'prior.dim': 0,
    });
    expect(withoutRefused(args, input('generator.layers.0'))).toMatch(
      /^“generator\.layers=\["x+…”: no$/,
    );
    expect(withoutRefused(args, input('schedule.d_steps'))).toBe(
      '“schedule.order=simultaneous”: no',
    );
    expect(withoutRefused(args, input('prior'))).toBe('“prior.dim=0”: no');
    expect(args.overrides).toEqual({ batch: 64 });
    // Of the preset's own values none is wrong by itself.
    expect(withoutRefused(args, input('discriminator'))).toBe('“batch=64”: no');
    expect(withoutRefused(args, input('discriminator'))).toBeUndefined();
  });

  it('a backend that is not here gives way before any setting does', () => {
    const args = given({ batch: 64 }, 'webgpu');
    const refused: Failure = { code: 'unsupported', message: 'no adapter' };
    expect(withoutRefused(args, refused)).toBe('“backend=webgpu”: no adapter');
    expect(args).toMatchObject({ backend: 'auto', overrides: { batch: 64 } });
    expect(withoutRefused(args, refused)).toBeUndefined();
  });
});
