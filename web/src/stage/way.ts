/** Places along an arrow of the diagram, for what moves along it. */

export type Point = readonly [x: number, y: number];

/** The corners of an arrow's path, without its head. */
export function pointsOf(path: string): Point[] {
  // The head is drawn with the one relative move.
  const [line = ''] = path.split('m');
  const points: [number, number][] = [];
  for (const [, command = '', numbers = ''] of line.matchAll(/([MHV])([^MHV]*)/g)) {
    const [a = 0, b = 0] = numbers.trim().split(' ').map(Number);
    const [x, y] = points.at(-1) ?? [0, 0];
    points.push(command === 'M' ? [a, b] : command === 'H' ? [a, y] : [x, a]);
  }
  return points;
}

/** How long a way is. */
export function lengthOf(points: readonly Point[]): number {
  return points.slice(1).reduce((sum, point, i) => sum + distance(points[i] ?? point, point), 0);
}

const distance = ([x0, y0]: Point, [x1, y1]: Point): number => Math.hypot(x1 - x0, y1 - y0);

/** The place after a share of the way, and where it leads there, in degrees clockwise from the right. */
export function along(
  points: readonly Point[],
  share: number,
): { x: number; y: number; angle: number } {
  let left = share * lengthOf(points);
  for (let i = 1; i < points.length; i++) {
    const [from, to]: [Point, Point] = [points[i - 1] ?? [0, 0], points[i] ?? [0, 0]];
    const whole = distance(from, to);
    if (left > whole && i < points.length - 1) {
      left -= whole;
      continue;
    }
    const part = whole === 0 ? 0 : left / whole;
    return {
      x: from[0] + (to[0] - from[0]) * part,
      y: from[1] + (to[1] - from[1]) * part,
      angle: (Math.atan2(to[1] - from[1], to[0] - from[0]) * 180) / Math.PI,
    };
  }
  const [x, y] = points[0] ?? [0, 0];
  return { x, y, angle: 0 };
}
