/** The arrows between the boxes of the diagram, as paths of an SVG over them. */

export interface Rect {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The space beside an arrow that another needs. */
const APART = 4;
/** How far from the boxes' edge an arrow runs that goes around others. */
const GUTTER = 6;

const middle = (a: number, b: number): number => (a + b) / 2;

/**
 * From the edge of one box to that of another that lies above, below or beside it; around whatever is between by the
 * gutter at `edge`. `shift` moves it aside, so that two arrows of a pair do not lie on each other.
 */
export function arrowPath(from: Rect, to: Rect, shift: number, edge: number | undefined): string {
  if (edge !== undefined) {
    const [y, end] = [middle(from.top, from.bottom), middle(to.top, to.bottom) + shift];
    return `M${from.right} ${y}H${edge + GUTTER}V${end}H${to.right + 1}${head('left')}`;
  }
  const side = shift * APART;
  if (from.right <= to.left || to.right <= from.left) {
    const y = middle(from.top, from.bottom) + side;
    return from.right <= to.left
      ? `M${from.right} ${y}H${to.left - 1}${head('right')}`
      : `M${from.left} ${y}H${to.right + 1}${head('left')}`;
  }
  const [narrow] = [from, to].sort((a, b) => a.right - a.left - (b.right - b.left));
  const x = middle(narrow?.left ?? 0, narrow?.right ?? 0) + side;
  return from.top >= to.bottom
    ? `M${x} ${from.top}V${to.bottom + 1}${head('up')}`
    : `M${x} ${from.bottom}V${to.top - 1}${head('down')}`;
}

function head(way: 'up' | 'down' | 'left' | 'right'): string {
  return {
    up: 'm-3.5 4.5l3.5 -4.5l3.5 4.5',
    down: 'm-3.5 -4.5l3.5 4.5l3.5 -4.5',
    left: 'm4.5 -3.5l-4.5 3.5l4.5 3.5',
    right: 'm-4.5 -3.5l4.5 3.5l-4.5 3.5',
  }[way];
}

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

/** The place after a share of the way, and where it leads there, in degrees clockwise from the right. */
export function along(
  points: readonly Point[],
  share: number,
): { x: number; y: number; angle: number } {
  const legs = points
    .slice(1)
    .map(([x, y], i) => ({ from: points[i] ?? [x, y], to: [x, y] as Point }));
  const length = ({ from, to }: { from: Point; to: Point }): number =>
    Math.hypot(to[0] - from[0], to[1] - from[1]);
  let left = share * legs.reduce((sum, leg) => sum + length(leg), 0);
  for (const [i, leg] of legs.entries()) {
    const { from, to } = leg;
    const whole = length(leg);
    if (left > whole && i < legs.length - 1) {
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
