import { describe, expect, it } from 'vitest';
import schema from '../../crates/gan/src/config/schema.json' with { type: 'json' };
import { earlier, inserted, withField, without } from '../src/state/list.ts';
import { type Control, SchemaReader } from '../src/state/schema.ts';

const layers = [
  { kind: 'dense', units: 128, bias: true },
  { kind: 'leaky_relu', slope: 0.2 },
  { kind: 'dense', units: 2, bias: true },
];

function control(): Extract<Control, { kind: 'list' }> {
  const config = { generator: { layers, init: { kind: 'he' } } };
  const groups = new SchemaReader(schema).groups(config);
  const found = groups
    .flatMap(({ controls }) => controls)
    .find(({ path }) => path === 'generator.layers');
  if (found?.kind !== 'list') throw new Error('layers are no list');
  return found;
}

describe('the layers of a network', () => {
  it('are a list whose elements have fields with ranges', () => {
    const { items } = control();
    expect(items.map(({ label }) => label)).toEqual(['Dense', 'Leaky relu', 'Dense']);
    const [units, bias] = items[0]?.controls ?? [];
    expect(units).toMatchObject({
      path: 'generator.layers.0.units',
      kind: 'number',
      min: 1,
      value: 128,
    });
    expect(bias).toMatchObject({ kind: 'toggle', value: true });
    expect(items[1]?.controls).toMatchObject([{ path: 'generator.layers.1.slope', max: 1 }]);
  });

  it('can be put in with what they need, by every kind that there is', () => {
    const { choices, of } = control();
    const kinds = choices.map(({ value }) => (value as { kind: string }).kind);
    expect(kinds).toContain('batch_norm');
    expect(kinds).toContain('minibatch_discrimination');
    // Whatever is put in is of a form that the list reads again.
    for (const { value } of choices) expect(of([...layers, value]).kind).toBe('list');
  });

  it('are no list of controls where one of them is unknown', () => {
    expect(control().of([{ kind: 'dream' }]).kind).toBe('json');
  });
});

describe('a list', () => {
  it('changes by copies', () => {
    const list = ['a', 'b', 'c'];
    expect(without(list, 1)).toEqual(['a', 'c']);
    expect(inserted(list, 2, 'x')).toEqual(['a', 'b', 'x', 'c']);
    expect(earlier(list, 2)).toEqual(['a', 'c', 'b']);
    expect(earlier(list, 0)).toEqual(list);
    expect(withField([{ k: 1 }, { k: 2 }], 1, 'k', 3)).toEqual([{ k: 1 }, { k: 3 }]);
    expect(list).toEqual(['a', 'b', 'c']);
  });
});
