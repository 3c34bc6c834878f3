import { expect, it } from 'vitest';
import type { Model } from '../src/protocol.ts';
import { answersOf, levelOf, PITCH, tokensOf } from '../src/stage/players.ts';
import { slopeAlong } from '../src/stage/terrain.ts';

it('shows of both kinds as many points as have room, in turn', () => {
  const row = (count: number, y: number) =>
    Array.from({ length: count }, (_, i) => [20 + i * PITCH, y] as const);
  const room = { width: 200, height: 200 };
  const apart = tokensOf(row(5, 20), row(3, 120), room);
  expect(apart.filter(({ real }) => real)).toHaveLength(5);
  expect(apart.filter(({ real }) => !real)).toHaveLength(3);
  expect(apart.slice(0, 4).map(({ real }) => real)).toEqual([true, false, true, false]);
  // What would be cut is not shown.
  expect(tokensOf(row(1, 2), row(1, 199), room)).toEqual([]);
  // On one place only the first has room.
  const crowd = tokensOf(row(5, 20), row(5, 20), room);
  expect(crowd).toHaveLength(5);
  for (const [i, a] of crowd.entries()) {
    for (const b of crowd.slice(i + 1)) {
      expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThanOrEqual(PITCH);
    }
  }
});

it('says the answers that are wanted of D: labels, smoothed ones, and a direction of a critic', () => {
  const of = (config: object, critic = false) => answersOf({ config, critic } as unknown as Model);
  expect(of({})).toEqual({ real: '1', fake: '0' });
  expect(of({ real_label: 0.9, fake_label: 0.1 })).toEqual({ real: '.9', fake: '.1' });
  expect(of({}, true)).toEqual({ real: '+', fake: '–' });
});

it('tells verdicts apart by five colours, and slopes by their sign', () => {
  expect([0, 0.3, 0.5, 0.7, 1].map(levelOf)).toEqual([0, 1, 2, 3, 4]);
  const rising = Float32Array.of(0.2, 0.5, 0.8);
  expect(slopeAlong(rising, 1)).toBeCloseTo(Math.log(4));
  expect(slopeAlong(rising, 2)).toBeGreaterThan(0);
  expect(slopeAlong(Float32Array.of(0.5, 0.5), 0)).toBe(0);
});
