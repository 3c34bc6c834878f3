import { describe, expect, it } from 'vitest';
import { addressOf } from '../src/open/address.ts';
import { readConfig } from '../src/open/config.ts';
import { kindOf, kindOfText } from '../src/open/kinds.ts';
import { pack } from '../src/own/file.ts';
import { figuresText, roomText, sizeText, whenText } from '../src/state/kept-words.ts';
import { assembled } from '../src/state/safetensors.ts';
import { readHash } from '../src/state/url.ts';

describe('what a file is', () => {
  const set = pack({
    name: 'pets',
    size: 1,
    channels: 1,
    count: 1,
    pixels: Uint8Array.of(7),
    labels: new Uint8Array(),
    classes: [],
  });
  const model = assembled({ __metadata__: { ganlet: '{}' } }, []);
  it.each<[string, BlobPart, string]>([
    ['a.safetensors', model, 'checkpoint'],
    ['without-an-ending', model, 'checkpoint'],
    ['cut.safetensors', 'no', 'checkpoint'],
    ['set.safetensors', set, 'images'],
    ['pets.zip', 'PK', 'images'],
    ['train-images-idx3-ubyte', '', 'images'],
    ['cat.PNG', '', 'picture'],
    ['ring.json', '{}', 'config'],
    ['points.csv', '1,2', 'table'],
    ['thesis.pdf', '%PDF', 'unknown'],
  ])('%s', async (name, content, kind) => {
    expect(await kindOf(new File([content], name))).toBe(kind);
  });
});

describe('what a text is', () => {
  it.each([
    ['https://ganlet.example/#preset=ring&seed=7', 'link'],
    ['#preset=ring', 'link'],
    ['{"preset": "ring"}', 'config'],
    ['x, y\n0.5, 1\n1, 2', 'table'],
    ['1\n2\n-3e-1', 'table'],
    ['Dear reader,\nhow are you?', 'unknown'],
    ['', 'unknown'],
    ['42', 'unknown'],
  ])('%s', (text, kind) => {
    expect(kindOfText(text)).toBe(kind);
  });
});

describe('a config', () => {
  it('is a preset and what differs, or lies in a file beside other things', () => {
    const config = { preset: 'ring', seed: 5, batch: 64 };
    const read = { preset: 'ring', seed: 5, own: { batch: 64 } };
    expect(readConfig(JSON.stringify(config))).toEqual(read);
    expect(readConfig(JSON.stringify({ version: '1', config, curves: {} }))).toEqual(read);
  });

  it.each([
    ['{"preset": "ri', /cut short/],
    ['[1, 2]', /not an object/],
    ['{"batch": 64}', /names no preset/],
    ['{"preset": "ring", "seed": -1}', /“seed” is a whole number/],
  ])('is refused with why: %s', (text, why) => {
    expect(() => readConfig(text)).toThrow(why);
  });
});

describe('the address of a file to open', () => {
  const page = 'https://ganlet.example/play/';
  const own = "default-src 'none'; connect-src 'self'";
  const refusal = (text: string, policy = own): string => {
    const address = addressOf(text, page, policy);
    return 'refusal' in address ? address.refusal : '';
  };

  it('is one of the page’s own host', () => {
    const at = `${page}models/my%20ring.safetensors`;
    for (const text of [at, 'models/my%20ring.safetensors']) {
      expect(addressOf(text, page, own)).toEqual({
        url: new URL(at),
        file: 'my ring.safetensors',
        host: 'ganlet.example',
      });
    }
  });

  it('is of another host only where the page’s policy names it', () => {
    const other = 'https://files.example/ring.safetensors';
    expect(refusal(other)).toMatch(/ring.safetensors from files.example.*nothing was fetched/);
    expect(refusal(other, `${own} https://files.example`)).toBe('');
    expect(refusal(other, `${own} https://files.example.com https:`)).not.toBe('');
    expect(refusal('http://ganlet.example/a')).toMatch(/asks no other site/);
  });

  it('is refused where a page cannot read it', () => {
    expect(refusal('file:///home/me/ring.safetensors')).toMatch(/drop ring.safetensors/);
    expect(refusal('javascript:alert(1)')).toMatch(/not at “javascript:”/);
    expect(refusal('https://')).toMatch(/not an address/);
    expect(refusal('https://x.example/%E0%A4%A')).toMatch(/x\.example/);
  });

  it('stands in a link, and is no setting', () => {
    const { open, spec, named, problems } = readHash('#open=https://a.example/b.safetensors');
    expect(open).toBe('https://a.example/b.safetensors');
    expect([spec.overrides, named, problems]).toEqual([{}, false, []]);
  });
});

describe('the list of runs says', () => {
  it('how far, how good, how large and when', () => {
    const figures = [{ label: 'Modes covered', value: '8 of 8' }];
    expect(figuresText({ step: 1400, figures })).toBe('Step 1,400 · Modes covered: 8 of 8');
    expect([400, 51_400, 3_250_000, 2.5e9].map(sizeText)).toEqual([
      '1 KB',
      '52 KB',
      '3.3 MB',
      '2.5 GB',
    ]);
    const now = new Date(2026, 4, 3, 18, 0).getTime();
    expect(whenText(now - 20_000, now)).toBe('just now');
    expect(whenText(now - 11 * 60_000, now)).toBe('11 min ago');
    expect(whenText(new Date(2026, 4, 3, 9, 5).getTime(), now)).toBe('today, 09:05');
    expect(whenText(new Date(2026, 3, 30, 0, 7).getTime(), now)).toBe('30 April 2026, 00:07');
    const room = (lasting: boolean | undefined) =>
      roomText([{ bytes: 1e6 }, { bytes: 2e6 }], { used: 1e9, granted: 3e9, lasting });
    expect(room(undefined)).toBe('In all: 3.0 MB. This browser has room for about 2.0 GB more.');
    expect(room(true)).toMatch(/GB more\. It promises not to clear any of this/);
    expect(room(false)).toMatch(
      /GB more\. It may clear all of this .* save what matters as a file/,
    );
    expect(roomText([], undefined)).toBe('In all: 0 KB.');
  });
});
