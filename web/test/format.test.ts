import { expect, it, vi } from 'vitest';
import { webgpuHelp } from '../src/state/browser.ts';
import { decimal, divergence, duration, listed, rate } from '../src/state/format.ts';

it('is honest about what is not a number', () => {
  expect(divergence(Infinity)).toBe('∞');
  expect(divergence(NaN)).toBe('not a number');
  expect([rate(3.14159), rate(1234.5)]).toEqual(['3.1', '1,235']);
});

it('says a time to come coarsely', () => {
  expect([0.2, 40, 600, 9000].map(duration)).toEqual(['1 s', '40 s', '10 min', '2.5 h']);
});

it('tells each browser how to get WebGPU', () => {
  const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36';
  expect(webgpuHelp(chrome)).toContain('chrome://flags');
  expect(
    webgpuHelp('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/2010 Firefox/140.0'),
  ).toContain('Firefox');
  expect(webgpuHelp('Mozilla/5.0 (Macintosh) Version/18.0 Safari/605.1')).toContain('Safari 26');
  expect(webgpuHelp('something else')).toContain('recent');
});

it('writes numbers as JavaScript does, with as many digits as are asked for', () => {
  expect([0.5, -0.00001, 1.005, 12345.678].map((value) => decimal(value, 2))).toEqual([
    '0.50',
    '-0.00',
    '1.00',
    '12345.68',
  ]);
});

it('lists in words', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listed)).toEqual([
    '',
    'a',
    'a and b',
    'a, b and c',
  ]);
});

it('writes numbers as they are written in the language of the page', async () => {
  vi.resetModules();
  vi.doMock('../src/words/locale.ts', async (original) => ({
    ...(await original<typeof import('../src/words/locale.ts')>()),
    language: 'de',
  }));
  const german = await import('../src/state/format.ts');
  expect(german.decimal(-1234.5, 1)).toBe('-1234,5');
  expect([german.count(12345.6), german.percent(0.5)]).toEqual(['12.346', '50\u00a0%']);
  expect([german.duration(9000), german.divergence(0.5)]).toEqual(['2,5 h', '0,500']);
});
