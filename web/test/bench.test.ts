import { expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { gigaflops, median, milliseconds, type Recorded, report } from '../src/state/bench.ts';

const recorded = JSON.parse(
  readFileSync(new URL('../public/bench.json', import.meta.url), 'utf8'),
) as Recorded;

it('takes medians', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, NaN]);
});

it('writes times with what is known of them', () => {
  expect([0.456, 9.87, 40.62, 603.4, NaN].map(milliseconds)).toEqual([
    '0.46',
    '9.87',
    '40.6',
    '603',
    '–',
  ]);
});

it('turns times into rates by the recorded work', () => {
  expect(gigaflops(recorded, 'bench-mlp', 725)).toBe(1);
  expect(gigaflops(recorded, 'unknown', 1)).toBeUndefined();
});

it('has work for every workload that it has a figure of', () => {
  for (const { workload, ms } of recorded.figures) {
    expect(recorded.workloads).toHaveProperty(workload);
    expect(ms).toBeGreaterThan(0);
  }
});

it('reports what another machine can be compared by', () => {
  const timing = {
    preset: 'bench-mlp',
    backend: 'cpu' as const,
    adapter: 'x',
    software: false,
    dispatchesPerStep: 45,
    firstStepMs: 100,
    msPerStep: [3, 1, 2],
    stepsPerRepetition: 10,
    losses: [[1.4, 0.7] as [number, number]],
  };
  const read = JSON.parse(report([timing], 'a browser', new Date(0))) as Record<string, unknown>;
  expect(read).toMatchObject({
    date: '1970-01-01T00:00:00.000Z',
    userAgent: 'a browser',
    timings: [{ preset: 'bench-mlp', medianMs: 2, leastMs: 1, mostMs: 3, losses: [[1.4, 0.7]] }],
  });
});
