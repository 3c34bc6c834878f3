/** What the stage shows: the newest picture or one of the film, with the layers that are on. */
import { type Frame, SHOW, type Show } from '../protocol.ts';
import type { Channel } from './channel.ts';
import { type Current, type Kind, kindOf } from './current.ts';
import { type Layer, LAYERS } from './parts.ts';
import type { Topics } from './topics.ts';
import { Trail } from './trail.ts';

/** Pictures that are kept of a run, and their bytes in all. */
const MOST = 120;
const BYTES = 24 * 2 ** 20;

/** What is left of the others while one layer is pointed at. */
const FAINT = 0.15;

/** The layers that a picture begins with; the classic figure has its arrows, the plane starts quiet. */
const FIRST: Readonly<Record<Kind, readonly Layer[]>> = {
  line: ['real', 'fake', 'heat', 'grid'],
  plane: ['real', 'fake', 'heat'],
  image: ['real', 'fake', 'heat'],
  none: ['real', 'fake', 'heat'],
};

export class Stage {
  frame: Frame | undefined;
  /** The pictures of this run that are kept. */
  readonly film = new Trail<Frame>(MOST, BYTES, bytesOf);
  /** Which of them is looked at, while that is not the newest. */
  looking: number | undefined;
  show: Show = SHOW;
  /** Whether data and samples are drawn; the worker need not know. */
  points = { real: true, fake: true };
  /** A reader's own curve along the line, as high as a probability. */
  proposal: Float32Array | undefined;

  /** What is pointed at in a lesson: layers, fields whose box in the diagram it is, and metrics. */
  lit: readonly string[] = [];

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

  /** Which layers are on. */
  get layers(): Record<Layer, boolean> {
    const { heat, grid, arrows, optimal, ratio } = this.show;
    return { ...this.points, heat, grid, arrows, optimal, ratio };
  }

  /** How strongly each layer is drawn: what is pointed at is there even where it is off, and stands out. */
  get strengths(): Record<Layer, number> {
    const { layers, lit } = this;
    const others = LAYERS.some((layer) => lit.includes(layer)) ? FAINT : 1;
    return Object.fromEntries(
      LAYERS.map((layer) => [layer, lit.includes(layer) ? 1 : layers[layer] ? others : 0]),
    ) as Record<Layer, number>;
  }

  light(lit: readonly string[]): void {
    this.lit = lit;
    this.topics.tell('show');
  }

  /** Switches some layers; the link says which are on where that is not what the picture begins with. */
  async setLayers({ real, fake, ...others }: Partial<Record<Layer, boolean>>): Promise<void> {
    const { points } = this;
    this.points = { real: real ?? points.real, fake: fake ?? points.fake };
    const told = this.setShow(others);
    this.#noteLayers();
    await told;
  }

  /** Another model came: with the layers that its link asks for, or those that its kind of picture begins with. */
  begin(before: Kind | undefined): void {
    const { model, spec } = this.current;
    const kind = model && kindOf(model);
    if (!kind) return;
    const on = spec.layers ?? (kind === before ? undefined : FIRST[kind]);
    if (on) {
      void this.setLayers(Object.fromEntries(LAYERS.map((layer) => [layer, on.includes(layer)])));
    } else this.#noteLayers();
  }

  #noteLayers(): void {
    const { model, spec } = this.current;
    if (!model) return;
    const { layers } = this;
    const first = FIRST[kindOf(model)];
    const isFirst = LAYERS.every((layer) => layers[layer] === first.includes(layer));
    const on = isFirst ? undefined : LAYERS.filter((layer) => layers[layer]);
    this.current.spec = { ...spec, layers: on };
    this.topics.tell('spec');
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
