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

/** What is the same in every language: the words of a caption alone may differ. */
const SAME: Readonly<Record<string, (lesson: Lesson) => readonly string[]>> = {
  playground: ({ playground }) => [untitled(playground)],
  action: ({ actions }) => actions.map(untitled),
  question: ({ questions }) => questions,
  number: ({ live }) => live,
  part: ({ parts }) => parts,
};
const untitled = (link: string): string =>
  link.replaceAll(/(?<=[?&]|^)caption=[^&;]*/g, 'caption=…');

/** Where a lesson does something else than `original`, of which it is the translation; a sentence each, likewise. */
export function differencesOf(lesson: Lesson, original: Lesson): string[] {
  return Object.entries(SAME).flatMap(([what, of]) => {
    const [own, its] = [of(lesson), of(original)];
    const at = Array.from({ length: Math.max(own.length, its.length) }, (_, i) => i).find(
      (i) => own[i] !== its[i],
    );
    if (at === undefined) return [];
    const quoted = (one: string | undefined): string => (one === undefined ? 'none' : `“${one}”`);
    return [`${what} ${at + 1} is ${quoted(own[at])}, and ${quoted(its[at])} in English`];
  });
}

/** The first lesson that one language has and the other has not: its file there, and what to mend. */
export function missingOf(
  files: readonly string[],
  originals: readonly string[],
): { file: string; problem: string } | undefined {
  const missing = originals.find((file) => !files.includes(file));
  if (missing !== undefined)
    return { file: missing, problem: 'it is missing; each lesson is there in each language' };
  const alone = files.find((file) => !originals.includes(file));
  return alone === undefined
    ? undefined
    : { file: alone, problem: 'there is no English lesson of this name' };
}

/** From the files that the library is compiled from. */
export function knownOf(presets: readonly string[], schema: Json): Known {
  if (getPath(schema, 'oneOf') === undefined) throw new Error('this is no schema of a config');
  return {
    presets,
    schema: new SchemaReader(schema as ConstructorParameters<typeof SchemaReader>[0]),
  };
}
