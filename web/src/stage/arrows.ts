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
