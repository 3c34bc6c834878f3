/** The line to the worker: calls whose failure is told, and what is being made ready meanwhile. */
import { CallError } from '../client.ts';
import type { Progress } from '../library.ts';
import type { CallName, Calls, Event, Failure } from '../protocol.ts';
import type { Log } from './log.ts';
import type { Notices } from './notices.ts';
import type { Topics } from './topics.ts';
import { connect, type Connection } from './worker.ts';

interface Listeners {
  event: (event: Event) => void;
  /** A call failed; `text` says so in full. */
  failure: (text: string, failure: Failure) => void;
  /** The worker is gone, or never came. */
  stop: (text: string) => void;
}

export class Channel {
  /** What is being made ready; the model that is there can be used meanwhile. */
  busy = '';
  progress: Progress | undefined;
  readonly #connection: Connection;
  #begun = 0;

  constructor(
    private readonly topics: Topics,
    private readonly notices: Notices,
    private readonly listeners: Listeners,
    readonly log: Log,
  ) {
    this.#connection = connect(listeners.event, listeners.stop);
  }

  close(): void {
    this.#connection.close();
  }

  /** Rejects with a `CallError` where the worker refuses. */
  async call<K extends CallName>(
    call: K,
    args: Calls[K]['args'],
    transfer: Transferable[] = [],
  ): Promise<Calls[K]['result']> {
    const deed = this.log.called(call, args);
    try {
      return await this.#connection.client.call(call, args, transfer);
    } catch (error) {
      if (deed) this.log.strike(deed);
      throw error;
    }
  }

  /** A call whose failure becomes a notice; what was there before stays. */
  async try<K extends CallName>(
    busy: string,
    call: K,
    args: Calls[K]['args'],
    transfer: Transferable[] = [],
    /** What a failure's message is put behind. */
    before = '',
  ): Promise<Calls[K]['result'] | undefined> {
    const end = busy ? this.begin(busy) : undefined;
    try {
      return await this.call(call, args, transfer);
    } catch (error) {
      this.failed(error, before);
      return undefined;
    } finally {
      end?.();
    }
  }

  /** Says that a call failed. */
  failed(error: unknown, before = ''): void {
    if (!(error instanceof CallError)) this.notices.add('error', String(error));
    else if (error.code !== 'superseded') this.listeners.failure(before + error.message, error);
  }

  /** Says what is being made ready until the returned function is called, or something newer is. */
  begin(busy: string): () => void {
    const turn = ++this.#begun;
    this.#setBusy(busy);
    return () => {
      if (turn === this.#begun) this.#setBusy('');
    };
  }

  /** How far that is. */
  report(progress: Progress): void {
    this.progress = progress;
    this.topics.tell('progress');
  }

  #setBusy(busy: string): void {
    this.busy = busy;
    this.progress = undefined;
    this.topics.tell('progress');
  }
}
