/** Images and labels as arrays: the IDX files of MNIST and its relatives, and NumPy's .npy. Throws with what is wrong. */
import { msg, str } from '../words/locale.ts';

export type Loaded =
  | {
      kind: 'images';
      count: number;
      height: number;
      width: number;
      channels: 1 | 3;
      /** Image, row, column, channel. */
      bytes: Uint8Array;
    }
  | { kind: 'labels'; labels: Uint8Array };

/** Whether a file begins as an array does. */
export const isArray = (start: Uint8Array): boolean => isIdx(start) || isNumpy(start);

const isIdx = ([a, b, type, axes]: Uint8Array): boolean =>
  a === 0 && b === 0 && type === 8 && (axes === 1 || axes === 3);
const isNumpy = (start: Uint8Array): boolean => latin(start.subarray(0, 6)) === '\u0093NUMPY';
const latin = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

const SHORT = msg('cut short: save it, or download it, again');

export function readArray(bytes: Uint8Array): Loaded {
  return isIdx(bytes) ? readIdx(bytes) : readNumpy(bytes);
}

function readIdx(bytes: Uint8Array): Loaded {
  const axes = bytes[3] ?? 0;
  const start = 4 * (1 + axes);
  if (bytes.length < start) throw new Error(SHORT);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const sizes = Array.from({ length: axes }, (_, axis) => view.getUint32(4 * (1 + axis)));
  return shaped(sizes, taken(bytes.subarray(start), sizes));
}

/** Version 1 to 3 of the format: a magic number, a length, and the header as a Python dictionary. */
function readNumpy(bytes: Uint8Array): Loaded {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const wide = (bytes[6] ?? 1) >= 2;
  if (bytes.length < 12) throw new Error(SHORT);
  const start = wide ? 12 : 10;
  const end = start + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  if (bytes.length < end) throw new Error(SHORT);
  const header = latin(bytes.subarray(start, end));
  const type = /'descr':\s*'([^']+)'/.exec(header)?.[1];
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  if (type === undefined || shape === undefined)
    throw new Error(msg('its header is not that of an array'));
  if (/'fortran_order':\s*True/.test(header)) {
    throw new Error(msg('stored by columns: save numpy.ascontiguousarray(x)'));
  }
  const sizes = shape
    .split(',')
    .map(Number)
    .filter((size) => size > 0);
  return shaped(sizes, values(type, bytes.slice(end), sizes));
}

/** The types of numbers, and what is white in each. */
const TYPES: Readonly<Record<string, readonly [size: number, white: number, read: Read]>> = {
  '|u1': [1, 255, (view, at) => view.getUint8(at)],
  '|b1': [1, 1, (view, at) => view.getUint8(at)],
  '<i2': [2, 255, (view, at) => view.getInt16(at, true)],
  '<i4': [4, 255, (view, at) => view.getInt32(at, true)],
  '<i8': [8, 255, (view, at) => Number(view.getBigInt64(at, true))],
  '<f4': [4, 1, (view, at) => view.getFloat32(at, true)],
  '<f8': [8, 1, (view, at) => view.getFloat64(at, true)],
};
type Read = (view: DataView, at: number) => number;

function values(type: string, content: Uint8Array, sizes: readonly number[]): Uint8Array {
  if (type === '|u1') return taken(content, sizes);
  const found = TYPES[type];
  if (!found)
    throw new Error(msg(str`numbers of type ${type}: save uint8, or float32 from 0 to 1`));
  const [size, white, read] = found;
  const count = product(sizes);
  if (content.length < count * size) throw new Error(SHORT);
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const out = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const value = (read(view, i * size) / white) * 255;
    if (!(value >= 0 && value <= 255)) {
      throw new Error(
        white === 1
          ? msg('numbers that are not from 0 to 1: scale them, or save uint8')
          : msg('numbers that are not from 0 to 255: scale them, and save uint8'),
      );
    }
    out[i] = Math.round(value);
  }
  return out;
}

const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);

function taken(content: Uint8Array, sizes: readonly number[]): Uint8Array {
  const count = product(sizes);
  if (content.length < count) throw new Error(SHORT);
  return content.subarray(0, count);
}

function shaped(sizes: readonly number[], bytes: Uint8Array): Loaded {
  const [count = 0, height = 0, width = 0, channels = 1] = sizes;
  if (sizes.length === 1) return { kind: 'labels', labels: bytes };
  if (sizes.length < 3 || sizes.length > 4 || (channels !== 1 && channels !== 3)) {
    const shape = sizes.join(', ');
    throw new Error(
      msg(str`its shape is (${shape}), not (count, rows, columns) or (count, rows, columns, 3)`),
    );
  }
  return { kind: 'images', count, height, width, channels, bytes };
}
