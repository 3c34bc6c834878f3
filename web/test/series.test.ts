import { describe, expect, it } from 'vitest';
import { SeriesStore } from '../src/state/series.ts';

const rows = (from: number, to: number) => {
  const step = Float64Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return { step, d_loss: step.map((s) => s * 2) };
};

describe('the curves’ memory', () => {
  it('keeps every step while there is room', () => {
    const store = new SeriesStore(16);
    store.append(rows(1, 5));
    expect(store.steps).toEqual([1, 2, 3, 4, 5]);
    expect(store.column('d_loss')).toEqual([2, 4, 6, 8, 10]);
  });

  it('stays bounded, in order and true to the means over many steps', () => {
    const store = new SeriesStore(64);
    for (let at = 1; at < 100_000; at += 1000) store.append(rows(at, at + 999));
    expect(store.steps.length).toBeLessThanOrEqual(64);
    expect(store.steps.length).toBeGreaterThanOrEqual(32 - 1);
    const column = store.column('d_loss');
    store.steps.forEach((step, i) => {
      expect(step).toBeGreaterThan(store.steps[i - 1] ?? 0);
      // A bucket's mean lies below its last step's value, and above the bucket before.
      expect(column[i]).toBeLessThan(step * 2);
      expect(column[i]).toBeGreaterThan((store.steps[i - 1] ?? 0) * 2);
    });
  });

  it('draws a repeated step once, with the numbers that came last', () => {
    for (const capacity of [600, 4]) {
      const [store, once] = [new SeriesStore(capacity), new SeriesStore(capacity)];
      store.append(rows(1, 3));
      store.append({ step: Float64Array.of(3), d_loss: Float64Array.of(99) });
      store.append(rows(3, 9));
      store.append({ step: Float64Array.of(9), d_loss: Float64Array.of(99) });
      store.append(rows(9, 9));
      once.append(rows(1, 9));
      expect(store.steps).toEqual(once.steps);
      expect(store.column('d_loss')).toEqual(once.column('d_loss'));
    }
  });

  it('leaves a gap before a metric that appears late', () => {
    const store = new SeriesStore();
    store.append(rows(1, 1));
    store.append({ ...rows(2, 2), js: Float64Array.of(0.5) });
    expect(store.column('js')).toEqual([NaN, 0.5]);
  });
});
