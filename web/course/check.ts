/** Whether a lesson asks only for what the library has: its presets and its config's schema are in this repository. */
import { readActions } from '../src/state/action.ts';
import { LAYERS } from '../src/state/parts.ts';
import { getPath, type Json } from '../src/state/json.ts';
import { SchemaReader } from '../src/state/schema.ts';
import { readHash } from '../src/state/url.ts';
import type { Lesson } from './lesson.ts';

export interface Known {
  presets: readonly string[];
  schema: SchemaReader;
}

/** What is wrong with a lesson, a sentence each without its full stop. */
export function problemsOf(lesson: Lesson, { presets, schema }: Known): string[] {
  const link = (words: string): string[] => {
    const { spec, problems } = readHash(words, (path) => schema.knows(path));
    const missing = presets.includes(spec.preset) ? [] : [`there is no preset “${spec.preset}”`];
    return [...missing, ...problems];
  };
  const actions = lesson.actions.flatMap(readActions).flatMap((action) => {
    switch (action.act) {
      case 'open':
        return link(action.link);
      case 'set':
        return Object.keys(action.changes)
          .filter((path) => !schema.knows(path))
          .map((path) => `“set?${path}=…”: there is no such setting`);
      default:
        return [];
    }
  });
  const names = lesson.live.filter((name) => !/^[a-z][a-z0-9_]*$/.test(name));
  const parts = lesson.parts.filter(
    (part) => !(LAYERS as readonly string[]).includes(part) && !schema.knows(part),
  );
  return [
    ...link(lesson.playground),
    ...actions,
    ...parts.map(
      (part) =>
        `“part=${part}” is no part of the picture: there are the layers ${LAYERS.join(', ')}, and settings, for their box in the diagram`,
    ),
    ...names.map((name) => `“live:${name}” is no name of a number`),
  ];
}

/** From the files that the library is compiled from. */
export function knownOf(presets: readonly string[], schema: Json): Known {
  if (getPath(schema, 'oneOf') === undefined) throw new Error('this is no schema of a config');
  return {
    presets,
    schema: new SchemaReader(schema as ConstructorParameters<typeof SchemaReader>[0]),
  };
}
