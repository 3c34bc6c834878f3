/** Adds an arrow to the path. */
export function arrowTo(path: CanvasPath, x: number, y: number, toX: number, toY: number): void {
  const angle = Math.atan2(toY - y, toX - x);
  path.moveTo(x, y);
  path.lineTo(toX, toY);
  for (const turn of [2.6, -2.6]) {
    path.moveTo(toX, toY);
    path.lineTo(toX + 5 * Math.cos(angle + turn), toY + 5 * Math.sin(angle + turn));
  }
}
