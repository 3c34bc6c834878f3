/**
 * The pictures of a run, so that one can go back in it: bounded in number and bytes, spread evenly over the steps. When there
 * are too many, every second one goes, and the next ones are taken half as often.
 */
import type { Frame } from '../protocol.ts';

const MOST = 120;
const BYTES = 24 * 2 ** 20;

export class Film {
  #frames: Frame[] = [];
  #bytes = 0;
  /** Steps between pictures that are kept, at least. */
  #every = 0;

  constructor(
    private readonly most = MOST,
    private readonly budget = BYTES,
  ) {}

  /** What is kept, in the order of the steps; the last one is always the newest. */
  get frames(): readonly Frame[] {
    return this.#frames;
  }

  get bytes(): number {
    return this.#bytes;
  }

  clear(): void {
    this.#frames = [];
    this.#bytes = 0;
    this.#every = 0;
  }

  add(frame: Frame): void {
    // A new picture of the same step takes the place of the old one: a layer was switched, or a player has moved within it.
    const [before, last] = this.#frames.slice(-2);
    const isBetween =
      this.#frames.length > 1 && last && before && last.step - before.step < this.#every;
    if (last && (last.step >= frame.step || isBetween)) this.#pop();
    this.#frames.push(frame);
    this.#bytes += bytesOf(frame);
    if (this.#frames.length > this.most || (this.#bytes > this.budget && this.#frames.length > 2)) {
      this.#thin();
    }
  }

  #pop(): void {
    const gone = this.#frames.pop();
    if (gone) this.#bytes -= bytesOf(gone);
  }

  /** The first and the newest stay. */
  #thin(): void {
    const last = this.#frames.length - 1;
    this.#frames = this.#frames.filter((_, i) => i % 2 === 0 || i === last);
    this.#bytes = this.#frames.reduce((sum, frame) => sum + bytesOf(frame), 0);
    const steps = (this.#frames.at(-1)?.step ?? 0) - (this.#frames[0]?.step ?? 0);
    this.#every = Math.max(1, steps / (this.#frames.length - 1));
  }
}

function bytesOf({ fake, scores, realScores, warped, noise }: Frame): number {
  return [fake, scores, realScores, warped, noise].reduce(
    (sum, layer) => sum + (layer?.byteLength ?? 0),
    0,
  );
}
