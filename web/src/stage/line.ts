/**
 * The classic figure of the 2014 paper: the data's density, the model's density, D between them,
 * and below, arrows from the noise line to the data line.
 */
import type { Frame, Model } from '../protocol.ts';
import { type Palette, withAlpha } from '../style/palette.ts';
import { mapping, type Mapping, type Surface } from './canvas.ts';
import { kernelDensity } from './density.ts';
import { type Optimal, optimalIn, placeOfRatio, targetsOf } from './optimal.ts';
import type { Layer } from '../state/parts.ts';
import { type Layers, strength } from './plane.ts';
import { arrowTo } from './arrow.ts';
import { answersOf, drawTokens, type Place, tokensOf } from './players.ts';
import { normalize, slopeAlong } from './terrain.ts';

export function drawLine(
  { ctx, width, height }: Surface,
  model: Model,
  frame: Frame | undefined,
  layers: Layers,
  palette: Palette,
  /** A reader's own curve. */
  proposal?: Float32Array,
): void {
  const line = model.line;
  if (!line) return;
  const [x0, x1] = model.bounds;
  const margin = 24;
  const floor = height * 0.68;
  const noiseLine = height - 34;
  const peak = Math.max(...line.density) * 1.2 || 1;
  const map = mapping([x0, x1, 0, peak], [margin, width - margin, 28, floor]);

  const shows = (layer: Layer): boolean => strength(ctx, layers[layer]);

  axis(ctx, margin, width - margin, floor, 'x', palette);
  if (frame?.warped && frame.noise && shows('grid')) {
    axis(ctx, margin, width - margin, noiseLine, 'z', palette);
    drawArrows(
      ctx,
      frame.noise,
      frame.warped,
      map,
      [margin, width - margin],
      [noiseLine, floor],
      palette,
    );
  }
  if (shows('real')) curve(ctx, line.x, line.density, map, palette.real, 2.25, palette.real);
  if (frame && shows('fake')) {
    curve(ctx, line.x, kernelDensity(frame.fake, line.x), map, palette.fake, 2.25);
  }
  const unit = mapping([x0, x1, 0, 1], [margin, width - margin, 28, floor]);
  const optimal = layers.optimal || layers.ratio ? optimalIn(model, frame) : undefined;
  if (optimal && shows('ratio')) drawRatio(ctx, line.x, optimal, unit, palette);
  if (optimal && shows('optimal')) {
    band(ctx, line.x, optimal, unit, withAlpha(palette.d, 0.3));
    curve(ctx, line.x, optimal.best, unit, palette.d, 1.5);
  }
  ctx.globalAlpha = 1;
  if (proposal) curve(ctx, line.x, proposal, unit, withAlpha(palette.ink, 0.6), 2);
  if (frame?.scores && shows('heat')) {
    ctx.setLineDash([7, 5]);
    curve(ctx, line.x, normalize(frame.scores, model.critic), unit, palette.d, 2);
    ctx.setLineDash([2, 5]);
    curve(ctx, [x0, x1], [0.5, 0.5], unit, withAlpha(palette.d, 0.6), 1);
    ctx.setLineDash([]);
    ctx.fillStyle = palette.dText;
    ctx.textAlign = 'right';
    if (!model.critic) ctx.fillText('D = ½', width - margin, unit.y(0.5) - 6);
  }
  if (frame && shows('d-sees')) {
    const { real, fake } = model.critic ? { real: 1, fake: 0 } : targetsOf(model.config);
    const at = (points: Float32Array, y: number): Place[] =>
      Array.from(points, (x) => [map.x(x), unit.y(y)]);
    const tokens = tokensOf(at(model.real, real), at(frame.fake, fake), { width, height });
    drawTokens(ctx, tokens, answersOf(model), palette);
  }
  if (frame?.scores && shows('g-sees')) {
    drawPulls(ctx, frame.fake, normalize(frame.scores, model.critic), [x0, x1], unit, palette);
  }
  ctx.globalAlpha = 1;
}

function axis(
  ctx: CanvasRenderingContext2D,
  from: number,
  to: number,
  y: number,
  name: string,
  palette: Palette,
): void {
  ctx.beginPath();
  ctx.moveTo(from, y);
  ctx.lineTo(to, y);
  ctx.strokeStyle = palette.quiet;
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.font = 'italic 14px system-ui, sans-serif';
  ctx.fillStyle = palette.quiet;
  ctx.textAlign = 'left';
  ctx.fillText(name, from, y + 18);
}

function curve(
  ctx: CanvasRenderingContext2D,
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  map: Mapping,
  stroke: string,
  width: number,
  fill?: string,
): void {
  const path = new Path2D();
  let pen = false;
  for (let i = 0; i < xs.length; i++) {
    const [x, y] = [map.x(xs[i] ?? 0), map.y(ys[i] ?? 0)];
    // Where there is no value, the curve has a gap.
    if (Number.isNaN(y)) pen = false;
    else if (pen) path.lineTo(x, y);
    else {
      path.moveTo(x, y);
      pen = true;
    }
  }
  ctx.strokeStyle = stroke;
  ctx.lineWidth = width;
  ctx.lineJoin = 'round';
  ctx.stroke(path);
  if (!fill) return;
  path.lineTo(map.x(xs[xs.length - 1] ?? 0), map.y(0));
  path.lineTo(map.x(xs[0] ?? 0), map.y(0));
  ctx.fillStyle = withAlpha(fill, 0.1);
  ctx.fill(path);
}

/** One standard error to either side of D*. */
function band(
  ctx: CanvasRenderingContext2D,
  xs: Float32Array,
  { best, error }: Optimal,
  map: Mapping,
  colour: string,
): void {
  const bars = new Path2D();
  xs.forEach((x, i) => {
    const [y, spread] = [best[i] ?? NaN, error[i] ?? NaN];
    if (Number.isNaN(y)) return;
    bars.moveTo(map.x(x), map.y(Math.min(1, y + spread)));
    bars.lineTo(map.x(x), map.y(Math.max(0, y - spread)));
  });
  ctx.strokeStyle = colour;
  ctx.lineWidth = Math.max(1, map.x(xs[1] ?? 0) - map.x(xs[0] ?? 0));
  ctx.stroke(bars);
}

/** The ratio from a sixteenth to sixteen, on a logarithmic scale: even densities lie in the middle. */
function drawRatio(
  ctx: CanvasRenderingContext2D,
  xs: Float32Array,
  { ratio }: Optimal,
  map: Mapping,
  palette: Palette,
): void {
  curve(ctx, xs, ratio.map(placeOfRatio), map, palette.quiet, 1.5);
  ctx.font = '12px system-ui, sans-serif';
  ctx.fillStyle = palette.quiet;
  ctx.textAlign = 'left';
  for (const [text, y] of [
    ['16', 1],
    ['1', 0.5],
    ['1/16', 0],
  ] as const) {
    ctx.fillText(text, 4, map.y(y) + (y === 0 ? -3 : 4));
  }
}

/** G's samples, which pull is drawn of. */
const PULLED = 80;

/** Samples as high as D's verdict on them, and which way along the line would raise it. */
function drawPulls(
  ctx: CanvasRenderingContext2D,
  samples: Float32Array,
  verdicts: Float32Array,
  [x0, x1]: [number, number],
  map: Mapping,
  palette: Palette,
): void {
  const pulls = Array.from(samples.subarray(0, PULLED)).flatMap((x) => {
    const at = Math.round(((x - x0) / (x1 - x0)) * (verdicts.length - 1));
    const verdict = verdicts[at];
    return verdict === undefined ? [] : [{ x, verdict, slope: slopeAlong(verdicts, at) }];
  });
  const steepest = Math.max(...pulls.map(({ slope }) => Math.abs(slope)));
  const reach = (map.x(x1) - map.x(x0)) / 12 / (steepest || 1);
  const [dots, arrows] = [new Path2D(), new Path2D()];
  for (const { x, verdict, slope } of pulls) {
    const [left, top] = [map.x(x), map.y(verdict)];
    dots.moveTo(left + 3, top);
    dots.arc(left, top, 3, 0, 2 * Math.PI);
    arrowTo(arrows, left, top, left + slope * reach, top);
  }
  ctx.fillStyle = palette.fake;
  ctx.fill(dots);
  ctx.strokeStyle = palette.g;
  ctx.lineWidth = 1.5;
  ctx.stroke(arrows);
}

/** From each z on its own line to G(z) on the data's line. */
function drawArrows(
  ctx: CanvasRenderingContext2D,
  noise: Float32Array,
  warped: Float32Array,
  map: Mapping,
  [left, right]: [number, number],
  [from, to]: [number, number],
  palette: Palette,
): void {
  const [lo, hi] = [noise[0] ?? -1, noise[noise.length - 1] ?? 1];
  ctx.beginPath();
  noise.forEach((z, i) => {
    const x = left + ((z - lo) / (hi - lo)) * (right - left);
    const end = Math.max(left, Math.min(right, map.x(warped[i] ?? 0)));
    const angle = Math.atan2(to - from, end - x);
    ctx.moveTo(x, from);
    ctx.lineTo(end, to + 3);
    for (const turn of [2.75, -2.75]) {
      ctx.moveTo(end, to + 3);
      ctx.lineTo(end + 7 * Math.cos(angle + turn), to + 3 + 7 * Math.sin(angle + turn));
    }
  });
  ctx.strokeStyle = withAlpha(palette.g, 0.8);
  ctx.lineWidth = 1.25;
  ctx.stroke();
}
