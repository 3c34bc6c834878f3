/**
 * The curves' memory: any number of steps in a bounded number of points. When it is full,
 * neighbours are merged into their mean, so that old detail fades evenly and nothing grows.
 */
import type { Series } from '../protocol.ts';

export class SeriesStore {
  #stride = 1;
  #steps: number[] = [];
  #columns = new Map<string, number[]>();
  /** The bucket that is being filled: how many rows, and the sums so far. */
  #count = 0;
  #sums = new Map<string, number>();
  #lastStep = -1;

  constructor(private readonly capacity = 600) {}

  clear(): void {
    this.#stride = 1;
    this.#steps = [];
    this.#columns.clear();
    this.#count = 0;
    this.#sums.clear();
    this.#lastStep = -1;
  }

  get steps(): readonly number[] {
    return this.#steps;
  }

  /** A metric's points, one per entry of `steps`; unknown metrics are empty. */
  column(name: string): readonly number[] {
    return this.#columns.get(name) ?? [];
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
      // The library may repeat the last known step; it is drawn once.
      if (step <= this.#lastStep) continue;
      this.#lastStep = step;
      for (const name of names) {
        this.#sums.set(name, (this.#sums.get(name) ?? 0) + (series[name]?.[row] ?? NaN));
      }
      this.#count += 1;
      if (this.#count >= this.#stride) this.#close(step);
    }
  }

  #close(step: number): void {
    this.#steps.push(step);
    for (const [name, sum] of this.#sums) {
      const column = this.#columns.get(name) ?? [];
      // A metric that appears late gets a gap before it.
      while (column.length < this.#steps.length - 1) column.push(NaN);
      column.push(sum / this.#count);
      this.#columns.set(name, column);
    }
    this.#count = 0;
    this.#sums.clear();
    if (this.#steps.length >= this.capacity) this.#halve();
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
