/** Which layers are on: by the link, by the reader, by the kind of picture; and what the link says of it. */
import { expect, it } from 'vitest';
import type { Model } from '../src/protocol.ts';
import type { Channel } from '../src/state/channel.ts';
import type { Current } from '../src/state/current.ts';
import { Run } from '../src/state/run.ts';
import { Stage } from '../src/state/stage.ts';
import { Topics } from '../src/state/topics.ts';
import { DEFAULT_SPEC, type Spec } from '../src/state/url.ts';

const score = { name: 'score', kind: 'score', inputs: [], range: [0, 1] };
const diagram = {
  blocks: [
    { name: 'g', colour: 'generator', view: 'decode' },
    { name: 'd', colour: 'discriminator', view: 'score' },
  ],
};
const points = (dim: number, views: unknown[] = [score]) => ({
  info: { data: { kind: 'points', dim }, latent_dim: dim, views, diagram },
  critic: false,
});
const plane = points(2) as unknown as Model;
const line = { ...points(1), line: {} } as unknown as Model;

function parts(model: Model, spec: Partial<Spec>) {
  const told: unknown[][] = [];
  const channel = {
    try: (_busy: string, ...call: unknown[]) => {
      told.push(call);
      return Promise.resolve(null);
    },
  } as unknown as Channel;
  const current = { model, spec: { ...DEFAULT_SPEC, ...spec } } as unknown as Current;
  const topics = new Topics();
  return {
    told,
    current,
    stage: new Stage(topics, channel, current),
    run: new Run(topics, channel, current),
  };
}

it('are those of the link, whatever the picture begins with', () => {
  const { stage, current } = parts(plane, { layers: ['real', 'arrows'] });
  stage.begin(undefined);
  expect(stage.layers).toMatchObject({ real: true, fake: false, heat: false, arrows: true });
  expect(current.spec.layers).toEqual(['real', 'arrows']);
});

it('are in the link where the reader switched them, and not where they are as at first', async () => {
  const { stage, current } = parts(plane, {});
  stage.begin(undefined);
  expect(current.spec.layers).toBeUndefined();
  await stage.setLayers({ grid: true });
  expect(current.spec.layers).toEqual(['real', 'fake', 'heat', 'grid']);
  await stage.setLayers({ grid: false });
  expect(current.spec.layers).toBeUndefined();
});

it('begin anew with another kind of picture, and stay with the same', async () => {
  const { stage, current } = parts(plane, {});
  stage.begin(undefined);
  await stage.setLayers({ heat: false });
  // Another preset was chosen.
  current.spec = { ...current.spec, layers: undefined };
  stage.begin('plane');
  expect(current.spec.layers).toEqual(['real', 'fake']);
  current.spec = { ...current.spec, layers: undefined };
  current.model = line;
  stage.begin('plane');
  expect(stage.layers).toMatchObject({ heat: true, grid: true });
  expect(current.spec.layers).toBeUndefined();
});

it('a link begins in slow motion; the worker is told of it once for each model', async () => {
  const { run, current, told } = parts(plane, { slow: 'fast' });
  run.begin(0);
  expect(run.slow).toBe(true);
  expect(run.pace).toBe('fast');
  expect(told).toEqual([['speed', { slow: 'fast' }]]);
  await run.setPace('slow');
  expect(current.spec.slow).toBe('slow');
  await run.setSlow(false);
  expect(current.spec.slow).toBeUndefined();
  expect(told.slice(1)).toEqual([
    ['speed', { slow: 'slow' }],
    ['speed', { slow: undefined }],
  ]);
  run.begin(0);
  expect(told).toHaveLength(3);
});

it('show data and samples, or only what one player sees', async () => {
  const { stage, current } = parts(plane, {});
  stage.begin(undefined);
  await stage.setLayers({ arrows: true, 'd-sees': true });
  const drawn = () => Object.entries(stage.strengths).flatMap(([name, on]) => (on ? [name] : []));
  expect(drawn()).toEqual(['heat', 'd-sees']);
  await stage.setLayers({ 'g-sees': true });
  expect(drawn()).toEqual(['g-sees']);
  expect(current.spec.layers).toEqual(['real', 'fake', 'heat', 'arrows', 'g-sees']);
  await stage.setLayers({ 'g-sees': false });
  expect(drawn()).toEqual(['real', 'fake', 'heat', 'arrows']);
});

it('of the plane are on the best D or on the ratio, along a line on both', async () => {
  const over = parts(plane, {});
  await over.stage.setLayers({ optimal: true });
  await over.stage.setLayers({ ratio: true });
  expect(over.stage.layers).toMatchObject({ optimal: false, ratio: true });
  expect(over.told.at(-1)).toEqual(['show', expect.objectContaining({ ratio: true })]);
  const along = parts(line, {});
  await along.stage.setLayers({ optimal: true });
  await along.stage.setLayers({ ratio: true });
  expect(along.stage.layers).toMatchObject({ optimal: true, ratio: true });
});

it('are not drawn of a model that has none, and are computed where a lesson points at them', () => {
  const none = parts(points(2, []) as unknown as Model, { layers: ['real', 'heat', 'optimal'] });
  none.stage.begin(undefined);
  expect(none.stage.strengths).toMatchObject({ real: 1, heat: 0, optimal: 0 });
  const { stage, told } = parts(plane, {});
  stage.light(['optimal']);
  expect(told.at(-1)).toEqual(['show', expect.objectContaining({ optimal: true })]);
  expect(stage.show.optimal).toBe(false);
  stage.light([]);
  expect(told.at(-1)).toEqual(['show', expect.objectContaining({ optimal: false })]);
  stage.light(['real']);
  expect(told).toHaveLength(2);
});
