import { describe, expect, it } from 'vitest';
import type { Frame } from '../src/protocol.ts';
import { csvOf, jsonOf } from '../src/export/tables.ts';
import { Trail } from '../src/state/trail.ts';
import { SeriesStore } from '../src/state/series.ts';

const frame = (step: number, floats = 4): Frame => ({ step, fake: new Float32Array(floats) });
const keep = (most: number, budget = Infinity): Trail<Frame> =>
  new Trail(most, budget, ({ fake }) => fake.byteLength);
const stepsOf = (film: Trail<Frame>): number[] => film.items.map(({ step }) => step);

describe('the film of a run', () => {
  it('keeps the first and the newest, and spreads the rest evenly', () => {
    const film = keep(10);
    for (let step = 0; step <= 1000; step++) {
      film.add(frame(step));
      expect(film.items.length).toBeLessThanOrEqual(10);
      expect(film.items.at(-1)?.step).toBe(step);
    }
    const steps = stepsOf(film);
    expect(steps[0]).toBe(0);
    const gaps = steps.slice(1, -1).map((step, i) => step - (steps[i] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(4 * Math.min(...gaps));
    expect(film.items.length).toBeGreaterThanOrEqual(5);
  });

  it('stays within its budget, and counts what it keeps', () => {
    const film = keep(100, 1000);
    for (let step = 0; step < 300; step++) film.add(frame(step, 25));
    expect(film.bytes).toBeLessThanOrEqual(1000);
    expect(film.bytes).toBe(film.items.length * 100);
    film.clear();
    expect([film.bytes, film.items.length]).toEqual([0, 0]);
  });

  it('has one picture of a step, the newest', () => {
    const film = keep(10);
    const [first, second] = [frame(5), frame(5)];
    film.add(frame(0));
    film.add(first);
    film.add(second);
    expect(film.items[1]).toBe(second);
    expect(stepsOf(film)).toEqual([0, 5]);
  });
});

describe('tables', () => {
  const series = new SeriesStore();
  series.append({ step: Float64Array.of(1, 2), d_loss: Float64Array.of(0.5, NaN) });

  it('as CSV have a row for each point, and nothing where there is no number', () => {
    expect(csvOf(series, ['d_loss', 'g_loss'])).toBe('step,d_loss,g_loss\n1,0.5,\n2,,\n');
  });

  it('as JSON read back', () => {
    const evaluation = { step: 2, values: { modes: 8 } };
    const read: unknown = JSON.parse(jsonOf({ preset: 'ring' }, series, ['d_loss'], evaluation));
    expect(read).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
      config: { preset: 'ring' },
      curves: { step: [1, 2], d_loss: [0.5, null] },
      evaluation,
    });
  });
});
