/** The model as it says it hangs together, with live contents: figure 12 of the tutorial for a game. What flows between
 * boxes is a line, a gradient that flows back a dashed one. Every box opens its own settings. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import { customElement, query, queryAll, state } from 'lit/decorators.js';
import type { Block, Info } from '../library.ts';
import { arrowPath, type Rect } from '../stage/arrows.ts';
import { surfaceOf, type Surface } from '../stage/canvas.ts';
import { drawNetwork, drawPrior, drawSamples, drawScores } from '../stage/thumbs.ts';
import { scoresOf } from '../stage/scores.ts';
import { colourOf, shortName } from '../state/describe.ts';
import { type Place, placesOf } from '../state/diagram.ts';
import { decimal, written } from '../state/format.ts';
import { getPath, type Json } from '../state/json.ts';
import { layersOf, priorText } from '../state/network.ts';
import type { Session } from '../state/session.ts';
import type { Topic } from '../state/topics.ts';
import { dataWords } from '../state/words.ts';
import { type Palette, ROLES, roles } from '../style/palette.ts';
import { shared } from '../style/shared.ts';
import { language, msg, str } from '../words/locale.ts';
import type { DrawnLine } from './gan-flow.ts';
import { ThemedElement } from './themed-element.ts';
import { styles } from './gan-game.styles.ts';
import { Throttled } from './throttled.ts';

/** What a box shows, by what its block is. The first that fits does. */
interface Glance {
  fits: (block: Block, info: Info, config: Json) => boolean;
  /** A word on it. */
  note: (session: Session, block: Block) => string;
  draw?: (surface: Surface, session: Session, palette: Palette, block: Block) => void;
  /** Its shape: that of samples, a strip, or as much as there is. */
  shape: 'square' | 'strip' | 'none';
}

/** The loss of the update that moves a network. */
function lossOf({ current: { model }, run }: Session, network: string): string {
  const update = model?.info.updates.find(({ networks }) => networks.includes(network));
  const value = update && run.series.column(`${update.name}_loss`).at(-1);
  return value === undefined || Number.isNaN(value) ? '' : msg(str`loss ${decimal(value, 2)}`);
}

const viewIs =
  (...kinds: string[]) =>
  (block: Block, { views }: Info): boolean =>
    views.some(({ name, kind }) => name === block.view && kinds.includes(kind));

const GLANCES: readonly Glance[] = [
  {
    fits: viewIs('decode', 'chain'),
    shape: 'square',
    note: () => '',
    draw: (surface, { current: { model }, stage: { frame } }, palette, { colour }) => {
      if (model && frame) drawSamples(surface, model, frame.fake, palette[ROLES[colour]]);
    },
  },
  {
    fits: ({ colour }) => colour === 'real',
    shape: 'square',
    note: ({ current: { model } }) => (model ? dataWords(model.info.data.name) : ''),
    draw: (surface, { current: { model } }, palette, { colour }) => {
      if (model) drawSamples(surface, model, model.real, palette[ROLES[colour]]);
    },
  },
  {
    fits: viewIs('score'),
    shape: 'strip',
    note: (session, { name }) => lossOf(session, name),
    draw: (surface, { current: { model }, stage: { frame } }, palette) => {
      if (model) drawScores(surface, scoresOf(model, frame), palette);
    },
  },
  {
    fits: ({ field }, _, config) => layersOf(config, field).length > 0,
    shape: 'strip',
    note: (session, { name }) => lossOf(session, name),
    draw: (surface, { current: { model } }, palette, { field, colour }) => {
      if (!model) return;
      const { latent_dim, data } = model.info;
      const makes = colour === 'generator' && latent_dim > 0;
      const layers = layersOf(model.config, field);
      drawNetwork(surface, layers, makes ? latent_dim : data.dim, palette[ROLES[colour]]);
    },
  },
  {
    fits: ({ field }, _, config) => getPath(config, `${field}.dim`) !== undefined,
    shape: 'strip',
    note: ({ current: { model } }) => (model ? priorText(model.config) : ''),
    draw: (surface, { current: { model } }, palette, { field }) => {
      const kind = getPath(model?.config, `${field}.kind`);
      drawPrior(surface, typeof kind === 'string' ? kind : 'normal', palette);
    },
  },
  {
    fits: () => true,
    shape: 'none',
    note: (session, { name, field }) => {
      const value = getPath(session.current.model?.config, field);
      return typeof value === 'number' ? written(value) : lossOf(session, name);
    },
  },
];

/** What a kind of model is about, under its diagram. */
const NOTES: Readonly<Record<string, string>> = {
  gan: msg('G never sees real data. It only learns which way D would find more real (dashed).'),
  vae: msg(
    'One loss moves both networks: its gradient (dashed) flows back through the drawn latent.',
  ),
  gmmn: msg(
    'Instead of a D that learns, a fixed measure of difference sends its gradient (dashed) back.',
  ),
  rbm: msg(
    'Real images pull energy down, chains push it up: that difference (dashed) is the gradient.',
  ),
  density: msg(
    'The model is a formula for a density. The gradient (dashed) moves its mean, its deviation and, against noise, its factor.',
  ),
  semi_supervised: msg(
    'D names the images that have a label, and tells all others from G’s. G matches what D sees, on average (dashed).',
  ),
};

/** A title amid others; German nouns keep their capital. */
const amid = (title: string): string => (language === 'de' ? title : title.toLowerCase());

/** What moves along the arrows comes with the first slow motion. */
const flow = () => import('./gan-flow.ts');

@customElement('gan-game')
export class GanGame extends ThemedElement {
  protected readonly topics: readonly Topic[] = [
    'model',
    'frame',
    'metrics',
    'phase',
    'running',
    'show',
  ];
  @query('.diagram') private readonly diagram!: HTMLElement | null;
  @queryAll('button') private readonly boxes!: NodeListOf<HTMLElement>;
  @state() private lines: readonly DrawnLine[] = [];
  @state() private flows = false;
  /** Where the boxes stand. */
  #rects: ReadonlyMap<string, Rect> = new Map();
  /** Frames come up to thirty times a second; small pictures need fewer. */
  readonly #redraw = new Throttled(this, 180);
  readonly #resize = new ResizeObserver(() => {
    this.#draw();
  });

  static override styles = [shared, roles, styles];

  override firstUpdated(): void {
    this.#resize.observe(this);
    this.#onSlow();
  }

  override updated(): void {
    this.#draw();
  }

  protected override told(topic: Topic): void {
    if (topic === 'running') this.#onSlow();
    if (topic === 'model' || topic === 'phase') this.requestUpdate();
    else this.#redraw.ask();
  }

  /** Without it slow motion says in words what happens. */
  #onSlow(): void {
    if (this.flows || !this.session.run.slow) return;
    flow().then(
      () => {
        this.flows = true;
      },
      () => undefined,
    );
  }

  get #places(): readonly Place[] {
    const { model } = this.session.current;
    return model ? placesOf(model.info.diagram) : [];
  }

  override render(): TemplateResult | typeof nothing {
    const { model } = this.session.current;
    if (!model) return nothing;
    const note = NOTES[model.info.model];
    const flows = this.flows && this.session.run.phase !== undefined;
    return html`<div class="diagram" role="group" aria-label=${msg('The model')}>
        ${this.#places.map(({ block }) => this.#box(block, model.info, model.config))}
        <svg aria-hidden="true">
          ${this.lines.map(
            ({ path, colour, back }) =>
              svg`<path class=${`${colour} ${back ? 'back' : ''}`} d=${path} />`,
          )}
        </svg>
        ${
          flows
            ? html`<gan-flow
                .session=${this.session}
                .lines=${this.lines}
                .boxes=${this.#rects}
              ></gan-flow>`
            : nothing
        }
      </div>
      ${note ? html`<p class="note ${flows ? 'hushed' : ''}">${note}</p>` : nothing}`;
  }

  #box(block: Block, info: Info, config: Json): TemplateResult {
    const { name, title, field, colour } = block;
    const glance = GLANCES.find(({ fits }) => fits(block, info, config));
    const moves = info.updates.find(({ name }) => name === this.session.run.phase)?.networks;
    const letter = shortName(name, title);
    const [first = title] = title.split(' ');
    const text = glance?.note(this.session, block);
    const lit = this.session.stage.lit.includes(field);
    return html`<button
      class="${colour} ${glance?.shape ?? ''} ${lit || moves?.includes(name) ? 'glow' : ''}"
      data-box=${name}
      title=${msg(str`${title}: open its settings`)}
      ?disabled=${!this.session.current.shows('settings')}
      @click=${() => {
        this.dispatchEvent(new CustomEvent('settings', { detail: field, bubbles: true }));
      }}
    >
      <strong
        ><span class="long">${letter === title ? title : `${letter}, ${amid(title)}`}</span
        ><span class="brief">${letter === title ? first : letter}</span></strong
      >
      ${glance?.draw ? html`<span class="picture"><canvas aria-hidden="true"></canvas></span>` : nothing}
      ${viewIs('score')(block, info) ? html`<span class="ends"><span>${msg('fake')}</span><span>${msg('real')}</span></span>` : nothing}
      ${text ? html`<small>${text}</small>` : nothing}
    </button>`;
  }

  #draw(): void {
    const { model } = this.session.current;
    if (!model || !this.diagram) return;
    const places = this.#places;
    // Set from here, not in the template: the page's policy allows no style attributes.
    this.diagram.toggleAttribute('data-many', places.length > 5);
    this.diagram.toggleAttribute('data-tall', Math.max(...places.map(({ row }) => row)) > 3);
    this.boxes.forEach((box, i) => {
      const place = places[i];
      if (!place) return;
      const { row, column, columns, order } = place;
      const span = 12 / Math.min(columns, 12);
      box.toggleAttribute('data-narrow', columns > 2);
      box.style.setProperty('--row', String(row + 1));
      box.style.setProperty('--column', `${column * span + 1} / span ${span}`);
      box.style.setProperty('--order', String(order));
    });
    const { palette } = this.theme;
    places.forEach(({ block }, i) => {
      const canvas = this.boxes[i]?.querySelector('canvas');
      const surface = canvas ? surfaceOf(canvas) : undefined;
      if (!surface) return;
      GLANCES.find(({ fits }) => fits(block, model.info, model.config))?.draw?.(
        surface,
        this.session,
        palette,
        block,
      );
    });
    const lines = this.#lines(model.info, places, this.diagram);
    if (JSON.stringify(lines) !== JSON.stringify(this.lines)) this.lines = lines;
  }

  /** Arrows between where the boxes stand now; in a line only those between neighbours. */
  #lines(info: Info, places: readonly Place[], diagram: HTMLElement): DrawnLine[] {
    const inLine = getComputedStyle(diagram).getPropertyValue('--line-up').trim() === '1';
    const rects = new Map(
      places.map(({ block }, i): [string, Rect] => {
        const {
          offsetLeft = 0,
          offsetTop = 0,
          offsetWidth = 0,
          offsetHeight = 0,
        } = this.boxes[i] ?? {};
        return [
          block.name,
          {
            left: offsetLeft,
            top: offsetTop,
            right: offsetLeft + offsetWidth,
            bottom: offsetTop + offsetHeight,
          },
        ];
      }),
    );
    this.#rects = rects;
    const placeOf = new Map(places.map((place) => [place.block.name, place]));
    return info.diagram.arrows.flatMap(({ from, to, gradient_of: gradients }): DrawnLine[] => {
      const [a, b] = [placeOf.get(from), placeOf.get(to)];
      const [start, end] = [rects.get(from), rects.get(to)];
      if (!a || !b || !start || !end) return [];
      const near = Math.abs(inLine ? a.order - b.order : a.row - b.row) === 1;
      if (inLine && !near) return [];
      const edge = near ? undefined : Math.max(...[...rects.values()].map(({ right }) => right));
      const mutual = info.diagram.arrows.some((other) => other.from === to && other.to === from);
      const update = info.updates.find(({ name }) => gradients.includes(name));
      // Arrows of a pair, forth and back, lie beside each other.
      const shift = update && !inLine ? (mutual && a.row < b.row ? 2 : -1) : 0;
      const line: DrawnLine = {
        from,
        to,
        path: arrowPath(start, end, shift, edge),
        colour: 'neutral',
        back: false,
      };
      if (!update || inLine || edge !== undefined) return [line];
      const back = arrowPath(end, start, shift === 2 ? 4 : 1, undefined);
      return [line, { from, to, path: back, colour: colourOf(info, update), back: true }];
    });
  }
}
