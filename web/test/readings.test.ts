import { expect, it } from 'vitest';
import { chosen, readings } from '../src/state/readings.ts';

const ring = { modes: 5, mode_count: 8, high_quality: 0.624, high_quality_chance: 0.03 };

it('reads an evaluation as a person would, what leads first and divergences on demand', () => {
  const out = readings({ ...ring, kl: 0.1234, kl_floor: 0.01, js: 0.2 });
  expect(out.map(({ value }) => value)).toEqual(['62\u00a0%', '5 of 8', '0.200', '0.123']);
  expect(out.map(({ more }) => more)).toEqual([false, false, true, true]);
  expect(out[3]?.note).toContain('0.010');
  expect(readings({ parzen_nats: 101.26, parzen_standard_error_nats: 1.94 })[0]?.value).toBe(
    '101.3 ± 1.9',
  );
  expect(readings({})).toEqual([]);
});

it('says what chance would reach too', () => {
  const noteOf = (values: Record<string, number>, classes?: number) =>
    readings(values, classes)[0]?.note;
  expect(noteOf({ label_accuracy: 0.11 }, 10)).toContain('no better than chance (10');
  expect(noteOf({ label_accuracy: 0.9 }, 10)).toContain('chance is 10');
  expect(noteOf({ ...ring, high_quality: 0.031 })).toContain('says little');
  expect(noteOf(ring)).not.toContain('says little');
});

it('leads with the divergence where nearly every place counts as real data', () => {
  const [first, ...rest] = readings({
    high_quality: 1,
    high_quality_chance: 0.98,
    modes: 2,
    js: 0.4,
  });
  expect([first?.name, first?.more]).toEqual(['js', false]);
  expect(rest.every(({ more }) => more)).toBe(true);
});

it('shows a number that it has no words for', () => {
  expect(readings({ something_new_nats: 3 })).toMatchObject([
    { label: 'Something new nats', value: '3.000', more: true },
  ]);
});

it('shows the measures of some names in their order, and says which was not measured', () => {
  const out = chosen(readings({ ...ring, kl: 0.1 }), ['kl', 'modes', 'parzen_nats']);
  expect(out.map(({ name }) => name)).toEqual(['kl', 'modes', 'parzen_nats']);
  expect(out.map(({ value }) => value)).toEqual(['0.100', '5 of 8', '–']);
  expect(out.map(({ more }) => more)).toEqual([false, false, false]);
  expect(out[2]?.note).toBe('not measured here');
});
