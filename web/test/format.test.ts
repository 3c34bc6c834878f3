import { expect, it } from 'vitest';
import { webgpuHelp } from '../src/state/browser.ts';
import { divergence, duration, rate } from '../src/state/format.ts';

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
