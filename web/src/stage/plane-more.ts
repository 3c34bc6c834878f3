/** Layers of the plane that are loaded when they are asked for: the best D, the ratio, and what each player sees. */
import type { Frame, Model } from '../protocol.ts';
import { type Palette, withAlpha } from '../style/palette.ts';
import type { Mapping, Surface } from './canvas.ts';
import { optimalIn, placeOfRatio } from './optimal.ts';
import { dots, drawArrows, type Ground, type Layers, sizeOf, strength } from './plane.ts';
import { answersOf, drawTokens, levelOf, type Place, tokensOf, verdictColours } from './players.ts';
import { scoresOf } from './scores.ts';
import { normalize } from './terrain.ts';

/** The best D's answer, or how the densities are to each other, in the place of D's opinion, unless that stands out more. */
export function densityGround(
  model: Model,
  frame: Frame | undefined,
  layers: Layers,
): Ground | undefined {
  const layer = Number(layers.ratio) >= Number(layers.optimal) ? 'ratio' : 'optimal';
  const shown = Number(layers[layer]);
  if (shown === 0 || shown < Number(layers.heat)) return undefined;
  const optimal = optimalIn(model, frame);
  if (!optimal) return undefined;
  return { layer, fine: layer === 'ratio' ? optimal.ratio.map(placeOfRatio) : optimal.best };
}

/** What D sees, or what G sees. */
export function drawPlayers(
  surface: Surface,
  model: Model,
  frame: Frame,
  layers: Layers,
  map: Mapping,
  palette: Palette,
): void {
  const { ctx } = surface;
  const size = sizeOf(surface);
  if (strength(ctx, layers['d-sees'])) {
    for (const [points, colour] of [
      [model.real, palette.real],
      [frame.fake, palette.fake],
    ] as const) {
      dots(ctx, points, map, size, withAlpha(colour, 0.9), palette.paper);
    }
    const tokens = tokensOf(places(model.real, map), places(frame.fake, map), surface);
    drawTokens(ctx, tokens, answersOf(model), palette);
  }
  if (frame.scores && strength(ctx, layers['g-sees'])) {
    drawJudged(ctx, model, frame, map, size, palette);
    const scores = normalize(frame.scores, model.critic);
    drawArrows(surface, model, frame.fake, scores, map, palette);
  }
}

/** Points as places of the picture, [x, y] in pixels each. */
function places(points: Float32Array, map: Mapping): Place[] {
  return Array.from({ length: points.length / 2 }, (_, i) => [
    map.x(points[2 * i] ?? 0),
    map.y(points[2 * i + 1] ?? 0),
  ]);
}

/** G's samples in the colours of D's verdicts. */
function drawJudged(
  ctx: CanvasRenderingContext2D,
  model: Model,
  frame: Frame,
  map: Mapping,
  size: number,
  palette: Palette,
): void {
  const verdicts = scoresOf(model, frame)?.fake;
  verdictColours(palette).forEach((colour, level) => {
    const of = frame.fake.filter((_, i) => levelOf(verdicts?.[i >> 1] ?? NaN) === level);
    dots(ctx, of, map, size, colour, palette.paper);
  });
}
