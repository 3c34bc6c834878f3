/** The stage of image data: a grid of samples from one fixed noise batch, pixel for pixel. */
import type { DataInfo } from '../library.ts';
import type { Surface } from './canvas.ts';

export interface Grid {
  side: number;
  cell: number;
  left: number;
  top: number;
}

/** Paper between images. */
const GAP = 3;

/** Where each of `count` images goes; hovering asks the same question backwards. */
export function gridOf(count: number, width: number, height: number): Grid {
  const side = Math.max(1, Math.ceil(Math.sqrt(count)));
  const cell = Math.floor(Math.min(width, height) / side);
  return { side, cell, left: (width - cell * side) / 2, top: (height - cell * side) / 2 };
}

export function cellAt(grid: Grid, count: number, x: number, y: number): number | undefined {
  const [column, row] = [
    Math.floor((x - grid.left) / grid.cell),
    Math.floor((y - grid.top) / grid.cell),
  ];
  if (column < 0 || row < 0 || column >= grid.side) return undefined;
  const index = row * grid.side + column;
  return index < count ? index : undefined;
}

/** One sheet of all images, as pixels. */
export function sheetPixels(
  images: Float32Array,
  data: DataInfo,
  side: number,
): Uint8ClampedArray<ArrayBuffer> {
  const { width, height, range } = data;
  const channels = Math.max(1, data.channels);
  const size = width * height * channels;
  const scale = 255 / (range[1] - range[0] || 1);
  const sheet = new Uint8ClampedArray(side * width * side * height * 4);
  for (let n = 0; n < images.length / size; n++) {
    const [column, row] = [n % side, Math.floor(n / side)];
    for (let p = 0; p < width * height; p++) {
      const x = column * width + (p % width);
      const y = row * height + Math.floor(p / width);
      const at = (y * side * width + x) * 4;
      for (let c = 0; c < 3; c++) {
        const value = images[n * size + p * channels + Math.min(c, channels - 1)] ?? 0;
        sheet[at + c] = (value - range[0]) * scale;
      }
      sheet[at + 3] = 255;
    }
  }
  return sheet;
}

/** The sheet as a picture that a canvas can draw at any size. */
export function sheetOf(images: Float32Array, data: DataInfo, side: number): OffscreenCanvas {
  const [w, h] = [side * data.width, side * data.height];
  const sheet = new OffscreenCanvas(w, h);
  sheet.getContext('2d')?.putImageData(new ImageData(sheetPixels(images, data, side), w, h), 0, 0);
  return sheet;
}

export function drawImages(
  { ctx, width, height }: Surface,
  images: Float32Array,
  data: DataInfo,
  hovered: number | undefined,
  accent: string,
): void {
  const count = images.length / (data.width * data.height * Math.max(1, data.channels));
  const grid = gridOf(count, width, height);
  const sheet = sheetOf(images, data, grid.side);
  ctx.imageSmoothingEnabled = false;
  for (let i = 0; i < count; i++) {
    const [column, row] = [i % grid.side, Math.floor(i / grid.side)];
    const [x, y] = [grid.left + column * grid.cell + GAP / 2, grid.top + row * grid.cell + GAP / 2];
    const size = grid.cell - GAP;
    const [sx, sy] = [column * data.width, row * data.height];
    ctx.drawImage(sheet, sx, sy, data.width, data.height, x, y, size, size);
    if (i !== hovered) continue;
    ctx.strokeStyle = accent;
    ctx.lineWidth = 2;
    ctx.strokeRect(x + 1, y + 1, size - 2, size - 2);
  }
}
