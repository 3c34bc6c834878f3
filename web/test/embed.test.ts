/** What the example for other people's pages says of its games is so. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { differences, type Json, type JsonObject } from '../src/state/json.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

it('calls two games the same that differ in one setting', () => {
  const page = read('../embed.html').replaceAll(/\s+/g, ' ');
  expect(page).toContain('the same game with one change');
  const [one, other] = [...page.matchAll(/<gan-playground preset="([\w-]+)" seed="1"/g)].map(
    ([, name = '']) =>
      (JSON.parse(read(`../../crates/gan/src/preset/${name}.json`)) as { config: JsonObject })
        .config,
  );
  const changes: Record<string, Json> = differences(one, other ?? {});
  expect(Object.keys(changes)).toEqual(['discriminator.layers']);
});
