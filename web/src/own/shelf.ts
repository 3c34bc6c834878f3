/** The sets of images that a person asked this browser to keep. */
import { CannotKeep, folder as openFolder, read, reason, write } from '../runs/files.ts';
import { msg, str } from '../words/locale.ts';

export interface Kept {
  name: string;
  bytes: number;
}

const FOLDER = 'own-images';
const ENDING = '.safetensors';

const INSTEAD = msg('save the set as a file instead');
const folder = (): Promise<FileSystemDirectoryHandle> => openFolder(FOLDER, INSTEAD);

export async function listKept(): Promise<Kept[]> {
  const found: Kept[] = [];
  for await (const [file, handle] of (await folder()).entries()) {
    if (handle.kind !== 'file' || !file.endsWith(ENDING)) continue;
    const { size } = await handle.getFile();
    found.push({ name: decodeURIComponent(file.slice(0, -ENDING.length)), bytes: size });
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Keeps a set under its name, in place of one that has it. */
export async function keep(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const here = await folder();
  try {
    await write(here, fileOf(name), bytes);
  } catch (error) {
    const megabytes = Math.ceil(bytes.length / 1e6);
    const why = reason(error);
    throw new CannotKeep(
      msg(
        str`The set could not be kept in this browser (${why}). It needs ${megabytes} MB: make room, or save it as a file.`,
      ),
      error,
    );
  }
}

/** The file of a set that is kept; undefined where there is none of this name, or nothing is kept. */
export async function taken(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const here = await folder().catch(() => undefined);
  const file = here && (await read(here, fileOf(name)));
  return file && new Uint8Array(await file.arrayBuffer());
}

export async function remove(name: string): Promise<void> {
  await (await folder()).removeEntry(fileOf(name));
}

/** A name of any letters as one that a file system takes. */
const fileOf = (name: string): string => `${encodeURIComponent(name)}${ENDING}`;
