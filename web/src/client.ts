/** The page's end of the line to the worker: calls become promises, events go to one listener. */
import type {
  CallName,
  Calls,
  Event,
  Failure,
  FailureCode,
  FromWorker,
  Request,
} from './protocol.ts';

/** What the client needs of a Worker; tests give it a message port. */
export interface Line {
  postMessage(message: Request, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
}

export class CallError extends Error {
  readonly code: FailureCode | undefined;
  readonly field: string | undefined;
  constructor({ message, code, field }: Failure) {
    super(message);
    this.name = 'CallError';
    this.code = code;
    this.field = field;
  }
}

interface Waiting {
  resolve: (value: never) => void;
  reject: (reason: Error) => void;
}

export class Client {
  #nextId = 1;
  #gone: string | undefined;
  readonly #waiting = new Map<number, Waiting>();

  constructor(
    private readonly line: Line,
    onEvent: (event: Event) => void,
    /** What is made of a message before anybody hears of it. */
    hear: (message: FromWorker) => FromWorker = (message) => message,
  ) {
    line.onmessage = (message) => {
      const data = hear(message.data);
      if ('event' in data) onEvent(data);
      else this.#settle(data);
    };
  }

  call<K extends CallName>(
    call: K,
    args: Calls[K]['args'],
    transfer: Transferable[] = [],
  ): Promise<Calls[K]['result']> {
    if (this.#gone !== undefined) return Promise.reject(new CallError({ message: this.#gone }));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.line.postMessage({ id, call, args } as Request, transfer);
    });
  }

  /** For a worker that is gone: nobody may wait for it for ever, now or later. */
  abandon(message: string): void {
    this.#gone = message;
    for (const { reject } of this.#waiting.values()) {
      reject(new CallError({ message }));
    }
    this.#waiting.clear();
  }

  #settle(reply: Exclude<FromWorker, Event>): void {
    const waiting = this.#waiting.get(reply.id);
    if (!waiting) return;
    this.#waiting.delete(reply.id);
    if (reply.ok) waiting.resolve(reply.result as never);
    else waiting.reject(new CallError(reply.failure));
  }
}
