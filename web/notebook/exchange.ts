/** What passes between a game and the Python object: numbers, samples and the checkpoint there, wishes and data here. */
import { unpack } from '../src/own/file.ts';
import { gameFor } from '../src/own/game.ts';
import { Keeping, type Store } from '../src/runs/keeping.ts';
import { readTable } from '../src/state/own-data.ts';
import type { Session } from '../src/state/session.ts';
import { type Bytes, bytesOf, type Model } from './model.ts';

/** How often Python hears of a run that goes on: its line is for a person to watch, not for every step. */
const EVERY_MS = 1000;

/** An array as `arrays.py` reads it. */
interface Packed {
  shape: number[];
  dtype: 'float32' | 'float64';
  data: DataView;
}

interface OwnData {
  points?: string;
  images?: Bytes;
  name: string;
}

export class Exchange {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = 0;
  #telling = false;
  #again = false;
  /** The latents that are being set are our own. */
  #drawing = false;
  #leave: (() => void)[] = [];

  constructor(
    private readonly model: Model,
    private readonly session: Session,
  ) {}

  /** Takes up what Python has: its data, then the run where it was kept, then what it wishes. */
  async begin(): Promise<void> {
    const { model, session } = this;
    await this.#useData();
    const kept = model.get('checkpoint') as Bytes | null;
    // A copy: what is sent to the worker is there no more.
    if (kept?.byteLength)
      await session.models.open('The run of this notebook', bytesOf(kept).slice());
    // Their pauses, and what is not worth to be kept, are those of the page.
    new Keeping(session, this.#store, () => ({ title: '', figures: [], picture: '' }));
    this.#leave.push(
      session.subscribe((topic) => {
        if (['metrics', 'running', 'evaluation', 'model'].includes(topic)) this.#tellSoon();
        if (topic === 'notices') this.#tellProblems();
      }),
    );
    this.#on('change:running', () => void this.#obeyRunning());
    this.#on('change:until', () => void this.#obeyUntil());
    this.#on('change:latents', () => {
      if (!this.#drawing) this.#tellSoon(true);
    });
    this.#on('change:_data', () => void this.#useData());
    this.#tellSoon(true);
    await this.#obeyUntil();
    if (model.get('running')) await this.#obeyRunning();
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const leave of this.#leave) leave();
    this.#leave = [];
  }

  #on(event: string, listener: () => void): void {
    this.model.on(event, listener);
    this.#leave.push(() => {
      this.model.off(event, listener);
    });
  }

  /** The notebook in the place of a browser's storage: it has one run. */
  readonly #store: Store = {
    list: () => Promise.resolve([]),
    bytesOf: () => Promise.resolve(undefined),
    put: (_, bytes) => {
      this.model.set('checkpoint', viewOf(bytes));
      this.model.save_changes();
      return Promise.resolve();
    },
  };

  async #useData(): Promise<void> {
    const { models } = this.session;
    const data = this.model.get('_data') as OwnData | null;
    if (data?.points) {
      const { dim, data: points } = readTable(data.points);
      await models.useData(dim, points);
    } else if (data?.images) {
      const bytes = bytesOf(data.images).slice();
      await models.useImages(gameFor(unpack(bytes, data.name)), bytes);
    }
  }

  async #obeyRunning(): Promise<void> {
    const { run } = this.session;
    if (this.model.get('running') !== run.running) await run.toggle();
  }

  async #obeyUntil(): Promise<void> {
    const { run } = this.session;
    const until = this.model.get('until') as number;
    if (until > run.step) await run.trainTo(until);
  }

  #tellProblems(): void {
    const problems = this.session.notices.list.filter(({ tone }) => tone !== 'info');
    this.model.set('error', problems.map(({ text }) => text).join(' '));
    this.model.save_changes();
  }

  /** Once in a while as long as it trains, at once when it stands still. */
  #tellSoon(now = !this.session.run.running): void {
    if (this.#telling) {
      this.#again = true;
      return;
    }
    const wait = now ? 0 : Math.max(0, this.#last + EVERY_MS - performance.now());
    if (now) clearTimeout(this.#timer);
    else if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#tell();
    }, wait);
  }

  async #tell(): Promise<void> {
    const { model, session } = this;
    const { run } = session;
    this.#telling = true;
    try {
      const { info } = session.current.model ?? {};
      if (!info) return;
      const asked = model.get('latents') as Packed | null;
      const latents = asked?.shape[1] === info.latent_dim ? floatsOf(asked) : undefined;
      const n = model.get('sample_count') as number;
      const drawn = await session.channel.call('sample', { n, latents });
      const { height, width, channels } = info.data;
      const one = info.data.kind === 'image' ? [height, width, channels] : [info.data.dim];
      const { steps, columns } = run.series.curves;
      const curves = Object.entries({ step: steps, ...columns });
      model.set('step', run.step);
      model.set('running', run.running);
      model.set('info', { ...info, data: { ...info.data } });
      model.set('metrics', Object.fromEntries(curves.map(([name, all]) => [name, doubles(all)])));
      model.set('figures', { ...run.evaluation?.values });
      model.set('_samples', floats(drawn.samples, one));
      if (!latents && info.latent_dim > 0) {
        this.#drawing = true;
        model.set('latents', floats(drawn.latents, [info.latent_dim]));
        this.#drawing = false;
      }
      model.save_changes();
    } catch (error) {
      model.set('error', error instanceof Error ? error.message : String(error));
      model.save_changes();
    } finally {
      this.#telling = false;
      this.#last = performance.now();
      if (this.#again) {
        this.#again = false;
        this.#tellSoon();
      }
    }
  }
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array | Float64Array) =>
  new DataView(buffer as ArrayBuffer, byteOffset, byteLength);

/** Rows of `one`. */
function floats(values: Float32Array, one: number[]): Packed {
  const rows = values.length / one.reduce((product, n) => product * n, 1);
  return { shape: [rows, ...one], dtype: 'float32', data: viewOf(values) };
}

function doubles(values: readonly number[]): Packed {
  return { shape: [values.length], dtype: 'float64', data: viewOf(Float64Array.from(values)) };
}

/** A copy, aligned as numbers have to be. */
const floatsOf = ({ data }: Packed): Float32Array => new Float32Array(bytesOf(data).slice().buffer);
