/** A run as a film. GIF, because it plays everywhere; the encoder is loaded when somebody wants one. */
import { applyPalette, GIFEncoder, quantize } from 'gifenc';
import type { Frame } from '../protocol.ts';
import type { Still } from '../stage/still.ts';
import { msg } from '../words/locale.ts';

/** Milliseconds of a picture, and of the last one, which one looks at. */
const DELAY = 80;
const LAST = 1500;

export interface Film {
  frames: readonly Frame[];
  caption: (frame: Frame) => string;
}

/** Encodes all pictures; between them the page can draw. `told` hears how many are done. */
export async function gifOf(
  still: Still,
  { frames, caption }: Film,
  told: (done: number) => void = () => undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const gif = GIFEncoder();
  for (const [i, frame] of frames.entries()) {
    still.draw(frame, caption(frame));
    const { canvas } = still;
    const image = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height);
    if (!image) throw new Error(msg('This browser does not give the pixels of a canvas.'));
    const palette = quantize(image.data, 256);
    gif.writeFrame(applyPalette(image.data, palette), canvas.width, canvas.height, {
      palette,
      delay: i === frames.length - 1 ? LAST : DELAY,
    });
    told(i + 1);
    await new Promise((resolve) => setTimeout(resolve));
  }
  gif.finish();
  return gif.bytes() as Uint8Array<ArrayBuffer>;
}

/** About how many bytes it will have, from a few of the pictures. */
export async function sizeOf(still: Still, { frames, caption }: Film): Promise<number> {
  const few = [0, 1 / 2, 1].map((share) => frames[Math.round(share * (frames.length - 1))]);
  const chosen = few.filter((frame) => frame !== undefined);
  const bytes = await gifOf(still, { frames: chosen, caption });
  return (bytes.length / chosen.length) * frames.length;
}
