/**
 * A set of a person's own images as one file, in the safetensors format as `crates/gan/src/data/own.rs` describes it: the page
 * saves and loads it, the engine and the terminal read it.
 */
import { isObject, type Json } from '../state/json.ts';
import { assembled, METADATA, parsed, parted } from '../state/safetensors.ts';
import { msg, str } from '../words/locale.ts';

export interface OwnSet {
  name: string;
  /** Rows and columns of an image. */
  size: number;
  /** Values of a pixel. */
  channels: 1 | 3;
  count: number;
  /** Image, row, column, channel. */
  pixels: Uint8Array;
  /** The class of each image; none without classes. */
  labels: Uint8Array;
  classes: readonly string[];
}

/** Fewer are refused by the engine. */
export const FEWEST = 20;

export function pack({ name, size, channels, count, ...set }: OwnSet): Uint8Array<ArrayBuffer> {
  const { pixels, labels, classes } = set;
  const end = pixels.length;
  const header: Record<string, Json> = {
    [METADATA]: { name, classes: JSON.stringify(classes) },
    images: { dtype: 'U8', shape: [count, size, size, channels], data_offsets: [0, end] },
  };
  if (classes.length === 0) return assembled(header, [pixels]);
  header.labels = { dtype: 'U8', shape: [count], data_offsets: [end, end + count] };
  return assembled(header, [pixels, labels]);
}

/** Reads a file; `called` is its name where it does not say one itself. Throws with what is wrong. */
export function unpack(bytes: Uint8Array<ArrayBuffer>, called: string): OwnSet {
  const { header, rest } = parted(bytes) ?? {};
  const images = tensor(header?.images, rest);
  if (!header || !images)
    throw new Error(msg(str`${called} holds no images: take a file that was saved here.`));
  const [count = 0, size = 0, columns = 0, channels = 1] = images.shape;
  if (size !== columns || (channels !== 1 && channels !== 3) || count * size === 0) {
    const shape = images.shape.join(', ');
    throw new Error(
      msg(str`${called} holds images of [${shape}], not [count, size, size, 1 or 3].`),
    );
  }
  const { name, classes } = isObject(header[METADATA]) ? header[METADATA] : {};
  const labels = tensor(header.labels, rest)?.bytes ?? new Uint8Array();
  const last = labels.reduce((most, label) => Math.max(most, label + 1), 0);
  return {
    name: typeof name === 'string' ? name : called,
    size,
    channels,
    count,
    pixels: images.bytes,
    labels,
    classes: labels.length === count ? named(classes, last) : [],
  };
}

/** The names of the classes, or their numbers where they have too few. */
function named(text: Json | undefined, count: number): string[] {
  const names = typeof text === 'string' ? parsed(text) : undefined;
  return Array.isArray(names) && names.length >= count
    ? names.map(String)
    : Array.from({ length: count }, (_, i) => String(i + 1));
}

function tensor(
  entry: Json | undefined,
  rest: Uint8Array | undefined,
): { shape: number[]; bytes: Uint8Array } | undefined {
  if (!isObject(entry) || entry.dtype !== 'U8' || !rest) return undefined;
  const { shape, data_offsets: offsets } = entry;
  if (!isNumbers(shape) || !isNumbers(offsets)) return undefined;
  const [start = 0, end = 0] = offsets;
  const bytes = rest.subarray(start, end);
  return bytes.length === shape.reduce((total, n) => total * n, 1) ? { shape, bytes } : undefined;
}

const isNumbers = (value: Json | undefined): value is number[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'number');
