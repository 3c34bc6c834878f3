/**
 * From files to a set: each is opened, made small and let go before the next. One that cannot be used is named with the reason,
 * and the others go on.
 */
import { isArray, type Loaded, readArray } from './arrays.ts';
import type { Entry } from './entries.ts';
import type { OwnSet } from './file.ts';
import { type Decode, decode, kept, type Shape, shown } from './pixels.ts';
import { msg, str } from '../words/locale.ts';

/** Bytes of pixels that a set may have: twice that is in memory while it trains. */
export const MOST_BYTES = 96e6;
/** As many as the data sets that come with the page have. */
const MOST_IMAGES = 60_000;
/** More folders are no classes. */
const MOST_CLASSES = 100;
/** What files of arrays are called. */
const ARRAY = /\.npy$|-ubyte$|\.idx/i;
/** Files that a remark names. */
const NAMED = 3;

export interface Collected {
  set: OwnSet;
  /** How many images there are, those that were not read because enough were among them. */
  total: number;
  /** What was left out, and why. */
  remarks: string[];
}

export interface Hearing {
  /** Files that are done, of how many. */
  progress?: (done: number, total: number) => void;
  signal?: AbortSignal;
  /** Stops after so many images. */
  most?: number;
  decode?: Decode;
}

/** How many images of a shape fit into a set. */
export const mostImages = ({ size, colour }: Pick<Shape, 'size' | 'colour'>): number =>
  Math.min(MOST_IMAGES, Math.floor(MOST_BYTES / (size * size * (colour ? 3 : 1))));

export async function collect(
  name: string,
  entries: readonly Entry[],
  shape: Shape,
  hearing: Hearing = {},
): Promise<Collected> {
  const most = Math.min(hearing.most ?? Infinity, mostImages(shape));
  const making = new Making(shape, most, hearing.decode ?? decode);
  for (const [done, entry] of entries.entries()) {
    hearing.signal?.throwIfAborted();
    hearing.progress?.(done, entries.length);
    // Of many pictures no more are opened than are wanted; the labels of an array may stand in a file behind it.
    if (making.full && !ARRAY.test(entry.name)) making.skip();
    else await making.add(entry);
  }
  return making.finish(name);
}

class Making {
  readonly #tiles: Uint8Array[] = [];
  readonly #folders: string[] = [];
  /** Names of files by the reason for which they were left out. */
  readonly #skipped = new Map<string, string[]>();
  #labels: Uint8Array | undefined;
  #total = 0;

  constructor(
    private readonly shape: Shape,
    private readonly most: number,
    private readonly decode: Decode,
  ) {}

  get full(): boolean {
    return this.#tiles.length >= this.most;
  }

  /** One that is there, and is not opened. */
  skip(): void {
    this.#total++;
  }

  async add({ name, open }: Entry): Promise<void> {
    try {
      const blob = await open();
      const start = new Uint8Array(await blob.slice(0, 16).arrayBuffer());
      if (isArray(start)) {
        await this.#addArray(readArray(new Uint8Array(await blob.arrayBuffer())));
        return;
      }
      const problem = problemOf(start);
      if (problem) throw new Error(problem);
      const rgba = await this.decode(blob, this.shape).catch((error: unknown) => {
        throw new Error(msg('damaged, cut short, or of a kind that this browser cannot decode'), {
          cause: error,
        });
      });
      this.#total++;
      this.#put(rgba, folderOf(name));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#skipped.set(reason, [...(this.#skipped.get(reason) ?? []), name]);
    }
  }

  async #addArray(array: Loaded): Promise<void> {
    if (array.kind === 'labels') {
      this.#labels = array.labels;
      return;
    }
    const { count, height, width, channels, bytes } = array;
    this.#total += count;
    const length = height * width * channels;
    for (let i = 0; i < count && !this.full; i++) {
      const rgba = shown(bytes.subarray(i * length, (i + 1) * length), channels);
      const { size } = this.shape;
      // What already has its size needs no canvas, which makes tens of thousands of them quick.
      if (height === size && width === size) this.#put(rgba, '');
      else this.#put(await this.decode(await asBlob(rgba, width, height), this.shape), '');
    }
  }

  #put(rgba: Uint8ClampedArray, folder: string): void {
    const { size, colour } = this.shape;
    const tile = new Uint8Array(size * size * (colour ? 3 : 1));
    kept(rgba, colour, tile);
    this.#tiles.push(tile);
    this.#folders.push(folder);
  }

  finish(name: string): Collected {
    const { size, colour } = this.shape;
    const channels = colour ? 3 : 1;
    const count = this.#tiles.length;
    const pixels = new Uint8Array(count * size * size * channels);
    this.#tiles.forEach((tile, i) => {
      pixels.set(tile, i * tile.length);
    });
    const remarks = [...this.#skipped].map(([reason, names]) => leftOut(reason, names));
    if (this.#total > count)
      remarks.push(msg(str`The first ${count} images are kept: more of this size do not fit.`));
    const { labels, classes } = this.#classes(remarks);
    const set = { name, size, channels, count, pixels, labels, classes } as const;
    return { set, total: this.#total, remarks };
  }

  /** A class for each image: from a file of labels, or from the folders where there are several. */
  #classes(remarks: string[]): Pick<OwnSet, 'labels' | 'classes'> {
    const count = this.#tiles.length;
    const none = { labels: new Uint8Array(), classes: [] };
    if (this.#labels) {
      if (this.#labels.length < count || this.#labels.length > this.#total) {
        const { length } = this.#labels;
        remarks.push(
          msg(str`There are ${length} labels for ${count} images, so they are left out.`),
        );
        return none;
      }
      const labels = this.#labels.slice(0, count);
      const last = labels.reduce((most, label) => Math.max(most, label), 0);
      const classes = Array.from({ length: last + 1 }, (_, i) => String(i));
      if (classes.length <= MOST_CLASSES) return { labels, classes };
      remarks.push(
        msg(str`Labels up to ${last} are more than ${MOST_CLASSES} classes, so they are left out.`),
      );
      return none;
    }
    const classes = [...new Set(this.#folders)].sort();
    if (classes.length > MOST_CLASSES) {
      remarks.push(
        msg(
          str`${classes.length} folders are more than ${MOST_CLASSES} classes, so they are not taken as labels.`,
        ),
      );
    }
    if (classes.length < 2 || classes.length > MOST_CLASSES) return none;
    const numbers = new Map(classes.map((folder, i) => [folder, i]));
    const labels = Uint8Array.from(this.#folders, (folder) => numbers.get(folder) ?? 0);
    return { labels, classes: classes.map((folder) => folder || msg('others')) };
  }
}

/** The classes that the folders of these files are; none where there are not several, or too many. */
export function classesOf(paths: readonly string[]): string[] {
  const folders = [...new Set(paths.map(folderOf))].sort();
  const fit = folders.length > 1 && folders.length <= MOST_CLASSES;
  return fit ? folders.map((folder) => folder || msg('others')) : [];
}

const folderOf = (path: string): string => path.split('/').at(-2) ?? '';

function leftOut(reason: string, names: readonly string[]): string {
  const some = names.slice(0, NAMED).join(', ');
  const more = names.length - NAMED;
  return more > 0
    ? msg(str`Left out: ${some} and ${more} more (${reason}).`)
    : msg(str`Left out: ${some} (${reason}).`);
}

/** Why a file is no picture, by its first bytes; undefined where it may be one. */
function problemOf(start: Uint8Array): string | undefined {
  if (start.length === 0) return msg('empty');
  const text = String.fromCharCode(...start);
  if (text.startsWith('PK\u0003\u0004')) return msg('a ZIP in a ZIP or a folder: unpack it first');
  const known = /^(\u0089PNG|\u00ff\u00d8\u00ff|GIF8|BM|RIFF[\s\S]{4}WEBP|[\s\S]{4}ftyp)/.test(
    text,
  );
  return known ? undefined : msg('no picture, IDX file or .npy');
}

/** As a picture without loss, since that is what is decoded. */
async function asBlob(
  rgba: Uint8ClampedArray<ArrayBuffer>,
  width: number,
  height: number,
): Promise<Blob> {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  canvas.getContext('2d')?.putImageData(new ImageData(rgba, width, height), 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve);
  });
  if (!blob) throw new Error(msg('images of a size that this browser cannot draw'));
  return blob;
}
