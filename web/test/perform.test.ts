import { expect, it } from 'vitest';
import { gathered } from '../src/state/perform.ts';

const CONFIG = { batch: 64, spread: null, schedule: { d_steps: 1 }, layers: [1] };

it('changes by path stay as they are where there is something to change', () => {
  const changes = { batch: 32, 'schedule.d_steps': 5, spread: { kind: 'diversity', weight: 1 } };
  expect(gathered(CONFIG, changes)).toEqual(changes);
});

it('changes of an object that is not there are made at once', () => {
  const changes = { 'spread.kind': 'mode_seeking', batch: 32, 'spread.weight': 1, 'labels.a.b': 2 };
  expect(gathered(CONFIG, changes)).toEqual({
    spread: { kind: 'mode_seeking', weight: 1 },
    batch: 32,
    labels: { a: { b: 2 } },
  });
});
