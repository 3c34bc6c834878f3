/** Images as pixels of a canvas. */
import type { DataInfo } from '../library.ts';
import type { Surface } from './canvas.ts';

/** How many images an array holds. */
export function countOf(images: Float32Array, data: DataInfo): number {
  return Math.floor(images.length / (data.width * data.height * Math.max(1, data.channels)));
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

/** Draws images in rows of `columns`, with `gap` CSS pixels of paper between them. */
export function drawImages(
  { ctx, width, height }: Surface,
  images: Float32Array,
  data: DataInfo,
  columns: number,
  gap: number,
): void {
  const count = countOf(images, data);
  const side = Math.max(1, Math.ceil(Math.sqrt(count)));
  const sheet = sheetOf(images, data, side);
  const [w, h] = [width / columns, height / Math.max(1, Math.ceil(count / columns))];
  // Enlarged, pixels stay pixels; made smaller, they blend.
  ctx.imageSmoothingEnabled = w < data.width;
  for (let i = 0; i < count; i++) {
    // Edges on whole pixels, so that no cell is blurred.
    const [x, y] = [(i % columns) * w, Math.floor(i / columns) * h];
    const [left, top] = [Math.round(x + gap / 2), Math.round(y + gap / 2)];
    const [right, bottom] = [Math.round(x + w - gap / 2), Math.round(y + h - gap / 2)];
    ctx.drawImage(
      sheet,
      (i % side) * data.width,
      Math.floor(i / side) * data.height,
      data.width,
      data.height,
      left,
      top,
      right - left,
      bottom - top,
    );
  }
}
