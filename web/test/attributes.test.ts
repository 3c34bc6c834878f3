import { describe, expect, it } from 'vitest';
import { readAttributes } from '../src/state/attributes.ts';
import { readHash } from '../src/state/url.ts';

const read = (attributes: Record<string, string>) =>
  readAttributes(Object.entries(attributes).map(([name, value]) => ({ name, value })));

describe('the attributes of an embedded playground', () => {
  it('say what a link says', () => {
    const { link, problems } = read({
      preset: 'moons',
      seed: '7',
      hide: 'game ideas',
      controls: 'train, reset',
      settings: 'cost=minimax&g_optimizer.lr=0.0005',
    });
    expect(problems).toEqual([]);
    expect(readHash(link)).toMatchObject({
      named: true,
      problems: [],
      spec: {
        preset: 'moons',
        seed: 7,
        hide: ['game', 'ideas'],
        controls: ['train', 'reset'],
        overrides: { cost: 'minimax', 'g_optimizer.lr': 0.0005 },
      },
    });
  });

  it('are without a value what they say', () => {
    const { link, problems } = read({ preset: 'ring', lock: '', layers: '', slow: 'fast' });
    expect(problems).toEqual([]);
    expect(readHash(link).spec).toMatchObject({ lock: 'all', layers: [], slow: 'fast' });
  });

  it('let pass what belongs to any element or to a framework', () => {
    const { problems } = read({ class: 'x', id: 'y', 'data-a': '1', 'v-if': 'b', onclick: '' });
    expect(problems).toEqual([]);
  });

  it('are named where they are misspelt, with those that there are', () => {
    const { problems } = read({ prest: 'ring' });
    expect(problems).toEqual([expect.stringMatching(/“prest”.*preset, seed/)]);
  });

  it('know two themes and the surroundings', () => {
    expect(read({ theme: 'dark' }).problems).toEqual([]);
    expect(read({ theme: 'blue' }).problems).toEqual([
      '“theme=blue”: it is one of light, dark, auto',
    ]);
  });
});
