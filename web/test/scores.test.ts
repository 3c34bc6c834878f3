import { expect, it } from 'vitest';
import type { Model } from '../src/protocol.ts';
import { histogram, scoresOf } from '../src/stage/scores.ts';

const model = (changes: Partial<Model>): Model =>
  ({
    bounds: [0, 2, 0, 2],
    critic: false,
    real: new Float32Array(),
    info: { data: { kind: 'points' } },
    ...changes,
  }) as Model;

it('reads D over the plane where the samples are', () => {
  // D is 0, .1, .2 along the bottom row, and 1 more for each row: row by row from the low corner.
  const lattice = Float32Array.of(0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8);
  const frame = { step: 0, fake: Float32Array.of(2, 0, 0, 2, 9, 9), scores: lattice };
  const scores = scoresOf(model({ real: Float32Array.of(1, 1) }), frame);
  expect([...(scores?.real ?? [])]).toEqual([Math.fround(0.4)]);
  // A sample outside is judged as at the nearest edge.
  expect([...(scores?.fake ?? [])]).toEqual([0.2, 0.6, 0.8].map(Math.fround));
});

it('brings a critic’s scores of both sides to one scale', () => {
  const frame = {
    step: 0,
    fake: new Float32Array(),
    scores: Float32Array.of(-10, -5),
    realScores: Float32Array.of(10, 0),
  };
  const scores = scoresOf(model({ critic: true }), frame);
  expect([...(scores?.real ?? [])]).toEqual([1, 0.5]);
  expect([...(scores?.fake ?? [])]).toEqual([0, 0.25]);
});

it('has none where the frame has none, nor of images whose real ones have none', () => {
  const image = model({ info: { data: { kind: 'image' } } } as Partial<Model>);
  const frame = { step: 0, fake: new Float32Array(), scores: Float32Array.of(0.5) };
  expect(scoresOf(image, frame)).toBeUndefined();
  expect(scoresOf(model({}), undefined)).toBeUndefined();
});

it('counts in bins, leaving out what is not a number', () => {
  expect(histogram(Float32Array.of(0, 0.49, 0.5, 1, NaN), 2)).toEqual([0.4, 0.4]);
});
