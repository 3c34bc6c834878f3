/** Redraws an element at most so often, however often it is told that something is new. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

export class Throttled implements ReactiveController {
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `act` is done once, `ms` after the first of many calls of `ask`. */
  constructor(
    host: ReactiveControllerHost,
    private readonly ms: number,
    private readonly act: () => void = () => {
      host.requestUpdate();
    },
  ) {
    host.addController(this);
  }

  readonly ask = (): void => {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.act();
    }, this.ms);
  };

  /** Nobody looks any more. */
  hostDisconnected(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
