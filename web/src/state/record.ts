/**
 * What a file of a model says of how it got there: its curves, thinned out as they are drawn, what was measured, and the version
 * that wrote it. It rides in
 * the file's header, as one more entry of the metadata that the safetensors format has room for, and that the engine and the
 * terminal read past. A file without it is as good as ever.
 */
import type { Evaluation } from '../protocol.ts';
import { getPath, isObject, type Json } from './json.ts';
import { assembled, METADATA, parsed, parted } from './safetensors.ts';
import type { Curves } from './series.ts';
import { VERSION } from '../version.ts';

export interface Past {
  curves: Curves;
  measures: readonly Evaluation[];
}

const KEY = 'ganlet.past';
const VERSION_KEY = 'ganlet.version';

/** Whether a file is one of the format at all: a text or a picture is no damaged checkpoint. */
export const isCheckpoint = (bytes: Uint8Array<ArrayBuffer>): boolean =>
  parted(bytes) !== undefined;

export function withPast(bytes: Uint8Array<ArrayBuffer>, past: Past): Uint8Array<ArrayBuffer> {
  const parts = parted(bytes);
  if (!parts) return bytes;
  const { header, rest } = parts;
  const known = isObject(header[METADATA]) ? header[METADATA] : {};
  const metadata = {
    ...known,
    [KEY]: JSON.stringify(past, short),
    [VERSION_KEY]: VERSION,
  };
  return assembled({ ...header, [METADATA]: metadata }, [rest]);
}

/** Five digits are more than a curve shows; what is not a number is a gap. */
const short = (_: string, value: unknown): unknown =>
  typeof value === 'number'
    ? Number.isFinite(value)
      ? Number(value.toPrecision(5))
      : null
    : value;

/** The step that a file stands at; undefined where it says none. */
export function stepOf(bytes: Uint8Array<ArrayBuffer>): number | undefined {
  const metadata = parted(bytes)?.header[METADATA];
  const text = getPath(metadata, 'ganlet');
  const step = typeof text === 'string' ? getPath(parsed(text), 'step') : undefined;
  return typeof step === 'number' ? step : undefined;
}

/** What a file says of its past; undefined where it says nothing that can be read. */
export function pastOf(bytes: Uint8Array<ArrayBuffer>): Past | undefined {
  const metadata = parted(bytes)?.header[METADATA];
  const text = isObject(metadata) ? metadata[KEY] : undefined;
  const past = typeof text === 'string' ? parsed(text) : undefined;
  if (!isObject(past) || !isObject(past.curves) || !Array.isArray(past.measures)) return undefined;
  const { stride, steps, columns } = past.curves;
  if (typeof stride !== 'number' || !isNumbers(steps) || !isObject(columns)) return undefined;
  const ascending = steps.every((step, i) => i === 0 || step > (steps[i - 1] ?? 0));
  const kept = Object.entries(columns).flatMap(([name, values]): [string, number[]][] =>
    Array.isArray(values) && values.length === steps.length
      ? [[name, values.map((value) => (typeof value === 'number' ? value : NaN))]]
      : [],
  );
  if (!ascending || !(stride >= 1)) return undefined;
  return {
    curves: { stride, steps, columns: Object.fromEntries(kept) },
    measures: past.measures.flatMap((one) => {
      if (!isObject(one) || typeof one.step !== 'number' || !isObject(one.values)) return [];
      const values = Object.entries(one.values).filter(
        (entry): entry is [string, number] => typeof entry[1] === 'number',
      );
      return [{ step: one.step, values: Object.fromEntries(values) }];
    }),
  };
}

function isNumbers(value: Json | undefined): value is number[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'number');
}
