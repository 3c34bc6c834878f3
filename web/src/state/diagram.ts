/** Where the blocks of a model's diagram stand: in rows where there is height, in a line where there is none. */
import type { Block, Diagram } from '../library.ts';

export interface Place {
  block: Block;
  /** From the top: what everything flows into is in row 0. */
  row: number;
  /** Where in its row, and how many stand there. */
  column: number;
  columns: number;
  /** Where in the line. */
  order: number;
}

export function placesOf(diagram: Diagram): Place[] {
  const longest = longestPaths(diagram);
  const line = lineOf(diagram, longest);
  return diagram.blocks.map((block) => {
    const row = (longest.get(block.name)?.length ?? 1) - 1;
    const mates = line.filter((name) => longest.get(name)?.length === row + 1);
    return {
      block,
      row,
      column: mates.indexOf(block.name),
      columns: mates.length,
      order: line.indexOf(block.name),
    };
  });
}

/** From each block the longest way along arrows to a last one, itself included; no way goes around in a circle. */
function longestPaths({ blocks, arrows }: Diagram): Map<string, readonly string[]> {
  const known = new Map<string, readonly string[]>();
  const visit = (name: string, before: ReadonlySet<string>): readonly string[] => {
    const found = known.get(name);
    if (found) return found;
    const here = new Set([...before, name]);
    const ways = arrows
      .filter(({ from, to }) => from === name && !here.has(to))
      .map(({ to }) => visit(to, here));
    const best = ways.reduce((most, way) => (way.length > most.length ? way : most), []);
    const path = [name, ...best];
    known.set(name, path);
    return path;
  };
  for (const { name } of blocks) visit(name, new Set());
  return known;
}

/** The longest way, then what flows into its end, so that most neighbours have an arrow between them. */
function lineOf(
  { blocks, arrows }: Diagram,
  longest: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const line = [...longest.values()].reduce<readonly string[]>(
    (most, way) => (way.length > most.length ? way : most),
    [],
  );
  const rest = new Set(blocks.map(({ name }) => name).filter((name) => !line.includes(name)));
  const all = [...line];
  while (rest.size > 0) {
    const last = all.at(-1);
    const [any] = rest;
    const next =
      arrows.find(({ from, to }) => to === last && rest.has(from))?.from ??
      arrows.find(({ from, to }) => from === last && rest.has(to))?.to ??
      any;
    if (next === undefined) break;
    all.push(next);
    rest.delete(next);
  }
  return all;
}
