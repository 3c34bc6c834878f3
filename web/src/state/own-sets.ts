/** The sets of a person's own images that models here learn, by their names: neither a config nor a checkpoint holds one. */
import { getPath, type Json } from './json.ts';
import { METADATA, parsed, parted } from './safetensors.ts';

/** That of the model that there is, and that of the one that it took the place of. */
const MOST = 2;

export class Sets {
  readonly #sets = new Map<string, Uint8Array>();

  put(name: string, file: Uint8Array): void {
    this.#sets.delete(name);
    this.#sets.set(name, file);
    const [oldest] = this.#sets.keys();
    if (this.#sets.size > MOST && oldest !== undefined) this.#sets.delete(oldest);
  }

  /** What the library is passed beside a config. */
  for(config: Json | undefined): { images?: Uint8Array } {
    const name = nameOf(config);
    const images = name === undefined ? undefined : this.#sets.get(name);
    return images ? { images } : {};
  }
}

/** What the images of a config are called, where they are a person's own. */
export function nameOf(config: Json | undefined): string | undefined {
  const name = getPath(config, 'data.name');
  return getPath(config, 'data.kind') === 'own_images' && typeof name === 'string'
    ? name
    : undefined;
}

/** The config of a checkpoint, as far as it differs from its preset's. */
export function configOf(checkpoint: Uint8Array): Json | undefined {
  const metadata = parted(checkpoint as Uint8Array<ArrayBuffer>)?.header[METADATA];
  const text = getPath(metadata, 'ganlet');
  return typeof text === 'string' ? getPath(parsed(text), 'config') : undefined;
}
