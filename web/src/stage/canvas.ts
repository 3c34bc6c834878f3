/** A canvas that is sharp on any screen, and the map from data to its pixels. */
import type { Bounds } from '../protocol.ts';

export interface Surface {
  ctx: CanvasRenderingContext2D;
  /** Size in CSS pixels; the context is scaled so that drawing code thinks in these. */
  width: number;
  height: number;
}

/** What a phone's picture has, in CSS pixels. */
const SMALL = 450 ** 2;

export function surfaceOf(canvas: HTMLCanvasElement): Surface | undefined {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ctx = canvas.getContext('2d');
  if (!ctx || width === 0 || height === 0) return undefined;
  // More than two device pixels per CSS pixel costs much and shows nothing, but on a phone: there it is small, and held near.
  const scale = Math.min(devicePixelRatio, width * height > SMALL ? 2 : 3);
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  ctx.setTransform(scale, 0, 0, scale, 0, 0);
  ctx.clearRect(0, 0, width, height);
  return { ctx, width, height };
}

export interface Mapping {
  x(value: number): number;
  y(value: number): number;
}

/** y grows upwards in data and downwards on screen. */
export function mapping([x0, x1, y0, y1]: Bounds, box: Bounds): Mapping {
  const [left, right, top, bottom] = box;
  return {
    x: (value) => left + ((value - x0) / (x1 - x0)) * (right - left),
    y: (value) => bottom - ((value - y0) / (y1 - y0)) * (bottom - top),
  };
}
