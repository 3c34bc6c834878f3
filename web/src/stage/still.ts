/** A picture of the stage by itself, of any size, such as for a file. */
import type { Frame, Model } from '../protocol.ts';
import { kindOf } from '../state/current.ts';
import type { Palette } from '../style/palette.ts';
import { drawImages } from './images.ts';
import { drawLine } from './line.ts';
import * as more from './plane-more.ts';
import { type Layers, PlaneStage } from './plane.ts';
import { msg } from '../words/locale.ts';

/** The side of the stage that drawing code thinks in, in pixels at a scale of 1. */
export const SIDE = 512;
/** Pixels between images. */
const GAP = 2;

/** Draws one frame after another on the same canvas. */
export class Still {
  readonly canvas = document.createElement('canvas');
  readonly #plane = new PlaneStage();

  constructor(
    private readonly model: Model,
    private readonly layers: Layers,
    private readonly palette: Palette,
    private readonly scale: number,
  ) {
    this.#plane.more = more;
  }

  /** `caption` stands below the picture. */
  draw(frame: Frame, caption = ''): void {
    const { canvas, scale, palette } = this;
    const room = caption ? 36 : 0;
    canvas.width = SIDE * scale;
    canvas.height = (SIDE + room) * scale;
    const ctx = canvas.getContext('2d', { willReadFrequently: true });
    if (!ctx) throw new Error(msg('This browser gives no canvas to draw on.'));
    ctx.scale(scale, scale);
    ctx.fillStyle = palette.paper;
    ctx.fillRect(0, 0, SIDE, SIDE + room);
    const surface = { ctx, width: SIDE, height: SIDE };
    const { model, layers } = this;
    switch (kindOf(model)) {
      case 'image':
        drawImages(surface, frame.fake, model.info.data, frame.rows?.columns ?? 8, GAP);
        break;
      case 'line':
        drawLine(surface, model, frame, layers, palette);
        break;
      case 'plane':
        this.#plane.draw(surface, model, frame, layers, palette);
        break;
      case 'none':
        break;
    }
    if (!caption) return;
    ctx.fillStyle = palette.ink;
    ctx.font = '15px system-ui, sans-serif';
    ctx.textBaseline = 'middle';
    ctx.fillText(caption, 12, SIDE + room / 2, SIDE - 24);
  }
}
