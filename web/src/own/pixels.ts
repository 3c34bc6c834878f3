/** One picture, to the size and the colours that a model learns. The browser decodes it. */
import { msg } from '../words/locale.ts';

export interface Shape {
  size: number;
  colour: boolean;
  /** The square in the middle, or the whole picture with a margin. */
  crop: 'centre' | 'fit';
  /** What shows through where a picture is clear, and around one that does not fill its square. */
  ground: 'white' | 'black';
}

/** Red, green, blue and coverage of `size` by `size` pixels. */
export type Decode = (picture: Blob, shape: Shape) => Promise<Uint8ClampedArray>;

/** A file of more bytes may hold a picture of tens of megapixels: it is made small while it is decoded. */
const LARGE = 256e3;
/** Of such a picture, how many times the size that is wanted its width becomes: so much may be cut away at its sides. */
const SPARE = 4;

export const decode: Decode = async (picture, shape) => {
  const orientation = { imageOrientation: 'from-image' } as const;
  const bitmap = await createImageBitmap(
    picture,
    picture.size > LARGE
      ? { ...orientation, resizeWidth: SPARE * shape.size, resizeQuality: 'high' }
      : orientation,
  );
  try {
    return await small(bitmap, shape);
  } finally {
    bitmap.close();
  }
};

/** What of a picture of `width` by `height` is shown, and where in the square. */
export function placed(
  width: number,
  height: number,
  { size, crop }: Pick<Shape, 'size' | 'crop'>,
): {
  from: [x: number, y: number, w: number, h: number];
  to: [x: number, y: number, w: number, h: number];
} {
  if (crop === 'centre') {
    const side = Math.min(width, height);
    const middle = (extent: number): number => Math.floor((extent - side) / 2);
    return { from: [middle(width), middle(height), side, side], to: [0, 0, size, size] };
  }
  const scale = size / Math.max(width, height);
  const [w, h] = [width, height].map((n) => Math.max(1, Math.round(n * scale))) as [number, number];
  const middle = (extent: number): number => Math.floor((size - extent) / 2);
  return { from: [0, 0, width, height], to: [middle(w), middle(h), w, h] };
}

async function small(bitmap: ImageBitmap, shape: Shape): Promise<Uint8ClampedArray> {
  const { size, ground } = shape;
  const { from, to } = placed(bitmap.width, bitmap.height, shape);
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const ctx = canvas.getContext('2d', { willReadFrequently: true });
  if (!ctx) throw new Error(msg('this browser has no canvas to draw on'));
  ctx.fillStyle = ground;
  ctx.fillRect(0, 0, size, size);
  // What already has its size is taken as it is, pixel by pixel.
  if (from[2] === to[2] && from[3] === to[3]) ctx.drawImage(bitmap, ...from, ...to);
  else {
    const [, , resizeWidth, resizeHeight] = to;
    const fitted = await createImageBitmap(bitmap, ...from, {
      resizeWidth,
      resizeHeight,
      resizeQuality: 'high',
    });
    ctx.drawImage(fitted, to[0], to[1]);
    fitted.close();
  }
  return ctx.getImageData(0, 0, size, size).data;
}

/** Pixels as they are kept: grey by its luminance (Rec. 601), or red, green and blue. */
export function kept(rgba: Uint8ClampedArray, colour: boolean, out: Uint8Array): void {
  const channels = colour ? 3 : 1;
  for (let i = 0, at = 0; at < rgba.length; i += channels, at += 4) {
    const [red = 0, green = 0, blue = 0] = rgba.subarray(at, at + 3);
    if (colour) out.set([red, green, blue], i);
    else out[i] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
  }
}

/** Pixels as they are kept, to be shown. */
export function shown(pixels: Uint8Array, channels: number): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray((pixels.length / channels) * 4);
  for (let i = 0, at = 0; at < rgba.length; i += channels, at += 4) {
    for (let c = 0; c < 3; c++) rgba[at + c] = pixels[i + Math.min(c, channels - 1)] ?? 0;
    rgba[at + 3] = 255;
  }
  return rgba;
}
