/** The small pictures inside the boxes of the game. */
import type { Model } from '../protocol.ts';
import type { LayerGlance } from '../state/network.ts';
import { type Palette, withAlpha } from '../style/palette.ts';
import { mapping, type Surface } from './canvas.ts';
import { kernelDensity } from './density.ts';
import { sheetOf } from './images.ts';
import { histogram, type Scores } from './scores.ts';

const DOTS = 160;
const BINS = 20;

/** A handful of samples: points, a density, or a few images. */
export function drawSamples(
  { ctx, width, height }: Surface,
  model: Model,
  samples: Float32Array,
  colour: string,
): void {
  const { data } = model.info;
  if (data.kind === 'image') {
    const size = data.width * data.height * Math.max(1, data.channels);
    const side = 3;
    const sheet = sheetOf(samples.subarray(0, side * side * size), data, side);
    ctx.imageSmoothingEnabled = data.width > width / side;
    ctx.drawImage(sheet, 0, 0, width, height);
  } else if (model.line) {
    const { x } = model.line;
    const density = samples === model.real ? model.line.density : kernelDensity(samples, x);
    const peak = Math.max(...model.line.density) * 1.25;
    const map = mapping([x[0] ?? 0, x.at(-1) ?? 1, 0, peak], [2, width - 2, 4, height - 2]);
    const path = new Path2D();
    density.forEach((y, i) => {
      path.lineTo(map.x(x[i] ?? 0), map.y(y));
    });
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1.75;
    ctx.stroke(path);
    path.lineTo(width - 2, height - 2);
    path.lineTo(2, height - 2);
    ctx.fillStyle = withAlpha(colour, 0.14);
    ctx.fill(path);
  } else if (data.dim === 2) {
    const map = mapping(model.bounds, [0, width, 0, height]);
    ctx.fillStyle = colour;
    const dot = Math.max(1.5, width / 44);
    for (let i = 0; i < 2 * DOTS && i + 1 < samples.length; i += 2) {
      const [x, y] = [map.x(samples[i] ?? 0), map.y(samples[i + 1] ?? 0)];
      ctx.fillRect(x - dot / 2, y - dot / 2, dot, dot);
    }
  }
}

/** Densities of one number of the noise, by the prior's kind: a bell, a box, or two places. */
const DENSITIES: Readonly<Record<string, (t: number) => number>> = {
  normal: (t) => Math.exp((-t * t) / 2),
  uniform: (t) => Number(Math.abs(t) < 1.75),
  signs: (t) => Number(Math.abs(Math.abs(t) - 1.5) < 0.1),
};

/** The density of one number of the noise. */
export function drawPrior({ ctx, width, height }: Surface, kind: string, palette: Palette): void {
  const density = DENSITIES[kind];
  if (!density) return;
  const floor = height - 4;
  const path = new Path2D();
  path.moveTo(0, floor);
  for (let i = 0; i <= width; i += 1) {
    const t = (i / width - 0.5) * 6;
    const y = density(t);
    path.lineTo(i, floor - y * (height - 14));
  }
  path.lineTo(width, floor);
  ctx.fillStyle = withAlpha(palette.quiet, 0.16);
  ctx.fill(path);
  ctx.strokeStyle = palette.quiet;
  ctx.lineWidth = 1.5;
  ctx.stroke(path);
}

/** A network from left to right: one bar a layer, as tall as the layer is wide (on a log scale). */
export function drawNetwork(
  { ctx, width, height }: Surface,
  layers: readonly LayerGlance[],
  input: number,
  colour: string,
): void {
  const bars = [{ kind: 'input', width: input }, ...layers.filter((layer) => layer.width)];
  const tallest = Math.log2(2 + Math.max(...bars.map((bar) => bar.width ?? 1)));
  const pitch = Math.min(14, width / bars.length);
  const left = (width - pitch * bars.length) / 2;
  bars.forEach((bar, i) => {
    const tall = (Math.log2(2 + (bar.width ?? 1)) / tallest) * (height - 4);
    ctx.fillStyle = i === 0 ? withAlpha(colour, 0.35) : colour;
    ctx.fillRect(left + i * pitch, (height - tall) / 2, pitch * 0.55, tall);
  });
}

/** How often D gives which score, from "fake" at the left to "real" at the right: real samples
 * above the line, generated ones below it. */
export function drawScores(
  { ctx, width, height }: Surface,
  scores: Scores | undefined,
  palette: Palette,
): void {
  const middle = Math.round(height / 2);
  ctx.fillStyle = palette.line;
  ctx.fillRect(0, middle - 0.5, width, 1);
  if (!scores) return;
  const sides = [
    [histogram(scores.real, BINS), palette.real, -1],
    [histogram(scores.fake, BINS), palette.fake, 1],
  ] as const;
  const most = Math.max(0.15, ...sides.flatMap(([shares]) => shares));
  const bin = width / BINS;
  for (const [shares, colour, direction] of sides) {
    ctx.fillStyle = colour;
    shares.forEach((share, i) => {
      const tall = (share / most) * (middle - 2);
      ctx.fillRect(i * bin + 0.5, direction < 0 ? middle - 1 - tall : middle + 1, bin - 1, tall);
    });
  }
}
