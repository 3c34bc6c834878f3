import { expect, it } from 'vitest';
import { coach } from '../src/state/coach.ts';
import type { Rung, Scene } from '../src/state/ladder.ts';
import recorded from './scenes.json';

interface Recorded {
  link: string;
  rung: Rung;
  scene: Scene;
}

/** `npm run scenes` recorded them from real runs; what is so in each was set down from its numbers and, for some, its picture. */
const scenes = recorded as unknown as readonly Recorded[];

it('is tried on forty scenes or more, some of every rung', () => {
  expect(scenes.length).toBeGreaterThanOrEqual(40);
  expect(new Set(scenes.map(({ rung }) => rung)).size).toBe(7);
});

it.each(scenes.map((one) => [`${one.link} at step ${one.scene.step}`, one] as const))(
  'says what is so: %s',
  (_, { rung, scene }) => {
    const line = coach(scene, { running: true, phase: undefined, phaseTitle: '', trained: false });
    expect(`${line?.rung ?? 'nothing'}: ${line?.text ?? ''}`).toMatch(new RegExp(`^${rung}: .`));
    expect(line?.text).not.toMatch(/undefined|NaN|balanced/);
  },
);
