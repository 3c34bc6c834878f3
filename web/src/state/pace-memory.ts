/** How fast each preset trained on this machine when it was last seen, so that the time to a result
 * can be said before it starts. */
import { type Memory, memory } from './storage.ts';

const KEY = 'ganlet-pace';
/** Rates are noisy and storage is slow: a rate is kept at most this often. */
const EVERY_MS = 5000;

export class PaceMemory {
  #rates: Record<string, number>;
  #kept = 0;

  constructor(private readonly storage: Pick<Memory, 'getItem' | 'setItem'> = memory) {
    this.#rates = this.#read();
  }

  rate(key: string): number | undefined {
    return this.#rates[key];
  }

  record(stepsPerSecond: number, key: string, now = performance.now()): void {
    this.#rates[key] = stepsPerSecond;
    if (this.#kept && now - this.#kept < EVERY_MS) return;
    this.#kept = now;
    this.storage.setItem(KEY, JSON.stringify(this.#rates));
  }

  #read(): Record<string, number> {
    try {
      const kept: unknown = JSON.parse(this.storage.getItem(KEY) ?? '{}');
      if (typeof kept !== 'object' || kept === null) return {};
      return Object.fromEntries(
        Object.entries(kept).filter(([, rate]) => typeof rate === 'number' && rate > 0),
      );
    } catch {
      return {};
    }
  }
}
