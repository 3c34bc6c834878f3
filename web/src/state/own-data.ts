/**
 * A person's own data as a toy distribution: points of the plane that were drawn or read from a table, each the centre of a
 * small Gaussian, so that the density is known exactly; or numbers, as a mixture on the line.
 */
import Papa from 'papaparse';
import { decimal } from './format.ts';
import type { Json } from './json.ts';
import { msg, str } from '../words/locale.ts';

export type Point = readonly [x: number, y: number];

/** How far from the origin points lie, as the built-in toys do. */
export const REACH = 2;
/** Deviation of each Gaussian that was drawn. */
export const STD = 0.05;
/** As many points as fit into a link that can still be shared. */
export const MOST_POINTS = 400;
/** The components of a mixture on the line, at most. */
const MOST_COMPONENTS = 64;
/** Fewer numbers than that say nothing of a distribution. */
const FEWEST = 8;

/** What was made of a table, and what a reader should know of it. */
export interface Own {
  /** 1 or 2. */
  dim: number;
  data: Json;
  remarks: string[];
}

/** Points of the plane as data; of too many, every so many are kept. */
export function pointsData(points: readonly Point[], std = STD): Json {
  const kept = thinned(points, MOST_POINTS);
  return { kind: 'points', points: kept.map(([x, y]) => [rounded(x), rounded(y)]), std };
}

/** Every so many of a list, so that at most `most` are left, from its whole length. */
export function thinned<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.floor((i * all.length) / most)] as T);
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/**
 * A table of one or two columns of numbers, with or without a header, separated by whatever separates them. Throws with
 * what is wrong and in which line.
 */
export function readTable(text: string): Own {
  const { data: lines } = Papa.parse<string[]>(text.trim(), { skipEmptyLines: 'greedy' });
  const isNumber = (cell: string | undefined): boolean =>
    cell !== undefined && cell.trim() !== '' && Number.isFinite(Number(cell));
  const [first = []] = lines;
  const headed = first.length > 0 && !first.some(isNumber);
  const rows = headed ? lines.slice(1) : lines;
  const columns = rows[0]?.length ?? 0;
  const remarks: string[] = [];
  if (columns === 0)
    throw new Error(
      msg('There are no numbers in it: write a line for each point, such as “0.5, 1.2”.'),
    );
  if (columns > 3) {
    throw new Error(
      msg(
        str`It has ${columns} columns: one or two of numbers can be shown. Take the others away.`,
      ),
    );
  }
  const dim = Math.min(columns, 2);
  const values = rows.map((row, i) => {
    const bad = Array.from({ length: dim }, (_, at) => row[at]).find((cell) => !isNumber(cell));
    if (row.length !== columns || bad !== undefined) {
      const line = i + 1 + Number(headed);
      throw new Error(
        row.length === columns
          ? msg(str`Line ${line}: “${bad ?? ''}” is not a number.`)
          : msg(str`Line ${line}: it has ${row.length} columns, not ${columns}.`),
      );
    }
    return Array.from({ length: dim }, (_, at) => Number(row[at]));
  });
  if (columns === 3) remarks.push(msg('The third column is taken for a label, and left out.'));
  if (values.length < FEWEST) {
    throw new Error(
      msg(str`${values.length} points are too few: a distribution needs ${FEWEST} or more.`),
    );
  }
  const fitted = fit(values, dim);
  if (dim === 1) return { dim, data: mixtureData(fitted.map(([x = 0]) => x)), remarks };
  if (values.length > MOST_POINTS) {
    const nth = decimal(values.length / MOST_POINTS, 1);
    remarks.push(msg(str`Of ${values.length} points every ${nth}th is kept.`));
  }
  return { dim, data: pointsData(fitted.map(([x = 0, y = 0]) => [x, y])), remarks };
}

/** Moved and scaled so that they fill the stage, the same along each axis. */
function fit(values: readonly number[][], dim: number): number[][] {
  const ends = Array.from({ length: dim }, (_, axis) => {
    const column = values.map((row) => row[axis] ?? 0);
    return [Math.min(...column), Math.max(...column)] as const;
  });
  const widest = Math.max(...ends.map(([low, high]) => high - low));
  if (widest === 0) throw new Error(msg('All points are the same: there is nothing to learn.'));
  const scale = (2 * REACH) / widest;
  return values.map((row) =>
    row.map((value, axis) => {
      const [low = 0, high = 0] = ends[axis] ?? [];
      return (value - (low + high) / 2) * scale;
    }),
  );
}

/** Numbers as a mixture: as many in each component, which has their mean and deviation. */
function mixtureData(numbers: readonly number[]): Json {
  const sorted = numbers.toSorted((a, b) => a - b);
  const count = Math.min(MOST_COMPONENTS, Math.max(1, Math.floor(Math.sqrt(sorted.length))));
  const components = Array.from({ length: count }, (_, i) => {
    const part = sorted.slice(
      Math.floor((i * sorted.length) / count),
      Math.floor(((i + 1) * sorted.length) / count),
    );
    const mean = part.reduce((sum, x) => sum + x, 0) / part.length;
    const variance = part.reduce((sum, x) => sum + (x - mean) ** 2, 0) / part.length;
    return {
      weight: rounded(part.length / sorted.length),
      mean: rounded(mean),
      std: rounded(Math.max(STD, Math.sqrt(variance))),
    };
  });
  return { kind: 'mixture1d', components };
}
