/** What a teacher copies asks for what was chosen: read back by the page's own readers. */
import { describe, expect, it } from 'vitest';
import { readAttributes } from '../src/state/attributes.ts';
import { DEFAULT_SPEC, readHash } from '../src/state/url.ts';
import { attributesOf, type Choice, snippetsOf } from '../src/teach/snippets.ts';

const SITE = 'https://example.org/ganlet/';

const choice: Choice = {
  spec: {
    ...DEFAULT_SPEC,
    preset: 'ring',
    seed: 7,
    hide: ['tools', 'settings'],
    controls: ['train'],
    layers: ['real', 'fake'],
    slow: 'slow',
    lock: 'all',
    studio: 'A 3 12 B 7 turn A glasses 1.5',
    size: 'large',
    overrides: { cost: 'minimax', 'g_optimizer.lr': 0.0005 },
  },
  theme: 'dark',
};

const decoded = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

describe('snippets', () => {
  const { link, element, frame } = snippetsOf(choice, SITE, 'A "ring" & <');

  it('has a link that opens the choice', () => {
    expect(link.startsWith('https://example.org/ganlet/#')).toBe(true);
    const { spec, problems } = readHash(new URL(link).hash);
    expect(problems).toEqual([]);
    expect(spec).toEqual(choice.spec);
  });

  it('has an element whose attributes mean the same', () => {
    const attributes = [...element.matchAll(/ (\w+)="([^"]*)"/g)]
      .map(([, name = '', value = '']) => ({ name, value: decoded(value) }))
      .filter(({ name }) => !['type', 'src'].includes(name));
    const wish = readAttributes(attributes);
    expect(wish.problems).toEqual([]);
    expect(readHash(wish.link).spec).toEqual(choice.spec);
    expect(element).toContain('src="https://example.org/ganlet/embed.js"');
    expect(element).toContain('theme="dark"');
  });

  it('has a frame of the link, with nothing in it that ends an attribute', () => {
    const [, title = '', src = ''] = /title="([^"]*)".* src="([^"]*)"/.exec(frame) ?? [];
    expect(decoded(title)).toBe('A "ring" & <');
    expect(decoded(src)).toBe(link);
  });

  it('leaves out what is so anyway', () => {
    const plain: Choice = { spec: DEFAULT_SPEC, at: 0, theme: 'auto' };
    expect(attributesOf(plain, SITE)).toEqual({ preset: 'ring' });
  });

  it('keeps the step and the file to begin with, whose address an element needs whole', () => {
    const begun: Choice = { ...choice, at: 500, open: 'models/lesson.safetensors' };
    const { link, frame } = snippetsOf(begun, SITE, '');
    expect(readHash(new URL(link).hash)).toMatchObject({ at: 500, open: begun.open });
    expect(decoded(frame)).toContain(link);
    const file = `${SITE}models/lesson.safetensors`;
    expect(attributesOf(begun, SITE)).toMatchObject({ at: '500', open: file });
    expect(attributesOf({ ...begun, open: 'https://' }, SITE).open).toBe('https://');
  });
});
