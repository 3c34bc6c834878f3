/**
 * What is kept of a run, so that one can go back in it: bounded in number and bytes, spread evenly over the steps. When there
 * is too much, every second moment goes, and the next ones are taken half as often.
 */
export class Trail<T extends { step: number }> {
  #items: T[] = [];
  #bytes = 0;
  /** Steps between what is kept, at least. */
  #every = 0;

  constructor(
    private readonly most: number,
    private readonly budget: number,
    private readonly bytesOf: (item: T) => number,
  ) {}

  /** What is kept, in the order of the steps; the last one is always the newest. */
  get items(): readonly T[] {
    return this.#items;
  }

  get bytes(): number {
    return this.#bytes;
  }

  clear(): void {
    this.#items = [];
    this.#bytes = 0;
    this.#every = 0;
  }

  /** Forgets what came after a step. */
  cut(step: number): void {
    this.#keep(this.#items.filter((item) => item.step <= step));
  }

  add(item: T): void {
    // Of one step there is one moment, the newest.
    const [before, last] = this.#items.slice(-2);
    const isBetween =
      this.#items.length > 1 && last && before && last.step - before.step < this.#every;
    if (last && (last.step >= item.step || isBetween)) this.#keep(this.#items.slice(0, -1));
    this.#items.push(item);
    this.#bytes += this.bytesOf(item);
    if (this.#items.length > this.most || (this.#bytes > this.budget && this.#items.length > 2)) {
      this.#thin();
    }
  }

  /** The first and the newest stay. */
  #thin(): void {
    const last = this.#items.length - 1;
    this.#keep(this.#items.filter((_, i) => i % 2 === 0 || i === last));
    const steps = (this.#items.at(-1)?.step ?? 0) - (this.#items[0]?.step ?? 0);
    this.#every = Math.max(1, steps / (this.#items.length - 1));
  }

  #keep(items: T[]): void {
    this.#items = items;
    this.#bytes = items.reduce((sum, item) => sum + this.bytesOf(item), 0);
  }
}
