/** Holds the last checkpoint of a model, which may be lost at any moment with its device or its engine: at most every 20 seconds,
 * and for at most a fiftieth of the time. */
import type { Trainer } from '../library.ts';
import { Refusal } from '../protocol.ts';
import { Cadence } from './pace.ts';

export class Keeper {
  #bytes: Uint8Array | undefined;
  #cadence = new Cadence(20_000, 1 / 50);

  clear(): void {
    this.#bytes = undefined;
    this.#cadence = new Cadence(20_000, 1 / 50);
  }

  due(now: number): boolean {
    return this.#cadence.due(now);
  }

  async keep(trainer: Trainer, now: () => number): Promise<void> {
    const start = now();
    this.#bytes = await trainer.save();
    this.#cadence.record(start, now());
  }

  put(bytes: Uint8Array): void {
    this.#bytes = bytes;
  }

  checkpoint(): Uint8Array {
    if (!this.#bytes) {
      throw new Refusal(
        'input',
        'There is no checkpoint to go on from: choose “CPU” under “Runs on” to start again.',
      );
    }
    return this.#bytes;
  }
}
