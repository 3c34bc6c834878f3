/** One call in so many has another size, which tells what a call costs whatever its size. */
const PROBE_EVERY = 16;

/**
 * How many steps to train per call, so that a call is worth its overhead and yet short enough that a click is answered at
 * once. What a call takes is `fixed + steps * each`. The target is for the steps alone: where reading back takes longer than
 * that, as where a browser looks for results ten times a second, fewer steps would not make a call shorter, only useless.
 */
export class Pace {
  #steps = 1;
  #calls = 0;
  #fixedMs = 0;
  #last = { steps: 0, ms: 0 };

  constructor(
    private readonly targetMs = 70,
    private readonly maxSteps = 4096,
  ) {}

  get steps(): number {
    if (this.#calls % PROBE_EVERY !== 3) return this.#steps;
    if (this.#steps > 1) return Math.ceil(this.#steps / 2);
    // Two slow steps would be a long call.
    return this.#last.ms <= 2 * this.targetMs ? 2 : 1;
  }

  record(steps: number, ms: number): void {
    this.#calls += 1;
    const { steps: lastSteps, ms: lastMs } = this.#last;
    this.#last = { steps, ms };
    // Of sizes that are close to each other the difference says nothing.
    if (lastSteps > 0 && Math.max(steps, lastSteps) >= 1.5 * Math.min(steps, lastSteps)) {
      const fixed = ms - (steps * (ms - lastMs)) / (steps - lastSteps);
      const possible = Math.min(Math.max(fixed, 0), ms, lastMs);
      this.#fixedMs += (possible - this.#fixedMs) / 2;
    }
    const ideal = (steps * this.targetMs) / Math.max(ms - this.#fixedMs, 0.05);
    // Grow at most twofold: the first calls compile and warm up, and one fast reading may be luck.
    const next = Math.min(ideal, this.#steps * 2, this.maxSteps);
    this.#steps = Math.max(1, Math.round(next));
  }
}

/** Steps per second over the last two seconds or so. */
export class Rate {
  readonly #marks: { at: number; step: number }[] = [];

  constructor(private readonly windowMs = 2000) {}

  clear(): void {
    this.#marks.length = 0;
  }

  record(at: number, step: number): number {
    this.#marks.push({ at, step });
    while (this.#marks.length > 2 && at - (this.#marks[0]?.at ?? at) > this.windowMs) {
      this.#marks.shift();
    }
    const first = this.#marks[0];
    return first && at > first.at ? ((step - first.step) * 1000) / (at - first.at) : 0;
  }
}

/** What a side job that is slow leaves to the rest, in times of what it takes, however long one waits for it. */
const FAIR = 4;

/**
 * Spaces out a side job (frames, evaluations) so that it takes at most a given share of the time, unless one would have to wait for
 * it for longer than anybody wants to.
 */
export class Cadence {
  #next = 0;
  #last = 0;

  constructor(
    private readonly minMs: number,
    private readonly share: number,
    private readonly maxMs = Infinity,
  ) {}

  due(now: number): boolean {
    return now >= this.#next;
  }

  record(start: number, end: number): void {
    const took = end - start;
    // The first one compiles, and any may meet a busy machine: what it costs is what it has taken twice.
    const cost = Math.min(took, this.#last);
    this.#last = took;
    const pause = Math.max(this.minMs - took, cost * (1 / this.share - 1));
    this.#next = end + Math.min(pause, Math.max(this.maxMs, FAIR * cost));
  }
}
