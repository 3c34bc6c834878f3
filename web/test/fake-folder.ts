/** As much of a private file system as the page uses. */
export class FakeFolder {
  readonly kind = 'directory';
  readonly files = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly #folders = new Map<string, FakeFolder>();
  readonly #made = Date.now();
  /** There is no room left. */
  full = false;

  folder(name: string): FakeFolder {
    const found = this.#folders.get(name) ?? new FakeFolder();
    this.#folders.set(name, found);
    return found;
  }

  getDirectoryHandle(name: string): Promise<FakeFolder> {
    return Promise.resolve(this.folder(name));
  }

  getFileHandle(name: string, { create = false } = {}): Promise<object> {
    if (!this.files.has(name)) {
      if (!create) return Promise.reject(new DOMException(name, 'NotFoundError'));
      this.files.set(name, new Uint8Array());
    }
    return Promise.resolve(this.#handle(name));
  }

  removeEntry(name: string): Promise<void> {
    const gone = this.files.delete(name);
    return gone ? Promise.resolve() : Promise.reject(new DOMException(name, 'NotFoundError'));
  }

  async *entries(): AsyncGenerator<[string, object]> {
    await Promise.resolve();
    for (const name of [...this.files.keys()]) yield [name, this.#handle(name)];
  }

  #handle(name: string): object {
    const file = (): File =>
      new File([this.files.get(name) ?? new Uint8Array()], name, { lastModified: this.#made });
    return {
      kind: 'file',
      getFile: () => Promise.resolve(file()),
      createWritable: () => {
        let written = new Uint8Array();
        return Promise.resolve({
          write: (bytes: Uint8Array<ArrayBuffer>) => {
            if (this.full) return Promise.reject(new DOMException('Full.', 'QuotaExceededError'));
            written = bytes.slice();
            return Promise.resolve();
          },
          close: () => {
            this.files.set(name, written);
            return Promise.resolve();
          },
          abort: () => Promise.resolve(),
        });
      },
    };
  }
}
