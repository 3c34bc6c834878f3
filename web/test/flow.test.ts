/** What slow motion shows to flow is what models declare. */
import { describe, expect, it } from 'vitest';
import type { Colour, Diagram, Info, Update } from '../src/library.ts';
import { arrowPath } from '../src/stage/arrows.ts';
import { along, pointsOf } from '../src/stage/way.ts';
import { beatAt, beatsOf } from '../src/state/flow.ts';
import { LOOK } from '../src/state/slow.ts';

type Box = [name: string, colour: Colour];

function infoOf(
  boxes: readonly Box[],
  arrows: readonly [from: string, to: string, ...gradients: string[]][],
  updates: Record<string, string[]>,
): Info {
  const diagram: Diagram = {
    blocks: boxes.map(([name, colour]) => ({
      name,
      title: name === 'data' ? 'Real data' : name.charAt(0).toUpperCase() + name.slice(1),
      field: name,
      view: null,
      colour,
    })),
    arrows: arrows.map(([from, to, ...gradients]) => ({ from, to, gradient_of: gradients })),
  };
  const moves = Object.entries(updates).map(([name, networks]): Update => ({
    name,
    title: name,
    networks,
    times: 1,
  }));
  return { diagram, updates: moves } as unknown as Info;
}

const GAME: readonly Box[] = [
  ['noise', 'neutral'],
  ['g', 'generator'],
  ['samples', 'fake'],
  ['data', 'real'],
  ['d', 'discriminator'],
];
const gan = infoOf(
  GAME,
  [
    ['noise', 'g'],
    ['g', 'samples', 'g'],
    ['samples', 'd', 'g'],
    ['data', 'd'],
  ],
  { d: ['d'], g: ['g'] },
);

function told(info: Info, name: string): string[] {
  const update = info.updates.find((one) => one.name === name);
  return update ? beatsOf(info, update).map(({ text }) => text) : [];
}

describe('what flows in an update', () => {
  it('brings D real and generated samples, and moves D', () => {
    expect(told(gan, 'd')).toEqual([
      'noise → G',
      'G → samples',
      'samples, real data → D',
      'loss: D',
      'weights move: D',
    ]);
  });

  it('shows D only samples where G moves, and brings the gradient back the way they came', () => {
    expect(told(gan, 'g')).toEqual([
      'noise → G',
      'G → samples',
      'samples → D',
      'loss: D',
      'gradient back: samples',
      'gradient back: G',
      'weights move: G',
    ]);
    const beats = beatsOf(gan, gan.updates[1] ?? { name: '', title: '', networks: [], times: 0 });
    expect(beats[2]?.streams).toEqual([{ from: 'samples', to: 'd', back: false, colour: 'fake' }]);
    expect(beats[4]?.streams).toEqual([
      { from: 'samples', to: 'd', back: true, colour: 'generator' },
    ]);
    // What a network makes has the colour of what it is.
    expect(beats[1]?.streams[0]?.colour).toBe('fake');
  });

  it('goes through one network after the other where one loss moves both', () => {
    const vae = infoOf(
      [
        ['data', 'real'],
        ['encoder', 'third'],
        ['latent', 'neutral'],
        ['decoder', 'generator'],
        ['samples', 'fake'],
      ],
      [
        ['data', 'encoder', 'vae'],
        ['encoder', 'latent', 'vae'],
        ['latent', 'decoder', 'vae'],
        ['decoder', 'samples', 'vae'],
      ],
      { vae: ['encoder', 'decoder'] },
    );
    expect(told(vae, 'vae')).toEqual([
      'real data → encoder',
      'encoder → latent',
      'latent → decoder',
      'decoder → samples',
      'loss: samples',
      'gradient back: decoder',
      'gradient back: latent',
      'gradient back: encoder',
      'weights move: encoder, decoder',
    ]);
  });

  it('brings both to a fixed measure, and goes round where chains do', () => {
    const gmmn = infoOf(
      [...GAME.slice(0, 4), ['moments', 'neutral']],
      [
        ['noise', 'g'],
        ['g', 'samples', 'g'],
        ['samples', 'moments', 'g'],
        ['data', 'moments'],
      ],
      { g: ['g'] },
    );
    expect(told(gmmn, 'g')[2]).toBe('samples, real data → moments');
    const rbm = infoOf(
      [
        ['data', 'real'],
        ['rbm', 'generator'],
        ['chains', 'fake'],
      ],
      [
        ['data', 'rbm', 'rbm'],
        ['rbm', 'chains'],
        ['chains', 'rbm', 'rbm'],
      ],
      { rbm: ['rbm'] },
    );
    expect(told(rbm, 'rbm')).toEqual([
      'rbm → chains',
      'real data, chains → rbm',
      'loss: rbm',
      'gradient back: real data, chains',
      'weights move: rbm',
    ]);
  });

  it('says something of a model whose diagram has no arrows', () => {
    expect(told(infoOf([['f', 'generator']], [], { f: ['f'] }), 'f')).toEqual([
      'loss: F',
      'weights move: F',
    ]);
  });
});

it('takes its moments in turn, and weights move until the phase is over', () => {
  expect(beatAt(4, 0)).toEqual({ beat: 0, share: 0 });
  expect(beatAt(4, (1 - LOOK) / 2)).toEqual({ beat: 2, share: 0 });
  expect(beatAt(4, 1 - LOOK / 2)).toEqual({ beat: 3, share: 1 });
  expect(beatAt(4, 1)).toBeUndefined();
  expect(beatAt(4, -0.1)).toBeUndefined();
});

it('finds places along an arrow, heads left out', () => {
  const from = { left: 0, top: 100, right: 20, bottom: 120 };
  const to = { left: 0, top: 0, right: 20, bottom: 20 };
  const around = pointsOf(arrowPath(from, to, 0, 30));
  expect(around).toEqual([
    [20, 110],
    [36, 110],
    [36, 10],
    [21, 10],
  ]);
  expect(along(around, 0)).toEqual({ x: 20, y: 110, angle: 0 });
  expect(along(around, 1)).toMatchObject({ x: 21, y: 10 });
  const up = pointsOf(arrowPath(from, to, 0, undefined));
  expect(along(up, 0.5)).toEqual({ x: 10, y: 60.5, angle: -90 });
});
