/**
 * What lies beside the page: sets of images, listed in `data/index.json`, and trained models, listed
 * in `models/index.json` by the presets that they are of, so that the studio works at once.
 */
import type { Progress } from '../library.ts';
import { fetchFile } from '../site.ts';
import type { Spec } from './url.ts';
import { msg, str } from '../words/locale.ts';

/** A list of names, or undefined where there is none. */
export async function listOf(path: string, base: string): Promise<string[] | undefined> {
  try {
    const response = await fetchFile(path, base);
    const names: unknown = response.ok ? await response.json() : undefined;
    return Array.isArray(names) ? names.map(String) : undefined;
  } catch {
    return undefined;
  }
}

/** Why a person's file cannot be a checkpoint, before it is read. */
export function refusalOfCheckpoint({ name, type, size }: File): string | undefined {
  if (type.startsWith('image/')) {
    return msg(
      str`${name} is an image, not a checkpoint. To look for it in the latent space, open the studio with a model of images, and give it to “Your image” there.`,
    );
  }
  return size === 0
    ? msg(str`${name} is empty: its download or copy was cut short. Save the checkpoint again.`)
    : undefined;
}

/** Whether what is asked for is the preset as it ships. */
export function wantsShipped({ overrides, scratch }: Spec): boolean {
  return !scratch && Object.keys(overrides).length === 0;
}

export async function fetchShipped(
  preset: string,
  base: string,
  onProgress: (progress: Progress) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetchFile(`models/${preset}.safetensors`, base);
  if (!response.ok) {
    const { status } = response;
    throw new Error(msg(str`The trained model of ${preset} could not be loaded (${status}).`));
  }
  return bodyOf(response, msg('trained model'), onProgress);
}

/** All that a host answers, told of as it comes; `label` says what it is. */
export async function bodyOf(
  response: Response,
  label: string,
  onProgress: (progress: Progress) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!response.body) return new Uint8Array(await response.arrayBuffer());
  const total = Number(response.headers.get('Content-Length') ?? 0);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let done = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { value } = await reader.read();
    if (!value) break;
    parts.push(value);
    done += value.length;
    onProgress({ stage: 'data', done, total: Math.max(total, done), label });
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
