import { describe, expect, it } from 'vitest';
import { Cadence, Pace, Rate } from '../src/worker/pace.ts';
import { Queue } from '../src/worker/queue.ts';

describe('pace', () => {
  it('settles on chunks of the target time, from fast and slow steps alike', () => {
    for (const msPerStep of [0.02, 1, 30, 500]) {
      const pace = new Pace(70);
      for (let i = 0; i < 40; i++) pace.record(pace.steps, pace.steps * msPerStep);
      const ms = pace.steps * msPerStep;
      expect(ms).toBeLessThanOrEqual(Math.max(75, msPerStep));
      expect(ms).toBeGreaterThan(Math.min(40, msPerStep / 2));
    }
  });

  it('keeps what every call costs out of the size of a call', () => {
    for (const [fixed, each] of [
      [100, 1],
      [100, 10],
      [20, 0.5],
      [8, 30],
    ] as const) {
      const pace = new Pace(70);
      for (let i = 0; i < 60; i++) pace.record(pace.steps, fixed + pace.steps * each);
      expect(pace.steps * each).toBeGreaterThan(50);
      expect(pace.steps * each).toBeLessThan(90);
    }
  });

  it('is not led astray by calls that take more or less than they should', () => {
    const pace = new Pace(70);
    const taken = [];
    for (let i = 0; i < 400; i++) {
      const ms = pace.steps * (1 + 0.3 * Math.sin(i * 12.9898));
      if (i >= 100) taken.push(ms);
      pace.record(pace.steps, ms);
    }
    expect(Math.max(...taken)).toBeLessThan(220);
    expect(taken.reduce((sum, ms) => sum + ms, 0) / taken.length).toBeGreaterThan(45);
  });

  it('grows gently and shrinks at once', () => {
    const pace = new Pace(70);
    pace.record(1, 0.001);
    expect(pace.steps).toBe(2);
    for (let i = 0; i < 20; i++) pace.record(pace.steps, pace.steps * 0.1);
    pace.record(pace.steps, 7000);
    expect(pace.steps).toBeLessThan(10);
  });
});

it('measures steps per second over a window', () => {
  const rate = new Rate(2000);
  for (let t = 0; t <= 5000; t += 100) rate.record(t, t < 3000 ? t : 3000 + (t - 3000) * 2);
  expect(rate.record(5100, 7200)).toBeCloseTo(2000, 0);
});

it('spaces a side job by its cost', () => {
  const cadence = new Cadence(33, 1 / 4);
  const dueFrom = (moment: number): void => {
    expect(cadence.due(moment - 1)).toBe(false);
    expect(cadence.due(moment)).toBe(true);
  };
  expect(cadence.due(0)).toBe(true);
  // The first one may have compiled for long: that says nothing of the next.
  cadence.record(0, 5000);
  expect(cadence.due(5000)).toBe(true);
  cadence.record(5000, 5100);
  dueFrom(5400);
  cadence.record(6000, 6100);
  dueFrom(6400);
  cadence.record(7000, 7001);
  dueFrom(7033);
});

it('makes nobody wait longer than anybody wants to', () => {
  const cadence = new Cadence(33, 1 / 50, 2000);
  cadence.record(0, 400);
  cadence.record(400, 800);
  expect(cadence.due(2799)).toBe(false);
  expect(cadence.due(2800)).toBe(true);
});

it('leaves four fifths to the rest however slow a side job is', () => {
  const cadence = new Cadence(33, 1 / 50, 2000);
  cadence.record(0, 1000);
  cadence.record(1000, 2000);
  expect(cadence.due(5999)).toBe(false);
  expect(cadence.due(6000)).toBe(true);
});

it('runs jobs one at a time, and goes on after one that fails', async () => {
  const queue = new Queue();
  const log: string[] = [];
  const slow = queue.run(async () => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    log.push('slow');
  });
  const failing = queue.run(() => {
    log.push('failing');
    throw new Error('no');
  });
  const last = queue.run(() => log.push('last'));
  await expect(failing).rejects.toThrow('no');
  await Promise.all([slow, last]);
  expect(log).toEqual(['slow', 'failing', 'last']);
});
