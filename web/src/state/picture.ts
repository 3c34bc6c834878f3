/** From a person's own picture to an image as the model makes them. What is safe is converted, and
 * said; what is not is refused with a reason. */
import type { DataInfo } from '../library.ts';
import { msg, str } from '../words/locale.ts';

/** RGBA bytes, row by row. */
export interface Pixels {
  width: number;
  height: number;
  rgba: Uint8ClampedArray;
}

export interface Converted {
  image: Float32Array;
  /** What was changed on the way, each a sentence. */
  notes: string[];
}

/** Fewer pixels than this on a side hold no picture. */
const LEAST_SIDE = 8;
/** Beyond this shape a crop would lose most of the picture. */
const MOST_ASPECT = 3;

/** Why a file cannot be a picture, before it is decoded. */
export function refusalOfFile({ name, type, size }: File): string | undefined {
  if (!type.startsWith('image/')) {
    return type
      ? msg(str`${name} is of type ${type}: choose a PNG, JPEG, WebP or GIF.`)
      : msg(str`${name} is no image: choose a PNG, JPEG, WebP or GIF.`);
  }
  const megabytes = Math.round(size / 1e6);
  return size > 20e6
    ? msg(str`${name} has ${megabytes} MB: choose an image of at most 20 MB.`)
    : undefined;
}

/** Why a decoded picture cannot be used. */
export function refusalOfShape(width: number, height: number): string | undefined {
  if (Math.min(width, height) < LEAST_SIDE) {
    return msg(
      str`The image is ${width} × ${height} pixels: it needs at least ${LEAST_SIDE} on each side.`,
    );
  }
  return Math.max(width, height) / Math.min(width, height) > MOST_ASPECT
    ? msg(
        str`The image is ${width} × ${height}: it is too long to be cut to a square. Cut out what matters first.`,
      )
    : undefined;
}

/** `pixels` are already of the model's width and height; colours and range are brought to the model's. */
export function convert({ width, height, rgba }: Pixels, data: DataInfo): Converted {
  const notes: string[] = [];
  const paper = paperOf(rgba);
  if (paper === BLACK) notes.push(msg('It was laid on black: on white it would not be seen.'));
  const channels = Math.max(1, data.channels);
  const [low, high] = data.range;
  const image = new Float32Array(width * height * channels);
  let colourful = 0;
  for (let p = 0; p < width * height; p++) {
    const [r = 0, g = 0, b = 0, a = 255] = rgba.subarray(4 * p, 4 * p + 4);
    const over = (value: number): number => (value * a + paper * (255 - a)) / 255;
    const rgb = [over(r), over(g), over(b)] as const;
    colourful = Math.max(colourful, Math.max(...rgb) - Math.min(...rgb));
    const grey = luminance(...rgb);
    for (let c = 0; c < channels; c++) {
      image[p * channels + c] = (channels === 1 ? grey : (rgb[c] ?? grey)) / 255;
    }
  }
  if (channels === 1 && colourful > 24) notes.push(msg('Its colours were turned to grey.'));
  if (channels === 1 && borderMean(image, width, height) > 0.5) {
    image.forEach((value, i) => {
      image[i] = 1 - value;
    });
    notes.push(msg('It was inverted: the model draws light strokes on black.'));
  }
  return { image: image.map((value) => low + value * (high - low)), notes };
}

const [BLACK, WHITE] = [0, 255];
/** Less of a difference than this between what is drawn and its paper is not seen. */
const LEAST_CONTRAST = 32;

const luminance = (r: number, g: number, b: number): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** What lies under the transparent parts: white paper, but for a drawing that would vanish on it. */
function paperOf(rgba: Uint8ClampedArray): number {
  let most = 0;
  let clear = false;
  for (let p = 0; p < rgba.length; p += 4) {
    const [r = 0, g = 0, b = 0, a = 255] = rgba.subarray(p, p + 4);
    most = Math.max(most, ((WHITE - luminance(r, g, b)) * a) / 255);
    clear ||= a < 128;
  }
  return clear && most < LEAST_CONTRAST ? BLACK : WHITE;
}

function borderMean(image: Float32Array, width: number, height: number): number {
  let sum = 0;
  let count = 0;
  for (let p = 0; p < image.length; p++) {
    const [x, y] = [p % width, Math.floor(p / width)];
    if (x > 0 && y > 0 && x < width - 1 && y < height - 1) continue;
    sum += image[p] ?? 0;
    count += 1;
  }
  return sum / Math.max(1, count);
}
