/** JSON values, and reading and writing them by dotted path ("g_optimizer.lr"). */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as a person reads it: text bare, the rest as JSON. */
export function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The value at a dotted path, or undefined where some part of the way is missing. */
export function getPath(root: Json | undefined, path: string): Json | undefined {
  let here = root;
  for (const key of path.split('.')) {
    if (!isObject(here) || !Object.hasOwn(here, key)) return undefined;
    here = here[key];
  }
  return here;
}

/** A copy of `root` with the value at `path` replaced; objects on the way are made as needed. */
export function withPath(root: JsonObject, path: string, value: Json): JsonObject {
  const [head, ...rest] = path.split('.') as [string, ...string[]];
  const inner = root[head];
  const next = rest.length ? withPath(isObject(inner) ? inner : {}, rest.join('.'), value) : value;
  return { ...root, [head]: next };
}

/** Numbers count as equal where single precision cannot tell them apart: some of the library's
 * settings are kept in it, and 0.05 comes back as 0.05000000074505806. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a === 'number' && typeof b === 'number') return Math.fround(a) === Math.fround(b);
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  }
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
    );
  }
  return false;
}

/**
 * What must be laid over `base` to get `own`, by dotted path. Follows the library's merging: objects
 * merge field by field, but one of another `kind` replaces the old one whole.
 */
export function differences(base: Json | undefined, own: Json, at = ''): Record<string, Json> {
  if (sameJson(base, own)) return {};
  if (!isObject(base) || !isObject(own) || !sameJson(base.kind, own.kind)) return { [at]: own };
  const found = Object.entries(own).map(([key, value]) =>
    differences(base[key], value, at ? `${at}.${key}` : key),
  );
  return Object.assign({}, ...found) as Record<string, Json>;
}

/** A value in a link: JSON where it parses, otherwise the bare word (`cost=minimax`). */
export function parseValue(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
