/** What the stage shows: the newest picture or one of the film, with the layers that are on. */
import { type Frame, SHOW, type Show } from '../protocol.ts';
import type { Channel } from './channel.ts';
import { type Current, type Kind, kindOf } from './current.ts';
import { arraysOf } from '../worker/frames.ts';
import { hasLayer } from './layers.ts';
import { type Layer, LAYERS } from './parts.ts';
import type { Topics } from './topics.ts';
import { Trail } from './trail.ts';

/** Pictures that are kept of a run, and their bytes in all. */
const MOST = 120;
const BYTES = 24 * 2 ** 20;

/** What is left of the others while one layer is pointed at. */
const FAINT = 0.15;

/** The layers that are made of what is here already. */
type Own = 'real' | 'fake' | 'd-sees' | 'g-sees';

/** Two layers for one place: with one, the other goes. */
const EITHER: readonly { of: readonly [Layer, Layer]; where?: Kind }[] = [
  { of: ['d-sees', 'g-sees'] },
  // Each is the ground below all others; along a line they are two curves.
  { of: ['optimal', 'ratio'], where: 'plane' },
];

/** What is left of all layers while only what one player sees is drawn: D knows its own answers. */
const D_SEES: readonly Layer[] = ['heat', 'd-sees'];
const G_SEES: readonly Layer[] = ['g-sees'];

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
  /** Whether data and samples are drawn, and whether only what one player sees; the worker need not know. */
  own: Record<Own, boolean> = { real: true, fake: true, 'd-sees': false, 'g-sees': false };
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
    return { ...this.own, heat, grid, arrows, optimal, ratio };
  }

  /**
   * How strongly each layer is drawn: what is pointed at is there even where it is off, and stands out. What the model has no
   * layer for, and what a player is not told while its view is on, is not there.
   */
  get strengths(): Record<Layer, number> {
    const { layers, lit, show } = this;
    const { model } = this.current;
    const others = LAYERS.some((layer) => lit.includes(layer)) ? FAINT : 1;
    const seen = layers['g-sees'] ? G_SEES : layers['d-sees'] ? D_SEES : LAYERS;
    const strength = (layer: Layer): number => {
      if (model && !hasLayer(model, show, layer)) return 0;
      if (lit.includes(layer)) return 1;
      return layers[layer] && seen.includes(layer) ? others : 0;
    };
    return Object.fromEntries(LAYERS.map((layer) => [layer, strength(layer)])) as Record<
      Layer,
      number
    >;
  }

  light(lit: readonly string[]): void {
    const asked = this.#asked;
    this.lit = lit;
    this.topics.tell('show');
    if (JSON.stringify(asked) !== JSON.stringify(this.#asked)) void this.#ask();
  }

  /** What the worker is to compute: what is on, and densities for what is pointed at. */
  get #asked(): Show {
    const lit = (layer: Layer): boolean => this.lit.includes(layer);
    const { optimal, ratio } = this.show;
    return { ...this.show, optimal: optimal || lit('optimal'), ratio: ratio || lit('ratio') };
  }

  async #ask(): Promise<void> {
    if (this.current.model) await this.channel.try('', 'show', this.#asked);
  }

  /** Switches some layers; the link says which are on where that is not what the picture begins with. */
  async setLayers(changes: Partial<Record<Layer, boolean>>): Promise<void> {
    const { model } = this.current;
    const {
      real,
      fake,
      'd-sees': d,
      'g-sees': g,
      ...others
    } = one(changes, model && kindOf(model));
    const { own } = this;
    this.own = {
      real: real ?? own.real,
      fake: fake ?? own.fake,
      'd-sees': d ?? own['d-sees'],
      'g-sees': g ?? own['g-sees'],
    };
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
    await this.#ask();
  }
}

/** Of two layers that cannot both be on, the one that is switched on turns the other off. */
function one(
  changes: Partial<Record<Layer, boolean>>,
  kind: Kind | undefined,
): Partial<Record<Layer, boolean>> {
  const all = { ...changes };
  for (const { of, where } of EITHER) {
    const [a, b] = of;
    if (where !== undefined && where !== kind) continue;
    if (all[a]) all[b] = false;
    else if (all[b]) all[a] = false;
  }
  return all;
}

function bytesOf(frame: Frame): number {
  return arraysOf(frame).reduce((sum, { byteLength }) => sum + byteLength, 0);
}
