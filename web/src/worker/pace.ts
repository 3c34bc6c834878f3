/** How many steps to train per call, so that a call takes long enough to be worth its overhead and
 * short enough that a click is answered at once. */
export class Pace {
  #steps = 1;

  constructor(
    private readonly targetMs = 70,
    private readonly maxSteps = 4096,
  ) {}

  get steps(): number {
    return this.#steps;
  }

  record(steps: number, ms: number): void {
    const ideal = (steps * this.targetMs) / Math.max(ms, 0.05);
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

/** Spaces out a side job (frames, evaluations) so that it takes at most a given share of the time. */
export class Cadence {
  #next = 0;

  constructor(
    private readonly minMs: number,
    private readonly share: number,
  ) {}

  due(now: number): boolean {
    return now >= this.#next;
  }

  record(start: number, end: number): void {
    this.#next = end + Math.max(this.minMs - (end - start), (end - start) * (1 / this.share - 1));
  }
}
