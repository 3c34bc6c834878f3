/** Which layers are on: by the link, by the reader, by the kind of picture; and what the link says of it. */
import { expect, it } from 'vitest';
import type { Model } from '../src/protocol.ts';
import type { Channel } from '../src/state/channel.ts';
import type { Current } from '../src/state/current.ts';
import { Run } from '../src/state/run.ts';
import { Stage } from '../src/state/stage.ts';
import { Topics } from '../src/state/topics.ts';
import { DEFAULT_SPEC, type Spec } from '../src/state/url.ts';

const plane = { info: { data: { kind: 'points', dim: 2 } } } as Model;
const line = { info: { data: { kind: 'points', dim: 1 } }, line: {} } as Model;

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
