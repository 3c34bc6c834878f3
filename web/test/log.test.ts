import { expect, it } from 'vitest';
import { CallError } from '../src/client.ts';
import { csvOfLog, jsonOfLog } from '../src/export/log.ts';
import type { Calls } from '../src/protocol.ts';
import { Channel } from '../src/state/channel.ts';
import { Log } from '../src/state/log.ts';
import { Notices } from '../src/state/notices.ts';
import { Topics } from '../src/state/topics.ts';
import { readHash } from '../src/state/url.ts';

const RING: Calls['create']['args'] = {
  preset: 'ring',
  seed: 7,
  backend: 'cpu',
  overrides: { cost: 'minimax' },
  headStart: 150,
};

const said = (log: Log): string[] => log.deeds.map(({ did, what }) => `${did}: ${what}`);

it('notes calls that change the game, in words, and nothing of who only looks', () => {
  let step = 0;
  const log = new Log(() => step);
  log.called('create', RING);
  log.called('play', {
    until: 3000,
    stop: { kind: 'metric', name: 'modes', bound: '>=', value: 8 },
  });
  step = 1200;
  log.called('pause', null);
  log.called('speed', { slow: 'fast' });
  log.called('speed', { slow: undefined });
  log.called('step', { update: undefined });
  log.called('step', { update: 'd' });
  log.called('set', { path: 'g_optimizer.lr', value: 0.001 });
  log.called('move', { backend: 'cpu' });
  log.called('load', { bytes: new Uint8Array(9), backend: 'cpu', name: 'ring.safetensors' });
  log.called('drawn', null);
  log.called('save', null);
  expect(said(log)).toEqual([
    'game: preset=ring&seed=7&backend=cpu&cost=minimax&at=150',
    'train: to step 3000, stop at modes>=8',
    'pause: ',
    'slow: fast',
    'slow: off',
    'step: all',
    'step: d',
    'set: g_optimizer.lr=0.001',
    'device: cpu',
    'open: ring.safetensors',
  ]);
  expect(log.deeds.map((deed) => deed.step)).toEqual([0, 0, ...Array<number>(8).fill(1200)]);
  const times = log.deeds.map(({ seconds }) => seconds);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

it('says of a game what a link says, so that it can be opened again', () => {
  const log = new Log(() => 0);
  log.called('create', RING);
  const { spec, at } = readHash(`#${log.deeds[0]?.what ?? ''}`);
  expect(spec).toMatchObject({ preset: 'ring', seed: 7, overrides: { cost: 'minimax' } });
  expect(at).toBe(150);
});

it('is bounded: the oldest go, and long words are cut', () => {
  const log = new Log(() => 0);
  for (let i = 0; i < 2005; i++) log.note('text', `${i} ${'x'.repeat(1000)}`);
  expect(log.deeds.length).toBe(2000);
  expect(log.leftOut).toBe(5);
  expect(log.deeds[0]?.what.startsWith('5 ')).toBe(true);
  expect(log.deeds[0]?.what.length).toBe(401);
});

it('forgets what the worker refused', async () => {
  const topics = new Topics();
  const log = new Log(() => 0);
  const listeners = { event: () => undefined, failure: () => undefined, stop: () => undefined };
  // Here is no worker, so that everything is refused.
  const channel = new Channel(topics, new Notices(() => undefined), listeners, log);
  log.note('idea', 'Minimax');
  await expect(channel.call('create', RING)).rejects.toThrow(CallError);
  expect(said(log)).toEqual(['idea: Minimax']);
});

it('is a table, whose cells are text whatever they begin with', () => {
  const log = new Log(() => 4);
  log.note('idea', '=HYPERLINK("x"), they say');
  log.note('pause');
  const [head, first, second, end] = csvOfLog(log).split('\n');
  expect(head).toBe('seconds,step,action,detail');
  expect(first).toMatch(/^\d+(\.\d)?,4,idea,"'=HYPERLINK\(""x""\), they say"$/);
  expect(second).toMatch(/,4,pause,$/);
  expect(end).toBe('');
});

it('is JSON with how many are missing', () => {
  const log = new Log(() => 4);
  log.note('question', 'How many? Eight (right)');
  const { left_out: leftOut, log: rows } = JSON.parse(jsonOfLog(log)) as {
    left_out: number;
    log: Record<string, unknown>[];
  };
  expect(leftOut).toBe(0);
  expect(rows).toMatchObject([{ step: 4, action: 'question', detail: 'How many? Eight (right)' }]);
});
