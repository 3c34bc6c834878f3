/**
 * What JavaScript passes, checked before it reaches a module: WebAssembly takes any value for a number, and what it makes of a
 * wrong one is a wrong result or the end of the engine.
 */
import type { Code, LibraryError } from './types.js';

export const failure = (code: Code, message: string, options?: ErrorOptions): LibraryError =>
  Object.assign(new Error(message, options), { code });

/** The wrong argument and the right kind, in words. */
const refusal = (call: string, value: unknown, wanted: string): LibraryError =>
  failure('input', `${call}(${shown(value)}): pass ${wanted}`);

/** A value as one would write it, cut where it is long. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(cut(value));
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  // Objects of other realms, such as a frame's, have classes of their own.
  return cut(Object.prototype.toString.call(value).slice('[object '.length, -1));
}

const cut = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

/** A whole number in a range, ends included. */
export function whole(call: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) {
    return value;
  }
  throw refusal(call, value, `a whole number from ${least} to ${most}`);
}

export const seed = (call: string, value: unknown): number => whole(call, value, 0, 0xffff_ffff);

/** Numbers that one answer may hold, 512 MB of them: more would not fit beside the model. */
const MOST_NUMBERS = 2 ** 27;

/** How many rows of `width` numbers are asked for. */
export const rows = (call: string, value: unknown, width: number): number =>
  whole(call, value, 1, Math.floor(MOST_NUMBERS / Math.max(1, width)));

export function text(call: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw refusal(call, value, 'a string');
}

/** Numbers as a module takes them: a Float32Array, or what can be made into one. */
export function floats(call: string, value: unknown): Float32Array {
  if (value instanceof Float32Array) return value;
  const list = ArrayBuffer.isView(value) && !(value instanceof DataView) ? value : undefined;
  const numbers: unknown = list ?? value;
  if (
    (list ?? Array.isArray(numbers)) &&
    Array.prototype.every.call(numbers, (one) => typeof one === 'number')
  ) {
    return Float32Array.from(numbers as ArrayLike<number>);
  }
  throw refusal(call, value, 'a Float32Array, or an array of numbers');
}

/** Numbers by name. */
export function floatsByName(call: string, value: unknown): Record<string, Float32Array> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refusal(call, value, 'the inputs by name, such as { label: new Float32Array([3]) }');
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, numbers]) => [name, floats(`${call}: ${name}`, numbers)]),
  );
}

/** A list. */
export function list<T>(call: string, value: readonly T[]): readonly T[] {
  if (Array.isArray(value)) return value as readonly T[];
  throw refusal(call, value, 'a list');
}

/** A file's bytes. */
export function bytes(call: string, value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  if (Object.prototype.toString.call(value) === '[object ArrayBuffer]') {
    return new Uint8Array(value as ArrayBuffer);
  }
  throw refusal(call, value, 'the bytes of a saved file, as a Uint8Array or an ArrayBuffer');
}

/** A preset's name, or a config as JSON or as an object. */
export function config(call: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return JSON.stringify(value);
  }
  throw refusal(call, value, "a preset's name, or an object such as { preset: 'ring', batch: 64 }");
}

/** Options, which may be left out. */
export function options<T extends object>(call: string, value: T | undefined): T | undefined {
  // Plain JavaScript has null for nothing.
  const given: unknown = value ?? undefined;
  if (given === undefined || typeof given === 'object') return given as T | undefined;
  throw refusal(call, given, "the options as an object, such as { backend: 'cpu' }");
}
