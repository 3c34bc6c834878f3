import { describe, expect, it } from 'vitest';
import { isReached, readStop, stopText, writeStop } from '../src/state/stop.ts';

describe('where training stops', () => {
  it.each([
    ['500', '500', 'step 500'],
    [' 1500 ', '1500', 'step 1,500'],
    ['30s', '30s', '30\u00a0s'],
    ['2.5 s', '2.5s', '2.5\u00a0s'],
    ['modes>=8', 'modes>=8', 'modes ≥ 8'],
    ['high_quality > 0.9', 'high_quality>=0.9', 'high quality ≥ 0.9'],
    ['js ≤ 5e-2', 'js<=0.05', 'js ≤ 0.05'],
    ['d_loss<-1', 'd_loss<=-1', 'd loss ≤ -1'],
  ])('reads “%s”', (text, written, words) => {
    const stop = readStop(text);
    if (!stop) throw new Error('not read');
    expect([writeStop(stop), stopText(stop)]).toEqual([written, words]);
    expect(readStop(writeStop(stop))).toEqual(stop);
  });

  it.each(['', '0', '0s', '-5', '1.5', 'modes', 'modes=8', '>8', 'modes>=many', '8<modes'])(
    'takes “%s” for nothing',
    (text) => {
      expect(readStop(text)).toBeUndefined();
    },
  );

  it('is reached at the bound and beyond it, never by what was not measured', () => {
    const [least, most] = [readStop('modes>=8'), readStop('js<=0.1')];
    expect([7, 8, 9].map((modes) => isReached(least, { modes }))).toEqual([false, true, true]);
    expect([0.2, 0.1, NaN].map((js) => isReached(most, { js }))).toEqual([false, true, false]);
    expect(isReached(least, { js: 8 })).toBe(false);
    expect(isReached(readStop('8'), { modes: 8 })).toBe(false);
  });
});
