/**
 * One trainer call at a time. A wasm object must not be entered while one of its async methods is
 * under way, so every use of the trainer goes through this first-come, first-served queue.
 */
export class Queue {
  #tail: Promise<unknown> = Promise.resolve();

  run<T>(job: () => T | Promise<T>): Promise<T> {
    const result = this.#tail.then(job);
    // A failed job must not poison the ones behind it; its own caller gets the error.
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
