/** The runs that this browser keeps: an index in IndexedDB, and beside it a file for each, which is a checkpoint as “Save” makes it. */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { decimal } from '../state/format.ts';
import type { KeptRun } from '../state/keep.ts';
import {
  CannotKeep,
  folder as openFolder,
  isLasting,
  nothingKept,
  read,
  reason,
  write,
} from './files.ts';
import { msg, str } from '../words/locale.ts';

interface Schema extends DBSchema {
  runs: { key: string; value: KeptRun };
}

const DATABASE = 'ganlet';
const FOLDER = 'runs';
const INSTEAD = msg('“Save” makes a file of the run');

/** So many runs stay by themselves, and so many bytes of them; those that have a name stay beside them. */
export const MOST = 20;
export const MOST_BYTES = 500e6;
/** A file without a run is what a tab left that ended between the two; after so long nobody is between them. */
const LEFT_MS = 86_400_000;

let opened: Promise<IDBPDatabase<Schema>> | undefined;

async function index(): Promise<IDBPDatabase<Schema>> {
  try {
    opened ??= openDB<Schema>(DATABASE, 1, {
      upgrade: (database) => void database.createObjectStore('runs', { keyPath: 'id' }),
      // What another tab's newer version, or the browser, closed is opened anew.
      blocking: (_old, _new, event) => {
        (event.target as IDBDatabase).close();
        opened = undefined;
      },
      terminated: () => {
        opened = undefined;
      },
    });
    return await opened;
  } catch (error) {
    opened = undefined;
    throw nothingKept(error, INSTEAD);
  }
}

const folder = (): Promise<FileSystemDirectoryHandle> => openFolder(FOLDER, INSTEAD);
const fileOf = (id: string): string => `${id}.safetensors`;

/** The newest first. */
export async function list(): Promise<KeptRun[]> {
  const runs = await (await index()).getAll('runs');
  return runs.sort((a, b) => b.at - a.at);
}

/** Keeps a run in place of what was kept of it; of those without a name, the oldest go where there are too many. */
export async function put(
  run: Omit<KeptRun, 'bytes' | 'name'>,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const database = await index();
  try {
    await write(await folder(), fileOf(run.id), bytes);
    const { name } = (await database.get('runs', run.id)) ?? {};
    const kept = { ...run, bytes: bytes.length };
    await database.put('runs', name === undefined ? kept : { ...kept, name });
  } catch (error) {
    if (error instanceof CannotKeep) throw error;
    const megabytes = decimal(bytes.length / 1e6, 1);
    const why = reason(error);
    throw new CannotKeep(
      msg(
        str`The run could not be kept in this browser (${why}). It needs ${megabytes} MB: delete some under “Runs”, or save it as a file.`,
      ),
      error,
    );
  }
  const unnamed = (await list()).filter(({ name }) => name === undefined);
  let taken = 0;
  for (const [i, { id, bytes }] of unnamed.entries()) {
    taken += bytes;
    if (i >= MOST || (i > 0 && taken > MOST_BYTES)) await remove(id);
  }
}

/** The checkpoint of a run; undefined where it is not there any more. */
export async function bytesOf(id: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const file = await read(await folder(), fileOf(id));
  return file && new Uint8Array(await file.arrayBuffer());
}

/** An empty name takes it away. */
export async function rename(id: string, name: string): Promise<void> {
  const transaction = (await index()).transaction('runs', 'readwrite');
  const run = await transaction.store.get(id);
  if (run) {
    const { name: _, ...unnamed } = run;
    await transaction.store.put(name ? { ...unnamed, name } : unnamed);
  }
  await transaction.done;
}

export async function remove(id: string): Promise<void> {
  await (await index()).delete('runs', id);
  await (await folder()).removeEntry(fileOf(id)).catch(() => undefined);
}

/** Files that belong to no run take room for nothing. */
export async function tidy(now: number): Promise<void> {
  const here = await folder();
  const known = new Set((await list()).map(({ id }) => fileOf(id)));
  for await (const [name, handle] of here.entries()) {
    if (handle.kind !== 'file' || known.has(name)) continue;
    const { lastModified } = await handle.getFile();
    if (now - lastModified > LEFT_MS) await here.removeEntry(name);
  }
}

export interface Room {
  /** Bytes that all of this site takes, images of one's own and the page for when there is no network included. */
  used: number;
  granted: number;
  /** Whether the browser promises to clear nothing of it by itself. */
  lasting: boolean | undefined;
}

/** What the browser grants; undefined where it does not say. */
export async function room(): Promise<Room | undefined> {
  try {
    const { usage, quota } = await navigator.storage.estimate();
    if (usage === undefined || quota === undefined) return undefined;
    return { used: usage, granted: quota, lasting: await isLasting() };
  } catch {
    return undefined;
  }
}
