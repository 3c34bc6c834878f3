/**
 * The curves' memory: any number of steps in a bounded number of points. When it is full,
 * neighbours are merged into their mean, so that old detail fades evenly and nothing grows.
 */
import type { Series } from '../protocol.ts';

/** The curves as they can be kept: a step for each point, and how many steps a point stands for. */
export interface Curves {
  stride: number;
  steps: readonly number[];
  columns: Readonly<Record<string, readonly number[]>>;
}

export class SeriesStore {
  #stride = 1;
  #steps: number[] = [];
  #columns = new Map<string, number[]>();
  /** The last point is that of the bucket being filled: how many rows it has, and the sums of all of them but the last. */
  #count = 0;
  #sums = new Map<string, number>();
  #last = new Map<string, number>();
  #lastStep = -1;

  constructor(private readonly capacity = 600) {}

  clear(): void {
    this.#stride = 1;
    this.#steps = [];
    this.#columns.clear();
    this.#count = 0;
    this.#sums.clear();
    this.#last.clear();
    this.#lastStep = -1;
  }

  get steps(): readonly number[] {
    return this.#steps;
  }

  /** A metric's points, one per entry of `steps`; unknown metrics are empty. */
  column(name: string): readonly number[] {
    return this.#columns.get(name) ?? [];
  }

  /** The curves, to be taken up again by `restore`. */
  get curves(): Curves {
    const columns = [...this.#columns].map(([name, column]) => [name, [...column]] as const);
    return { stride: this.#stride, steps: [...this.#steps], columns: Object.fromEntries(columns) };
  }

  /** Takes up curves that were kept, as far as to a model that has taken so many steps. */
  restore({ stride, steps, columns }: Curves, taken: number): void {
    this.clear();
    const count = steps.filter((step) => step < taken).length;
    this.#stride = stride;
    this.#steps = steps.slice(0, count);
    for (const [name, column] of Object.entries(columns)) {
      this.#columns.set(name, column.slice(0, count));
    }
    // What comes next is a point of its own.
    this.#count = stride;
    this.#lastStep = this.#steps.at(-1) ?? -1;
    while (this.#steps.length > this.capacity) this.#halve();
  }

  /** The mean of a metric's last few points; undefined where there are none. */
  recent(name: string, points = 8): number | undefined {
    const tail = this.column(name)
      .slice(-points)
      .filter((value) => !Number.isNaN(value));
    return tail.length ? tail.reduce((sum, value) => sum + value, 0) / tail.length : undefined;
  }

  append(series: Series): void {
    const steps = series.step ?? new Float64Array();
    const names = Object.keys(series).filter((name) => name !== 'step');
    for (const [row, step] of steps.entries()) {
      if (step < this.#lastStep) continue;
      // Numbers of the same step take the place of those before: a player has moved again within it.
      if (step > this.#lastStep) this.#begin(step);
      this.#last = new Map(names.map((name) => [name, series[name]?.[row] ?? NaN]));
      this.#draw();
    }
  }

  /** Makes room for one more row: in the last bucket, or in a new one where that is full. */
  #begin(step: number): void {
    if (this.#steps.length === 0 || this.#count >= this.#stride) {
      if (this.#steps.length >= this.capacity) this.#halve();
      this.#steps.push(step);
      this.#count = 0;
      this.#sums.clear();
    } else {
      for (const [name, value] of this.#last) {
        this.#sums.set(name, (this.#sums.get(name) ?? 0) + value);
      }
      this.#steps[this.#steps.length - 1] = step;
    }
    this.#count += 1;
    this.#lastStep = step;
  }

  /** The last bucket's means. */
  #draw(): void {
    const at = this.#steps.length - 1;
    for (const [name, value] of this.#last) {
      const column = this.#columns.get(name) ?? [];
      // A metric that appears late gets a gap before it.
      while (column.length < at) column.push(NaN);
      column[at] = ((this.#sums.get(name) ?? 0) + value) / this.#count;
      this.#columns.set(name, column);
    }
  }

  #halve(): void {
    this.#stride *= 2;
    this.#steps = this.#steps.filter((_, i) => i % 2 === 1);
    for (const [name, column] of this.#columns) {
      this.#columns.set(
        name,
        this.#steps.map((_, i) => ((column[2 * i] ?? NaN) + (column[2 * i + 1] ?? NaN)) / 2),
      );
    }
  }
}
