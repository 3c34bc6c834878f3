import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../src/state/json.ts';
import { labelOf } from '../src/state/label.ts';
import { SchemaReader } from '../src/state/schema.ts';
import { describe as schemaText } from './mock-library.ts';

const reader = new SchemaReader(JSON.parse(await schemaText()) as JsonObject);
const config = {
  preset: 'ring',
  cost: 'minimax',
  batch: 256,
  g_optimizer: { kind: 'adam', lr: 0.001, beta1: 0.5 },
};
const groups = reader.groups(config);

describe('controls from the schema', () => {
  it('keeps plain fields together and gives unions a group of their own', () => {
    expect(groups.map(({ title }) => title)).toEqual(['', 'G optimizer']);
    expect(groups[0]?.controls.map(({ path }) => path)).toEqual(['cost', 'batch']);
  });

  it('makes a choice of constants, each with its sentence', () => {
    expect(groups[0]?.controls[0]).toMatchObject({
      kind: 'choice',
      chosen: 0,
      choices: [{ label: 'Minimax', value: 'minimax' }, { label: 'Non saturating' }],
    });
  });

  it('keeps ranges of numbers', () => {
    expect(groups[0]?.controls[1]).toMatchObject({
      kind: 'number',
      integer: true,
      min: 1,
      max: 4096,
    });
  });

  it('follows references and shows the chosen variant’s fields', () => {
    expect(groups[1]?.controls.map(({ path }) => path)).toEqual([
      'g_optimizer',
      'g_optimizer.lr',
      'g_optimizer.beta1',
    ]);
    // Changing the variant keeps what both have.
    expect(groups[1]?.controls[0]).toMatchObject({
      chosen: 0,
      choices: [{ value: config.g_optimizer }, { value: { kind: 'sgd', lr: 0.001 } }],
    });
  });

  it('offers no data that have to be given first, unless they are there', () => {
    const kind = (name: string): JsonObject => ({ properties: { kind: { const: name } } });
    const data = new SchemaReader({
      properties: { data: { oneOf: [kind('ring'), kind('own_images')] } },
    });
    const labels = (now: string): string[] => {
      const [control] = data.groups({ data: { kind: now } })[0]?.controls ?? [];
      return control?.kind === 'choice' ? control.choices.map(({ label }) => label) : [];
    };
    expect(labels('ring')).toEqual(['Ring']);
    expect(labels('own_images')).toEqual(['Ring', 'Own images']);
  });

  it('edits what it does not understand as JSON', () => {
    const odd = new SchemaReader({ properties: { layers: { type: 'array' } } });
    expect(odd.groups({ layers: [1, 2] })[0]?.controls[0]).toMatchObject({ kind: 'json' });
  });

  it('sees through optional fields', () => {
    const optional = new SchemaReader({
      properties: { clip: { anyOf: [{ type: 'number', minimum: 0 }, { type: 'null' }] } },
    });
    expect(optional.groups({ clip: 0.1 })[0]?.controls[0]).toMatchObject({
      kind: 'number',
      min: 0,
    });
  });

  it('offers a part that can be left out as off and on', () => {
    const [off] = reader.groups({ gradient_penalty: null })[0]?.controls ?? [];
    expect(off).toMatchObject({
      kind: 'choice',
      chosen: 0,
      choices: [{ value: null }, { value: { weight: 1, target: 1 } }],
    });
    const on = reader.groups({ gradient_penalty: { weight: 5, target: 1 } })[0]?.controls;
    expect(on?.map(({ path }) => path)).toEqual([
      'gradient_penalty',
      'gradient_penalty.weight',
      'gradient_penalty.target',
    ]);
  });

  it('lets an optional number be empty', () => {
    const optional = new SchemaReader({ properties: { last: { type: ['number', 'null'] } } });
    expect(optional.groups({ last: null })[0]?.controls[0]).toMatchObject({
      kind: 'number',
      optional: true,
      value: null,
    });
  });

  it('makes one list of a union of unions', () => {
    const kind = (name: string) => ({ properties: { kind: { const: name } } });
    const nested = new SchemaReader({
      properties: { data: { anyOf: [{ oneOf: [kind('ring'), kind('grid')] }, kind('mnist')] } },
    });
    const [control] = nested.groups({ data: { kind: 'grid' } })[0]?.controls ?? [];
    expect(control).toMatchObject({
      chosen: 1,
      choices: [{ label: 'Ring' }, { label: 'Grid' }, { label: 'Mnist' }],
    });
  });

  it('knows which paths exist, in any variant', () => {
    expect(reader.knows('g_optimizer.momentum')).toBe(true);
    expect(reader.knows('g_optimizer.speed')).toBe(false);
    expect(reader.knows('speed')).toBe(false);
  });
});

it('labels fields as a person would', () => {
  expect(labelOf('g_optimizer')).toBe('G optimizer');
  expect(labelOf('label_smoothing')).toBe('Label smoothing');
});
