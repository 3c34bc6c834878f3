/**
 * The sets that a person asked this browser to keep: files in the origin's private file system, which no other page sees. Where
 * the browser has none or forbids it, that is said, and all else works.
 */
export interface Kept {
  name: string;
  bytes: number;
}

const FOLDER = 'own-images';
const ENDING = '.safetensors';

/** Why nothing can be kept here, in words. */
export class CannotKeep extends Error {}

async function folder(): Promise<FileSystemDirectoryHandle> {
  const { storage } = navigator as { storage?: StorageManager };
  try {
    if (!storage) throw new Error('the page is not on https');
    const root = await storage.getDirectory();
    return await root.getDirectoryHandle(FOLDER, { create: true });
  } catch (error) {
    throw new CannotKeep(
      `This browser keeps nothing here (${reason(error)}): save the set as a file instead.`,
    );
  }
}

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
    const handle = await here.getFileHandle(fileOf(name), { create: true });
    const stream = await handle.createWritable();
    await stream.write(bytes);
    await stream.close();
  } catch (error) {
    await here.removeEntry(fileOf(name)).catch(() => undefined);
    const megabytes = Math.ceil(bytes.length / 1e6);
    throw new CannotKeep(
      `The set could not be kept in this browser (${reason(error)}). It needs ${megabytes} MB: make room, or save it as a file.`,
    );
  }
}

/** The file of a set that is kept; undefined where there is none of this name. */
export async function taken(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const handle = await (await folder()).getFileHandle(fileOf(name));
    return new Uint8Array(await (await handle.getFile()).arrayBuffer());
  } catch {
    return undefined;
  }
}

export async function remove(name: string): Promise<void> {
  await (await folder()).removeEntry(fileOf(name));
}

/** A name of any letters as one that a file system takes. */
const fileOf = (name: string): string => `${encodeURIComponent(name)}${ENDING}`;

const reason = (error: unknown): string =>
  error instanceof DOMException
    ? error.name
    : error instanceof Error
      ? error.message
      : String(error);
