/** The files that a person gave, those in a ZIP among them, each opened only when its turn comes. */
import { unzipSync } from 'fflate';
import { decimal } from '../state/format.ts';
import type { Root } from './roots.ts';
import { msg, str } from '../words/locale.ts';

export interface Entry {
  /** Its path below what was given. */
  name: string;
  open: () => Promise<Blob>;
}

/** A larger archive does not fit beside what is made of it. */
const MOST_ARCHIVE = 1e9;
/** As many bytes are unpacked at once, and so many files. */
const AT_ONCE = 32e6;
const MOST_AT_ONCE = 64;

/** A file and where it lay. */
export interface Given {
  path: string;
  file: File;
}

/** What a chooser for files or folders was given. */
export const givenFiles = (files: Iterable<File>): Given[] =>
  [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));

/** What was dropped, with everything in the folders among it. */
export async function givenRoots(roots: readonly Root[]): Promise<Given[]> {
  const found = await Promise.all(
    roots.map(({ entry, file }) =>
      entry ? below(entry) : Promise.resolve(file ? [{ path: file.name, file }] : []),
    ),
  );
  return found.flat();
}

async function below(entry: FileSystemEntry): Promise<Given[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    return [{ path: entry.fullPath.replace(/^\//, ''), file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: Given[] = [];
  for (;;) {
    // It hands over some at a time, and nothing at the end.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) return found;
    found.push(...(await Promise.all(some.map(below))).flat());
  }
}

/** All of them in the order of their names; archives opened. Throws where an archive cannot be read. */
export async function entriesOf(given: readonly Given[]): Promise<Entry[]> {
  const lists: Entry[][] = [];
  for (const { path, file } of given) {
    const open = (): Promise<Blob> => Promise.resolve(file);
    lists.push(/\.zip$/i.test(path) ? await inArchive(file) : [{ name: path, open }]);
  }
  const all = lists.flat().filter(({ name }) => !isHidden(name));
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What systems put beside a person's files. */
const isHidden = (path: string): boolean =>
  /(^|\/)(\.[^/]*|__MACOSX|Thumbs\.db|desktop\.ini)(\/|$)/i.test(path);

async function inArchive(file: File): Promise<Entry[]> {
  if (file.size > MOST_ARCHIVE) {
    const size = decimal(file.size / 1e9, 1);
    throw new Error(msg(str`${file.name} has ${size} GB: unpack it and choose its folder.`));
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const found: { name: string; size: number }[] = [];
  unzip(file.name, bytes, ({ name, originalSize }) => {
    if (!name.endsWith('/')) found.push({ name, size: originalSize });
    return false;
  });
  const unpacked = new Map<string, Uint8Array<ArrayBuffer>>();
  const open = (at: number): Promise<Blob> => {
    const { name } = found[at] ?? { name: '' };
    if (!unpacked.has(name)) {
      unpacked.clear();
      const wanted = new Set<string>();
      let room = AT_ONCE;
      for (const { name, size } of found.slice(at, at + MOST_AT_ONCE)) {
        if (wanted.size > 0 && size > room) break;
        wanted.add(name);
        room -= size;
      }
      const some = unzip(file.name, bytes, ({ name }) => wanted.has(name));
      for (const [name, content] of Object.entries(some)) unpacked.set(name, content);
    }
    return Promise.resolve(new Blob([unpacked.get(name) ?? new Uint8Array()]));
  };
  found.sort((a, b) => (a.name < b.name ? -1 : 1));
  return found.map(({ name }, at) => ({
    name,
    open: () => Promise.resolve().then(() => open(at)),
  }));
}

function unzip(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  filter: (file: { name: string; originalSize: number }) => boolean,
): Record<string, Uint8Array<ArrayBuffer>> {
  try {
    return unzipSync(bytes, { filter });
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new Error(
      msg(str`${name} cannot be unpacked (${cause}): pack it again as a plain ZIP.`),
      {
        cause: error,
      },
    );
  }
}
