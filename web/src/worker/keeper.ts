/**
 * Keeps checkpoints of a run: the newest, in case its device or its engine is lost, and some before it, within a budget. Training
 * is deterministic, so the last one at or before a step and a list of what else was done lead to that step again, bit for bit.
 */
import type { Trainer } from '../library.ts';
import { Refusal } from '../protocol.ts';
import type { Json } from '../state/json.ts';
import { Trail } from '../state/trail.ts';
import { Cadence } from './pace.ts';

/** What was done to a run besides whole steps: a move alone, or a change of a setting; at which step, and at which it was after that. */
export type Deed = { step: number; after: number } & (
  { update: string } | { path: string; value: Json }
);

interface Checkpoint {
  step: number;
  bytes: Uint8Array;
  /** How many deeds came before it. */
  deeds: number;
}

/** Where to begin and what to do on the way to a step. */
export interface Way {
  bytes: Uint8Array;
  deeds: readonly Deed[];
}

const MOST = 40;
const BYTES = 64 * 2 ** 20;

export class Keeper {
  readonly #kept = new Trail<Checkpoint>(MOST, BYTES, ({ bytes }) => bytes.length);
  /** At most every five seconds, and for at most a fiftieth of the time. */
  readonly #cadence = new Cadence(5_000, 1 / 50);
  #deeds: Deed[] = [];

  due(now: number): boolean {
    return this.#cadence.due(now);
  }

  async keep(trainer: Trainer, now: () => number): Promise<void> {
    const start = now();
    this.put(trainer.info().step, await trainer.save());
    this.#cadence.record(start, now());
  }

  put(step: number, bytes: Uint8Array): void {
    this.#kept.add({ step, bytes, deeds: this.#deeds.length });
  }

  note(deed: Deed): void {
    this.#deeds.push(deed);
  }

  /** The newest checkpoint. */
  checkpoint(): Uint8Array {
    const newest = this.#kept.items.at(-1);
    if (!newest) {
      throw new Refusal(
        'input',
        'There is no checkpoint to go on from: choose “CPU” under “Runs on” to start again.',
      );
    }
    return newest.bytes;
  }

  /** To a step as it was after the last move in it. */
  wayTo(step: number): Way {
    const from = this.#kept.items.findLast((one) => one.step <= step);
    if (!from) {
      const [first] = this.#kept.items;
      throw new Refusal(
        'input',
        `Nothing is kept of step ${step}: choose a picture from step ${first?.step ?? 0} on.`,
      );
    }
    return { bytes: from.bytes, deeds: this.#deeds.slice(from.deeds, this.#reach(step)) };
  }

  /** What was kept of the run up to a step, for a run that branches off there. */
  upTo(step: number): Keeper {
    const keeper = new Keeper();
    const end = this.#reach(step);
    keeper.#deeds = this.#deeds.slice(0, end);
    for (const one of this.#kept.items) {
      if (one.step <= step) keeper.#kept.add({ ...one, deeds: Math.min(one.deeds, end) });
    }
    return keeper;
  }

  /** The run went back to a step by itself: what came after it has not happened. */
  cut(step: number): void {
    this.#kept.cut(step);
    this.#deeds = this.#deeds.filter(({ after }) => after <= step);
  }

  /** How many deeds lead to a step: what was set there after its last move is no part of it. */
  #reach(step: number): number {
    return (
      this.#deeds.findLastIndex((deed) =>
        'update' in deed || deed.step < step ? deed.after <= step : false,
      ) + 1
    );
  }
}
