import { describe, expect, it } from 'vitest';
import { isObject, type Json } from '../src/state/json.ts';
import { MOST_POINTS, type Own, pointsData, readTable, thinned } from '../src/state/own-data.ts';

const table = (rows: readonly (string | number)[][]): string =>
  rows.map((row) => row.join(',')).join('\n');
const spiral = Array.from({ length: 20 }, (_, i) => [Math.cos(i) * i, 3 * Math.sin(i) * i]);

const pointsOf = ({ data }: Own): Json[] => {
  const points = isObject(data) ? data.points : undefined;
  return Array.isArray(points) ? points : [];
};

describe('a table', () => {
  it('of two columns becomes points that fill the stage, with their shape kept', () => {
    const own = readTable(table(spiral));
    expect(own.dim).toBe(2);
    const points = pointsOf(own) as [number, number][];
    expect(points).toHaveLength(20);
    const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
    expect(Math.max(...ys) - Math.min(...ys)).toBeCloseTo(4);
    const width = (all: number[]): number => Math.max(...all) - Math.min(...all);
    const before = spiral as [number, number][];
    expect(width(xs) / width(ys)).toBeCloseTo(
      width(before.map(([x]) => x)) / width(before.map(([, y]) => y)),
      2,
    );
  });

  it('may have a header, semicolons or tabs, empty lines and a label', () => {
    const lines = spiral.map(([x = 0, y = 0]) => `${x};${y};a`).join('\n\n');
    const own = readTable(`x;y;class\n${lines}\n`);
    expect(pointsOf(own)).toHaveLength(20);
    expect(own.remarks).toEqual(['The third column is taken for a label, and left out.']);
    expect(readTable(spiral.map((row) => row.join('\t')).join('\n')).dim).toBe(2);
  });

  it('of one column becomes a mixture with the numbers’ mean and deviation', () => {
    const numbers = Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? 10 : 30) + (i % 7));
    const { dim, data } = readTable(numbers.join('\n'));
    expect(dim).toBe(1);
    const { components } = data as { components: { weight: number; mean: number }[] };
    expect(components.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 1);
    const scale = 4 / (36 - 10);
    const mean = numbers.reduce((sum, x) => sum + (x - 23) * scale, 0) / numbers.length;
    const found = components.reduce((sum, c) => sum + c.weight * c.mean, 0);
    expect(found).toBeCloseTo(mean, 1);
  });

  it.each([
    ['', 'no numbers'],
    ['a,b\n', 'no numbers'],
    [table([...spiral.slice(0, 9), ['a word', 2]]), 'Line 10: “a word” is not a number'],
    [table([...spiral.slice(0, 9), ['NaN', 2]]), 'Line 10: “NaN” is not a number'],
    [table([...spiral.slice(0, 9), [1]]), 'Line 10: it has 1 columns, not 2'],
    [table(spiral.map((row) => [...row, 1, 2])), 'It has 4 columns'],
    [table(spiral.slice(0, 3)), '3 points are too few'],
    [table(spiral.map(() => [1, 1])), 'All points are the same'],
  ])('that cannot be used says why: %#', (text, problem) => {
    expect(() => readTable(text)).toThrow(problem);
  });

  it('of very many rows keeps some of all of them, and says so', () => {
    const many = Array.from({ length: 5000 }, (_, i) => [i, (i * 7919) % 5000]);
    const own = readTable(table(many));
    const points = pointsOf(own) as [number, number][];
    expect(points).toHaveLength(MOST_POINTS);
    expect(points[0]?.[0]).toBeCloseTo(-2);
    expect(points.at(-1)?.[0]).toBeGreaterThan(1.95);
    expect(own.remarks[0]).toMatch(/^Of 5000 points every 12\.5th is kept/);
  });
});

describe('drawn points', () => {
  it('are rounded, so that a link stays short', () => {
    expect(pointsData([[0.12345, -1]])).toEqual({
      kind: 'points',
      points: [[0.123, -1]],
      std: 0.05,
    });
  });

  it('are thinned evenly', () => {
    expect(thinned([1, 2, 3, 4, 5, 6], 3)).toEqual([1, 3, 5]);
    expect(thinned([1, 2], 3)).toEqual([1, 2]);
  });
});
