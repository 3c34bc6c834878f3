/** Runs a job for the latest input only: while one is under way, newer inputs replace each other, and
 * the last of them runs next. Dragging a slider asks more often than results can come. */
export class Latest<T> {
  #waiting: { input: T } | undefined;
  #busy = false;

  constructor(private readonly job: (input: T) => Promise<void>) {}

  ask(input: T): void {
    this.#waiting = { input };
    if (!this.#busy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#busy = true;
    try {
      while (this.#waiting) {
        const { input } = this.#waiting;
        this.#waiting = undefined;
        await this.job(input);
      }
    } finally {
      this.#busy = false;
    }
  }
}
