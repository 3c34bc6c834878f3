/** What the stage shows: the newest picture or one of the film, with the layers that are on. */
import { type Frame, SHOW, type Show } from '../protocol.ts';
import type { Channel } from './channel.ts';
import type { Current } from './current.ts';
import type { Topics } from './topics.ts';
import { Trail } from './trail.ts';

/** Pictures that are kept of a run, and their bytes in all. */
const MOST = 120;
const BYTES = 24 * 2 ** 20;

export class Stage {
  frame: Frame | undefined;
  /** The pictures of this run that are kept. */
  readonly film = new Trail<Frame>(MOST, BYTES, bytesOf);
  /** Which of them is looked at, while that is not the newest. */
  looking: number | undefined;
  show: Show = SHOW;
  /** A reader's own curve along the line, as high as a probability. */
  proposal: Float32Array | undefined;

  constructor(
    private readonly topics: Topics,
    private readonly channel: Channel,
    private readonly current: Current,
  ) {}

  /** Another model took the place of the one before. */
  clear(): void {
    this.frame = undefined;
    this.film.clear();
    this.looking = undefined;
    this.proposal = undefined;
  }

  propose(values: Float32Array | undefined): void {
    this.proposal = values;
    this.topics.tell('frame');
  }

  /** The newest picture, or the one of the film that is looked at. */
  get picture(): Frame | undefined {
    return this.looking === undefined ? this.frame : (this.film.items[this.looking] ?? this.frame);
  }

  add(frame: Frame): void {
    this.frame = frame;
    this.film.add(frame);
    this.topics.tell('frame');
  }

  /** Goes to a picture of the film; undefined: to the newest, whichever that is. */
  look(at: number | undefined): void {
    this.looking = at;
    this.topics.tell('frame');
  }

  drawn(): void {
    void this.channel.call('drawn', null);
  }

  async setShow(changes: Partial<Show>): Promise<void> {
    this.show = { ...this.show, ...changes };
    this.topics.tell('show');
    if (this.current.model) await this.channel.try('', 'show', this.show);
  }
}

function bytesOf({ fake, scores, realScores, warped, noise }: Frame): number {
  return [fake, scores, realScores, warped, noise].reduce(
    (sum, layer) => sum + (layer?.byteLength ?? 0),
    0,
  );
}
