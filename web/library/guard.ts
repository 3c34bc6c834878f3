/**
 * Guards a module of WebAssembly against its own end. Where it traps (memory that the browser does not give, a fault of the
 * engine), nothing in its memory can be trusted any more, and a promise that it had made would never settle. So whoever waits is
 * told, and the module begins anew with an empty memory; what lived in the old one says so.
 */
import { failure } from './arguments.js';
import type { LibraryError } from './types.js';

/** The part of a module that begins anew. */
interface Resettable {
  __wbg_reset_state(): void;
}

type Reject = (reason: LibraryError) => void;

/** The kinds of error that WebAssembly ends with: a trap, and a stack that is full. */
const isEnd = (error: unknown): boolean =>
  error instanceof WebAssembly.RuntimeError ||
  error instanceof RangeError ||
  (error instanceof Error && error.name === 'InternalError');

export class Guard {
  /** How often the module has begun anew; a trainer belongs to one of its lives. */
  #life = 0;
  readonly #waiting = new Set<Reject>();
  /** How the addresses of the module's files begin: the stack of an error from it names one. */
  readonly #files: string;

  constructor(
    private readonly module: Resettable,
    /** The address of its wasm. */
    wasm: string,
  ) {
    this.#files = wasm.replace(/_bg\.wasm$/, '');
    // A promise of the module is carried on in tasks of its own, whose errors reach nobody else.
    const scope = globalThis as Partial<EventTarget>;
    for (const type of ['error', 'unhandledrejection']) {
      scope.addEventListener?.(type, (event) => {
        this.#onUncaught(event as ErrorEvent & PromiseRejectionEvent);
      });
    }
  }

  get life(): number {
    return this.#life;
  }

  /** Throws where what belongs to a former life is used. */
  check(life: number): void {
    if (life !== this.#life) throw ended();
  }

  now<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw isEnd(error) ? this.#begin(error) : error;
    }
  }

  async later<T>(call: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.add(reject);
      const done = (): void => void this.#waiting.delete(reject);
      const failed = (error: unknown): void => {
        // Where the module ended meanwhile, that was said already.
        reject(isEnd(error) && this.#waiting.has(reject) ? this.#begin(error) : (error as Error));
      };
      this.now(call).then(resolve, failed).finally(done);
    });
  }

  #onUncaught(event: ErrorEvent & PromiseRejectionEvent): void {
    const error: unknown = event.error ?? event.reason;
    if (!(error instanceof Error) || !error.stack?.includes(this.#files)) return;
    if (isEnd(error)) this.#begin(error);
    // What is still on its way to a former life comes too late, and means nothing.
    else if (this.#life === 0 || event.type !== 'error') return;
    event.preventDefault();
  }

  /** Begins anew; returns what to tell whoever called. */
  #begin(cause: unknown): LibraryError {
    this.#life += 1;
    const told = ended(cause);
    for (const reject of this.#waiting) reject(told);
    this.#waiting.clear();
    this.module.__wbg_reset_state();
    return told;
  }
}

function ended(cause?: unknown): LibraryError {
  const why = cause instanceof Error ? ` (${cause.message})` : '';
  return failure(
    'lost',
    `The engine stopped${why}: this browser gave it no more memory, or it met a fault of its own. It has begun anew, and what was not saved is gone. Go on from a checkpoint, or take a smaller game, such as one with a smaller batch.`,
    { cause },
  );
}
