/**
 * Keeps the run that is on the page as it goes: some seconds after it began to train, then every few, and when it stands still. So
 * leaving asks nothing, and a crash costs seconds. What cannot be kept is said once, and training goes on.
 */
import { calledOf, type Identity, type KeptRun } from '../state/keep.ts';
import type { Models } from '../state/models.ts';
import { type Past, stepOf, withPast } from '../state/record.ts';
import type { Session } from '../state/session.ts';
import { claim } from './claim.ts';
import { CannotKeep } from './files.ts';
import type { Portrait } from './portrait.ts';
import { msg, str } from '../words/locale.ts';

/** Where runs are kept: store.ts, or what a test has in its place. */
export type Store = Pick<typeof import('./store.ts'), 'list' | 'put' | 'bytesOf'>;

export interface Pauses {
  /** From the first step until the run is kept, and from then on until it is kept again, at least. */
  first: number;
  next: number;
  /** Until a run that stands still is kept. */
  still: number;
}
const PAUSES: Pauses = { first: 2000, next: 5000, still: 300 };
/**
 * Of the time that keeping took, so many times more pass before the next, but no more than that: a machine that is busy is slow to
 * keep, and not worse off for it. On average no more bytes a second are written.
 */
const FAIR = 50;
const LONGEST = 15_000;
const BYTES_PER_SECOND = 1e6;
/** Fewer steps, taken one by one to look at them, are no run to keep. */
const FEWEST = 10;

export class Keeping {
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When it may be kept next while it trains. */
  #next = 0;
  #busy = false;
  /** Nothing can be kept in this browser. */
  #off = false;
  #complained = false;
  /** The step that could not be kept: it is not tried again. */
  #stuck: number | undefined;
  /** The run that this tab has to itself. */
  #held: { id: string; release: () => void } | undefined;
  /** What was deleted while it was on the page is not kept again. */
  readonly #dropped = new WeakSet<Identity>();
  readonly #portraits = new WeakMap<Identity, Portrait>();
  #aside: Models['aside'];

  constructor(
    private readonly session: Session,
    private readonly store: Store,
    private readonly portrait: (session: Session) => Portrait,
    private readonly pauses = PAUSES,
    private readonly now = () => performance.now(),
  ) {
    session.keep.open = (run) => this.open(run);
    session.keep.drop = (id) => {
      this.drop(id);
    };
    session.subscribe((topic) => {
      if (topic === 'metrics' || topic === 'running' || topic === 'model') this.#look();
    });
    // It comes later than the model, and who was quick has trained by now.
    this.#look();
  }

  /** Offers the newest run of earlier visits, unless something was trained here already. */
  async offer(): Promise<void> {
    const { keep, run } = this.session;
    const [last] = await this.store.list().catch(() => []);
    if (!run.running && run.step === run.identity.step) keep.offer(last);
  }

  /** Takes up a run where it was kept; what is on the page gives way and is put aside. */
  async open(run: KeptRun): Promise<boolean> {
    const { notices, models } = this.session;
    const title = calledOf(run);
    try {
      const bytes = await this.store.bytesOf(run.id);
      if (bytes) return await models.open(title, bytes, run.id);
      notices.add(
        'error',
        msg(
          str`${title} is not there any more: another tab or the browser deleted it. The model here is as it was.`,
        ),
      );
    } catch (error) {
      notices.add('error', error instanceof Error ? error.message : String(error));
    }
    return false;
  }

  /** The run was deleted: if it is on the page, it is not kept again. */
  drop(id: string): void {
    const { run, keep } = this.session;
    if (run.identity.id === id) this.#dropped.add(run.identity);
    if (keep.last?.id === id) keep.offer(undefined);
  }

  #look(): void {
    const { run, keep, models } = this.session;
    // Who trains has chosen what to train.
    if (run.running) keep.offer(undefined);
    if (models.aside !== this.#aside) {
      this.#aside = models.aside;
      void this.#saveAside();
    }
    if (this.#busy || !this.#isDue(run.identity, run.step)) return;
    if (run.running) {
      const wait = Math.max(this.pauses.first, this.#next - this.now());
      this.#timer ??= this.#later(wait);
    } else {
      // It is not to wait for the time that was set while it ran.
      clearTimeout(this.#timer);
      const isSeen = typeof document === 'undefined' || document.visibilityState === 'visible';
      this.#timer = this.#later(isSeen ? this.pauses.still : 0);
    }
  }

  #later(wait: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      this.#timer = undefined;
      void this.#save();
    }, wait);
  }

  /** Whether there is more of a run than is kept. */
  #isDue(identity: Identity, step: number): boolean {
    if (this.#off || this.#dropped.has(identity) || step === this.#stuck) return false;
    const steps = Math.abs(step - identity.step);
    return identity.id === undefined ? steps >= FEWEST : steps > 0;
  }

  async #save(): Promise<void> {
    const { session } = this;
    const { run } = session;
    const { identity } = run;
    if (this.#busy || !this.#isDue(identity, run.step)) return;
    this.#busy = true;
    const start = this.now();
    let written = 0;
    try {
      const bytes = await session.channel.call('save', null);
      written = bytes.length;
      // Where another model came meanwhile, these may be its numbers.
      if (run.identity === identity) {
        this.#portraits.set(identity, this.portrait(session));
        await this.#put(identity, bytes, run.past, run.step);
        session.keep.offer(undefined);
      }
    } catch (error) {
      this.#failed(error, run.step);
    }
    const end = this.now();
    const pause = Math.min(FAIR * (end - start), LONGEST);
    const rest = Math.max(pause, (1000 * written) / BYTES_PER_SECOND);
    this.#next = end + Math.max(this.pauses.next, rest);
    this.#busy = false;
    this.#look();
  }

  /** The last steps of a run that gave way to another. */
  async #saveAside(): Promise<void> {
    const aside = this.#aside;
    if (!aside || !this.#isDue(aside.identity, aside.step)) return;
    try {
      await this.#put(aside.identity, aside.bytes, aside.past, aside.step);
    } catch (error) {
      this.#failed(error, aside.step);
    }
  }

  async #put(
    identity: Identity,
    saved: Uint8Array<ArrayBuffer>,
    past: Past,
    about: number,
  ): Promise<void> {
    const { current, keep } = this.session;
    const bytes = withPast(saved, past);
    const step = stepOf(bytes) ?? about;
    const portrait = this.#portraits.get(identity) ?? {
      title: current.titleOf(this.#aside?.spec ?? current.spec),
      figures: [],
      picture: '',
    };
    const id = await this.#claimed(identity);
    await this.store.put({ id, step, at: Date.now(), ...portrait }, bytes);
    identity.step = step;
    this.#complained = false;
    keep.changed();
  }

  /** Under what the run is kept: it has to be this tab's alone. */
  async #claimed(identity: Identity): Promise<string> {
    if (identity.id !== undefined && identity.id === this.#held?.id) return identity.id;
    let id = identity.id ?? newId();
    let release = await claim(id);
    if (!release) {
      id = newId();
      release = await claim(id);
    }
    this.#held?.release();
    this.#held = { id, release: release ?? (() => undefined) };
    identity.id = id;
    return id;
  }

  #failed(error: unknown, step: number): void {
    this.#stuck = step;
    // What is wrong with the model is said where it is trained.
    if (!(error instanceof CannotKeep)) return;
    this.#off = !error.full;
    if (!this.#complained) {
      this.session.notices.add('warning', `${error.message} ${msg('Training goes on.')}`);
    }
    this.#complained = true;
  }
}

const newId = (): string => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
