/** The stage of the 2-D toys: terrain, noise grid, real points, samples, arrows; in that order. */
import type { Frame, Model } from '../protocol.ts';
import type { Layer } from '../state/parts.ts';
import { type Palette, rgb, withAlpha } from '../style/palette.ts';
import { DENSITY_SIDE as SIDE, GRID_SIDE, HEAT_SIDE } from '../worker/frames.ts';
import { arrowTo } from './arrow.ts';
import { type Mapping, mapping, type Surface } from './canvas.ts';
import { contour, finer, normalize, slopeAt, terrainPixels } from './terrain.ts';

/** How strongly each layer is drawn, from 0 to 1; or whether it is. */
export type Layers = Record<Layer, number | boolean>;

const ARROW_COUNT = 48;
/** How strongly points are drawn over a ground of densities, which are where the points are. */
const OVER_DENSITIES = 0.3;

export class PlaneStage {
  /** What few pictures have, once it is loaded. */
  more: Pick<typeof import('./plane-more.ts'), 'densityGround' | 'drawPlayers'> | undefined;
  #real: { points: Float32Array; key: string; picture: OffscreenCanvas } | undefined;
  readonly #terrain = new OffscreenCanvas(SIDE, SIDE);

  draw(
    surface: Surface,
    model: Model,
    frame: Frame | undefined,
    layers: Layers,
    palette: Palette,
  ): void {
    const { ctx, width, height } = surface;
    const map = mapping(model.bounds, [0, width, 0, height]);
    const scores = frame?.scores ? normalize(frame.scores, model.critic) : undefined;
    const shows = (layer: Layer): boolean => strength(ctx, layers[layer]);
    const heat = Number(layers.heat);
    const ground =
      this.more?.densityGround(model, frame, layers) ??
      (scores && heat > 0 ? { layer: 'heat' as const, fine: finer(scores, HEAT_SIDE) } : undefined);
    if (ground) {
      shows(ground.layer);
      if (ground.layer !== 'heat') hatch(surface, palette);
      this.#drawTerrain(surface, ground, palette);
    }
    if (frame?.warped && shows('grid')) drawGrid(ctx, frame.warped, map, palette);
    const size = sizeOf(surface);
    // Densities are where points are: these are drawn so that the ground between them is seen.
    const points = ground && ground.layer !== 'heat' ? OVER_DENSITIES : 1;
    const drawn = (layer: Layer): boolean => strength(ctx, Number(layers[layer]) * points);
    if (drawn('real')) this.#drawReal(surface, model.real, map, size, palette);
    if (frame && drawn('fake')) {
      dots(ctx, frame.fake, map, size, withAlpha(palette.fake, 0.9), palette.paper);
    }
    if (frame && scores && shows('arrows'))
      drawArrows(surface, model, frame.fake, scores, map, palette);
    if (frame) this.more?.drawPlayers(surface, model, frame, layers, map, palette);
    ctx.globalAlpha = 1;
  }

  /** The real points do not move: they are drawn once for each size and palette. */
  #drawReal(
    { ctx, width, height }: Surface,
    points: Float32Array,
    map: Mapping,
    size: number,
    palette: Palette,
  ): void {
    const { a: scale } = ctx.getTransform();
    const key = [width, height, scale, palette.real].join();
    if (this.#real?.points !== points || this.#real.key !== key) {
      const picture = new OffscreenCanvas(Math.ceil(width * scale), Math.ceil(height * scale));
      const layer = picture.getContext('2d');
      layer?.scale(scale, scale);
      if (layer) dots(layer, points, map, size, withAlpha(palette.real, 0.85), palette.paper);
      this.#real = { points, key, picture };
    }
    ctx.drawImage(this.#real.picture, 0, 0, width, height);
  }

  #drawTerrain({ ctx, width, height }: Surface, { fine, layer }: Ground, palette: Palette): void {
    const colours = {
      real: rgb(palette.realTint),
      fake: rgb(palette.fakeTint),
      paper: rgb(palette.raised),
    };
    const pixels = terrainPixels(fine, SIDE, colours, palette.tint);
    this.#terrain.getContext('2d')?.putImageData(new ImageData(pixels, SIDE, SIDE), 0, 0);
    ctx.imageSmoothingEnabled = true;
    ctx.imageSmoothingQuality = 'high';
    // The lattice's values sit on the box's edges, so half a cell hangs over on each side.
    const cell = [width / (SIDE - 1), height / (SIDE - 1)] as const;
    ctx.drawImage(this.#terrain, -cell[0] / 2, -cell[1] / 2, width + cell[0], height + cell[1]);
    // Where data and samples are alike, an estimate crosses one half everywhere.
    if (layer !== 'heat') return;

    ctx.beginPath();
    const lines = contour(fine, SIDE, 0.5);
    for (let i = 0; i + 3 < lines.length; i += 4) {
      ctx.moveTo((lines[i] ?? 0) * cell[0], height - (lines[i + 1] ?? 0) * cell[1]);
      ctx.lineTo((lines[i + 2] ?? 0) * cell[0], height - (lines[i + 3] ?? 0) * cell[1]);
    }
    // Its pieces are short, and meet.
    ctx.lineCap = 'round';
    ctx.strokeStyle = palette.d;
    ctx.lineWidth = 1.5;
    ctx.stroke();
  }
}

/** The radius of a point. */
export const sizeOf = ({ width, height }: Surface): number =>
  Math.max(1.6, Math.min(width, height) / 260);

/** What the plane is tinted with. */
export interface Ground {
  layer: 'heat' | 'optimal' | 'ratio';
  /** Values on the terrain's lattice, from 0 to 1; NaN where there is none. */
  fine: Float32Array;
}

/** Paper that says: here is neither. */
function hatch({ ctx, width, height }: Surface, palette: Palette): void {
  ctx.beginPath();
  for (let x = -height; x < width; x += 7) {
    ctx.moveTo(x, height);
    ctx.lineTo(x + height, 0);
  }
  ctx.strokeStyle = palette.line;
  ctx.lineWidth = 1;
  ctx.stroke();
}

/** Draws what follows so strongly; says whether it is seen at all. */
export function strength(ctx: CanvasRenderingContext2D, value: number | boolean): boolean {
  ctx.globalAlpha = Number(value);
  return ctx.globalAlpha > 0;
}

/**
 * Points as copies of one small picture of a dot. A single path of thousands of circles would be
 * exact, but takes a software rasterizer a tenth of a second.
 */
export function dots(
  ctx: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  points: Float32Array,
  map: Mapping,
  radius: number,
  fill: string,
  halo: string,
): void {
  // On whole pixels of the screen, and as large as they are: nothing between blurs it.
  const { a: scale } = ctx.getTransform();
  const pixels = Math.ceil((radius * 2 + 2) * scale);
  const size = pixels / scale;
  const dot = dotPicture(pixels, scale, radius, fill, halo);
  const place = (at: number): number => Math.round(at * scale - pixels / 2) / scale;
  for (let i = 0; i + 1 < points.length; i += 2) {
    const [x, y] = [map.x(points[i] ?? 0), map.y(points[i + 1] ?? 0)];
    ctx.drawImage(dot, place(x), place(y), size, size);
  }
}

const pictures = new Map<string, OffscreenCanvas>();

/** A dot with a halo of paper, which keeps dots legible on each other and on the terrain. */
function dotPicture(
  pixels: number,
  scale: number,
  radius: number,
  fill: string,
  halo: string,
): OffscreenCanvas {
  const key = [pixels, scale, radius, fill, halo].join();
  const known = pictures.get(key);
  if (known) return known;
  const picture = new OffscreenCanvas(pixels, pixels);
  const ctx = picture.getContext('2d');
  if (ctx) {
    ctx.scale(scale, scale);
    ctx.arc(pixels / scale / 2, pixels / scale / 2, radius, 0, 2 * Math.PI);
    ctx.strokeStyle = withAlpha(halo, 0.55);
    ctx.lineWidth = 1.5;
    ctx.stroke();
    ctx.fillStyle = fill;
    ctx.fill();
  }
  // Sizes change with the window; a few recent ones are enough.
  if (pictures.size > 16) pictures.clear();
  pictures.set(key, picture);
  return picture;
}

/** The noise plane's lattice as G bends it: where lines crowd, G puts its probability. */
function drawGrid(
  ctx: CanvasRenderingContext2D,
  warped: Float32Array,
  map: Mapping,
  palette: Palette,
): void {
  ctx.beginPath();
  const at = (column: number, row: number): [number, number] => {
    const i = (row * GRID_SIDE + column) * 2;
    return [map.x(warped[i] ?? 0), map.y(warped[i + 1] ?? 0)];
  };
  for (let a = 0; a < GRID_SIDE; a++) {
    ctx.moveTo(...at(0, a));
    for (let b = 1; b < GRID_SIDE; b++) ctx.lineTo(...at(b, a));
    ctx.moveTo(...at(a, 0));
    for (let b = 1; b < GRID_SIDE; b++) ctx.lineTo(...at(a, b));
  }
  ctx.strokeStyle = withAlpha(palette.g, 0.75);
  ctx.lineWidth = 1;
  ctx.stroke();
}

export function drawArrows(
  { ctx, width, height }: Surface,
  model: Model,
  fake: Float32Array,
  scores: Float32Array,
  map: Mapping,
  palette: Palette,
): void {
  const [x0, x1, y0, y1] = model.bounds;
  const arrows: [number, number, number, number][] = [];
  let longest = 0;
  for (let i = 0; i < ARROW_COUNT; i++) {
    const [x, y] = [fake[2 * i] ?? 0, fake[2 * i + 1] ?? 0];
    const [sx, sy] = slopeAt(
      scores,
      HEAT_SIDE,
      ((x - x0) / (x1 - x0)) * (HEAT_SIDE - 1),
      ((y - y0) / (y1 - y0)) * (HEAT_SIDE - 1),
    );
    longest = Math.max(longest, Math.hypot(sx, sy));
    arrows.push([map.x(x), map.y(y), sx, -sy]);
  }
  if (longest === 0) return;
  const reach = Math.min(width, height) / 14 / longest;
  ctx.beginPath();
  for (const [x, y, sx, sy] of arrows) arrowTo(ctx, x, y, x + sx * reach, y + sy * reach);
  ctx.strokeStyle = palette.g;
  ctx.lineWidth = 1.75;
  ctx.stroke();
}
