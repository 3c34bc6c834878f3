import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { wholeSentence } from '../src/state/format.ts';
import { thumbnails } from '../src/thumbnails/index.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

it('are of presets that there are, and small together', () => {
  const presets = readdirSync(here('../../crates/gan/src/preset')).map((file) =>
    file.replace('.json', ''),
  );
  expect(thumbnails.size).toBeGreaterThan(0);
  for (const [name, url] of thumbnails) {
    expect(presets).toContain(name);
    expect(url).toMatch(/^data:image\/webp;base64,/);
  }
  const folder = here('../src/thumbnails/');
  const bytes = readdirSync(folder)
    .filter((file) => file.endsWith('.webp'))
    .reduce((sum, file) => sum + statSync(folder + file).size, 0);
  expect(bytes).toBeLessThan(60_000);
});

it('stand beside a whole sentence, colon and all', () => {
  const text = 'No opponent: an encoder guesses. A decoder makes it again.';
  expect(wholeSentence(text)).toBe('No opponent: an encoder guesses.');
  expect(wholeSentence('No full stop')).toBe('No full stop');
});
