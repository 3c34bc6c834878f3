/**
 * Files that this browser keeps for the page: in folders of the origin's private file system, which no other page sees. Where the
 * browser has none or forbids it, that is said, and all else works.
 */
import { msg, str } from '../words/locale.ts';

/** Why nothing can be kept here, in words. */
export class CannotKeep extends Error {
  /** There is a place, but no room left in it. */
  readonly full: boolean;

  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.full = cause instanceof DOMException && cause.name === 'QuotaExceededError';
  }
}

export function nothingKept(error: unknown, instead: string): CannotKeep {
  const why = reason(error);
  return new CannotKeep(msg(str`This browser keeps nothing here (${why}): ${instead}.`), error);
}

/** `instead`: what a person can do where nothing is kept. */
export async function folder(name: string, instead: string): Promise<FileSystemDirectoryHandle> {
  const { storage } = navigator as { storage?: StorageManager };
  try {
    if (!storage) throw new Error(msg('the page is not on https'));
    const root = await storage.getDirectory();
    return await root.getDirectoryHandle(name, { create: true });
  } catch (error) {
    throw nothingKept(error, instead);
  }
}

/** Writes a whole file in place of one that has its name; where that fails, the one before is as it was. */
export async function write(
  folder: FileSystemDirectoryHandle,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const was = await read(folder, name);
  try {
    const handle = await folder.getFileHandle(name, { create: true });
    const stream = await handle.createWritable();
    try {
      await stream.write(bytes);
      await stream.close();
    } catch (error) {
      await stream.abort().catch(() => undefined);
      throw error;
    }
  } catch (error) {
    // What was made for it alone is no file.
    if (!was) await folder.removeEntry(name).catch(() => undefined);
    throw error;
  }
}

/** Undefined where there is none of this name. */
export async function read(
  folder: FileSystemDirectoryHandle,
  name: string,
): Promise<File | undefined> {
  try {
    return await (await folder.getFileHandle(name)).getFile();
  } catch {
    return undefined;
  }
}

/**
 * Whether the browser promises to clear nothing of this by itself; undefined where it does not say. One that runs short of room may
 * clear all of a site that it promised nothing.
 */
export const isLasting = (): Promise<boolean | undefined> => answer('persisted');

/** Asks for that promise. Firefox asks the person in turn, so only what they keep on purpose is worth the question. */
export const askToLast = (): Promise<boolean | undefined> => answer('persist');

async function answer(question: 'persist' | 'persisted'): Promise<boolean | undefined> {
  const { storage } = navigator as { storage?: Partial<StorageManager> };
  try {
    return await storage?.[question]?.();
  } catch {
    return undefined;
  }
}

export const reason = (error: unknown): string =>
  error instanceof DOMException
    ? error.name
    : error instanceof Error
      ? error.message
      : String(error);
