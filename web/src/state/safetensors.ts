/** The safetensors format: the length of the header, 64 bits, lowest first; the header as JSON; the numbers. */
import { isObject, type Json } from './json.ts';

/** The entry of the header that holds words about the file, where the others are tensors. */
export const METADATA = '__metadata__';
/** What follows the header lies on a boundary of so many bytes. */
const WORD = 8;

export interface Parts {
  header: Record<string, Json>;
  rest: Uint8Array<ArrayBuffer>;
}

/** The header of a file and what follows it; undefined where the file is none of the format. */
export function parted(bytes: Uint8Array<ArrayBuffer>): Parts | undefined {
  if (bytes.length < WORD) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = WORD + Number(view.getBigUint64(0, true));
  if (end > bytes.length) return undefined;
  const header = parsed(new TextDecoder().decode(bytes.subarray(WORD, end)));
  return isObject(header) ? { header, rest: bytes.subarray(end) } : undefined;
}

/** A file of a header and, one behind the other, what follows it. */
export function assembled(
  header: Record<string, Json>,
  rest: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / WORD) * WORD;
  const size = rest.reduce((sum, part) => sum + part.length, WORD + length);
  const file = new Uint8Array(size);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  // Spaces to the boundary, as the format has it.
  file.fill(0x20, WORD + text.length, WORD + length);
  file.set(text, WORD);
  let at = WORD + length;
  for (const part of rest) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

export function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
