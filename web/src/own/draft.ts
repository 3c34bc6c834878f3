/** A set of images in the making: what was given, how it is to look, and the first of it as a preview. */
import { classesOf, type Collected, collect } from './collect.ts';
import { type Entry, entriesOf, type Given } from './entries.ts';
import { FEWEST, type OwnSet, unpack } from './file.ts';
import type { Shape } from './pixels.ts';
import { msg, str } from '../words/locale.ts';

/** Images of the preview. */
export const PREVIEWED = 24;
/** The longest name that a set can have. */
export const LONGEST_NAME = 40;

export class Draft {
  name = '';
  shape: Shape = { size: 28, colour: true, crop: 'centre', ground: 'white' };
  /** The first images as they would be learned. */
  preview: Collected | undefined;
  /** A set that was opened: it is as it was made. */
  opened: OwnSet | undefined;
  remarks: readonly string[] = [];
  problem = '';
  /** How far reading all of them is. */
  progress: { done: number; total: number } | undefined;
  #entries: readonly Entry[] = [];
  #looking = new AbortController();
  #reading = new AbortController();

  /** `changed` hears of every change; tests pass a `read` that needs no browser. */
  constructor(
    private readonly changed: () => void,
    private readonly read: typeof collect = collect,
  ) {}

  /** How many images there are, as far as is known. */
  get count(): number {
    return this.opened?.count ?? this.preview?.total ?? 0;
  }

  /** Whether all files were opened, so that none among them can turn out to be no picture. */
  get isExact(): boolean {
    return this.opened !== undefined || this.#entries.length <= PREVIEWED;
  }

  get classes(): readonly string[] {
    if (this.opened) return this.opened.classes;
    const labelled = this.preview?.set.classes ?? [];
    return labelled.length ? labelled : classesOf(this.#entries.map(({ name }) => name));
  }

  /** The first images to look at. */
  get shown(): OwnSet | undefined {
    return this.opened ?? this.preview?.set;
  }

  /** Files in place of what was given before. A set that was saved is opened. */
  async give(given: readonly Given[]): Promise<void> {
    const [first, ...others] = given;
    if (!first) return;
    await this.#attempt(async () => {
      if (others.length === 0 && first.file.name.endsWith('.safetensors')) {
        this.open(new Uint8Array(await first.file.arrayBuffer()), first.file.name);
        return;
      }
      this.#entries = await entriesOf(given);
      this.opened = undefined;
      const folder = first.path.includes('/') ? first.path.split('/')[0] : undefined;
      const called = folder ?? (others.length === 0 ? first.file.name.replace(/\.\w+$/, '') : '');
      this.name = (called || msg('my images')).slice(0, LONGEST_NAME);
    });
    await this.look();
  }

  /** One more picture, of a class where it has one. */
  async add(picture: Blob, label: string): Promise<void> {
    const name = `${label ? `${label}/` : ''}${String(this.#entries.length).padStart(6, '0')}`;
    if (this.opened || this.#entries.length === 0) this.name = msg('my pictures');
    this.opened = undefined;
    this.#entries = [...this.#entries, { name, open: () => Promise.resolve(picture) }];
    await this.look();
  }

  open(bytes: Uint8Array<ArrayBuffer>, called: string): void {
    this.opened = unpack(bytes, called);
    this.#entries = [];
    this.preview = undefined;
    ({ name: this.name } = this.opened);
    this.problem = '';
    this.remarks = [];
    this.changed();
  }

  async reshape(changes: Partial<Shape>): Promise<void> {
    this.shape = { ...this.shape, ...changes };
    this.changed();
    await this.look();
  }

  /** Reads the first images again; where it is asked for anew meanwhile, only the last counts. */
  async look(): Promise<void> {
    this.#looking.abort();
    this.#looking = new AbortController();
    const { signal } = this.#looking;
    if (this.opened || this.#entries.length === 0) return;
    await this.#attempt(async () => {
      // From every part of the list, so that every class is seen.
      const most = PREVIEWED;
      const preview = await this.read(this.name, spread(this.#entries, most), this.shape, {
        signal,
        most,
      });
      signal.throwIfAborted();
      const unseen = Math.max(0, this.#entries.length - most);
      this.preview = { ...preview, total: preview.total + unseen };
      this.remarks = preview.remarks;
      if (preview.set.count === 0)
        this.problem = msg('None of it can be read as a picture or an array.');
    });
  }

  /** The whole set; undefined where it cannot be made, or was stopped. */
  async whole(): Promise<OwnSet | undefined> {
    let made: OwnSet | undefined;
    if (this.opened) made = { ...this.opened, name: this.name };
    else {
      this.#reading = new AbortController();
      const { signal } = this.#reading;
      await this.#attempt(async () => {
        const progress = (done: number, total: number): void => {
          this.progress = { done, total };
          this.changed();
        };
        const { set, remarks } = await this.read(this.name, this.#entries, this.shape, {
          signal,
          progress,
        });
        this.remarks = remarks;
        made = set;
      });
      this.progress = undefined;
    }
    if (made && made.count < FEWEST) {
      const { count } = made;
      this.problem = msg(str`${count} images are too few: give ${FEWEST} or more.`);
      made = undefined;
    }
    this.changed();
    return made;
  }

  /** Stops reading. */
  stop(): void {
    this.#reading.abort();
  }

  async #attempt(act: () => Promise<void>): Promise<void> {
    this.problem = '';
    try {
      await act();
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'AbortError')) {
        this.problem = error instanceof Error ? error.message : String(error);
      }
    }
    this.changed();
  }
}

/** So many of a list, evenly from its whole length. */
function spread<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.floor((i * all.length) / most)] as T);
}
