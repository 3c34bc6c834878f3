import { expect, it } from 'vitest';
import type { Prediction } from '../src/protocol-studio.ts';
import { matched } from '../src/worker/matched.ts';

/** What the classifier sees: "man glasses black", of which it is sure unless it says otherwise. */
function seen(words: string, probability = 0.99): Prediction[] {
  const [person = '', eyes = '', hair = ''] = words.split(' ');
  const labels = { person, eyes, hair };
  return Object.entries(labels).map(([attribute, label]) => ({
    attribute,
    label,
    words: label,
    probability,
  }));
}

const WANTED: Parameters<typeof matched>[1] = [
  { person: 'man', eyes: 'glasses' },
  { person: 'man', eyes: 'none' },
  { person: 'woman', eyes: 'none' },
];

it('takes one of each group for every look that all groups have, in turns', () => {
  const samples = [
    'man glasses black', // 0
    'man glasses black', // 1
    'man none black', // 2
    'woman none black', // 3
    'man none black', // 4
    'woman none black', // 5
    'man glasses fair', // 6
    'man none fair', // 7
    'woman none fair', // 8
    'woman glasses fair', // of no group
    'man glasses red', // no woman has red hair here
    'man none red',
  ].map((words) => seen(words));
  expect(matched(samples, WANTED, 10)).toEqual([
    [0, 6, 1],
    [2, 7, 4],
    [3, 8, 5],
  ]);
  expect(matched(samples, WANTED, 2)).toEqual([
    [0, 6],
    [2, 7],
    [3, 8],
  ]);
});

it('leaves out what the classifier is not sure of, and whom nobody matches', () => {
  const samples = [
    seen('man glasses black', 0.8),
    seen('man none black'),
    seen('woman none black'),
    seen('man glasses fair'),
  ];
  expect(matched(samples, WANTED, 10)).toEqual([[], [], []]);
  expect(matched([], WANTED, 10)).toEqual([[], [], []]);
});
