/** The game: figure 12 of the tutorial with live contents. Noise flows into G; G's samples and real
 * data flow into D; D's verdict flows back. Every box opens its own settings. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, queryAll } from 'lit/decorators.js';
import { surfaceOf, type Surface } from '../stage/canvas.ts';
import { drawNetwork, drawPrior, drawSamples, drawVerdicts } from '../stage/thumbs.ts';
import { verdictsOf } from '../stage/verdicts.ts';
import { getPath } from '../state/json.ts';
import { layersOf, priorText } from '../state/network.ts';
import type { Session, Topic } from '../state/session.ts';
import type { Palette } from '../style/palette.ts';
import { shared } from '../style/shared.ts';
import { ThemedElement } from './themed-element.ts';
import { styles } from './gan-game.styles.ts';

/** A box: where it stands, its colour, the config's field that it opens, and what it shows. */
interface Box {
  area: 'd' | 'real' | 'fake' | 'g' | 'z';
  opens: string;
  name: string;
  /** In the strip of narrow windows. */
  brief: string;
  note: (session: Session) => string;
  draw: (surface: Surface, session: Session, palette: Palette) => void;
}

const loss = ({ series }: Session, name: string): string => {
  const value = series.column(name).at(-1);
  return value === undefined || Number.isNaN(value) ? '' : `loss ${value.toFixed(2)}`;
};

const BOXES: readonly Box[] = [
  {
    area: 'z',
    opens: 'prior',
    name: 'Noise z',
    brief: 'Noise',
    note: ({ model }) => (model ? priorText(model.config) : ''),
    draw: (surface, { model }, palette) => {
      const kind = getPath(model?.config, 'prior.kind');
      drawPrior(surface, typeof kind === 'string' ? kind : 'normal', palette);
    },
  },
  {
    area: 'g',
    opens: 'generator',
    name: 'G, the generator',
    brief: 'G',
    note: (session) => loss(session, 'g_loss'),
    draw: (surface, { model }, palette) => {
      if (!model) return;
      const layers = layersOf(model.config, 'generator');
      drawNetwork(surface, layers, model.info.latent_dim, palette.g);
    },
  },
  {
    area: 'fake',
    opens: 'generator',
    name: 'Samples',
    brief: 'Fake',
    note: () => 'from G',
    draw: (surface, { model, frame }, palette) => {
      if (model && frame) drawSamples(surface, model, frame.fake, palette.fake);
    },
  },
  {
    area: 'd',
    opens: 'discriminator',
    name: 'D, the discriminator',
    brief: 'D',
    note: (session) => loss(session, 'd_loss'),
    draw: (surface, { model, frame }, palette) => {
      if (model) drawVerdicts(surface, verdictsOf(model, frame), palette);
    },
  },
  {
    area: 'real',
    opens: 'data',
    name: 'Real data',
    brief: 'Real',
    note: ({ model }) => model?.info.data.name.replaceAll('_', ' ') ?? '',
    draw: (surface, { model }, palette) => {
      if (model) drawSamples(surface, model, model.real, palette.real);
    },
  },
];

@customElement('gan-game')
export class GanGame extends ThemedElement {
  protected readonly topics: readonly Topic[] = ['model', 'frame', 'metrics', 'phase'];
  @queryAll('canvas') private readonly canvases!: NodeListOf<HTMLCanvasElement>;
  #scheduled = false;
  readonly #resize = new ResizeObserver(() => {
    this.#draw();
  });

  static override styles = [shared, styles];

  override firstUpdated(): void {
    this.#resize.observe(this);
  }

  override updated(): void {
    this.#draw();
  }

  /** Frames come up to thirty times a second; small pictures need fewer. */
  protected override told(topic: Topic): void {
    if (topic === 'model' || topic === 'phase') this.requestUpdate();
    if (this.#scheduled) return;
    this.#scheduled = true;
    setTimeout(() => {
      this.#scheduled = false;
      this.requestUpdate();
    }, 180);
  }

  override render(): TemplateResult {
    return html`<div class="diagram" role="group" aria-label="The game">
      ${BOXES.map((box) => this.#box(box))}
      ${['up-real', 'up-fake', 'up-g', 'up-z'].map(
        (area) =>
          html`<svg class="arrow ${area}" viewBox="0 0 12 22" aria-hidden="true">
            <path d="M6 21V2M2 6l4-4 4 4" />
          </svg>`,
      )}
      <div class="back" aria-hidden="true"></div>
      ${this.#note()}
    </div>`;
  }

  #box({ area, opens, name, brief, note }: Box): TemplateResult {
    const { phase } = this.session;
    const glow = phase === area ? 'glow' : '';
    return html`<button
      class="${area} ${glow}"
      data-box=${area}
      title=${`${name}: open its settings`}
      ?disabled=${!this.session.shows('settings')}
      @click=${() => {
        this.dispatchEvent(new CustomEvent('settings', { detail: opens, bubbles: true }));
      }}
    >
      <strong><span class="long">${name}</span><span class="brief">${brief}</span></strong>
      <canvas aria-hidden="true"></canvas>
      ${area === 'd' ? html`<span class="ends"><span>fake</span><span>real</span></span>` : nothing}
      <small>${note(this.session)}</small>
    </button>`;
  }

  #note(): TemplateResult {
    return html`<p class="note">
      D’s verdict, carried back as a gradient, is all that G ever learns of the data.
    </p>`;
  }

  #draw(): void {
    const { palette } = this.theme;
    this.canvases.forEach((canvas, i) => {
      const surface = surfaceOf(canvas);
      if (surface) BOXES[i]?.draw(surface, this.session, palette);
    });
  }
}
