/** Trained models that lie beside the page, so that the studio has something to work on at once. */
import type { Progress } from '../library.ts';
import type { Spec } from './url.ts';

/** Presets with a file of their name in `models/`. */
const SHIPPED: ReadonlySet<string> = new Set(['mnist-dcgan', 'faces-dcgan']);

export const ships = (preset: string): boolean => SHIPPED.has(preset);

/** Whether what is asked for is the preset as it ships. */
export function wantsShipped({ preset, overrides, scratch }: Spec): boolean {
  return ships(preset) && !scratch && Object.keys(overrides).length === 0;
}

export async function fetchShipped(
  preset: string,
  base: string,
  onProgress: (progress: Progress) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const answer = await fetch(new URL(`models/${preset}.safetensors`, base));
  if (!answer.ok || !answer.body) {
    throw new Error(`The trained model of ${preset} could not be loaded (${answer.status}).`);
  }
  const total = Number(answer.headers.get('Content-Length') ?? 0);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let done = 0;
  const reader = answer.body.getReader();
  for (;;) {
    const { value } = await reader.read();
    if (!value) break;
    parts.push(value);
    done += value.length;
    onProgress({ stage: 'data', done, total: Math.max(total, done), label: 'trained model' });
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
