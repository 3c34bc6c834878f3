/** The game: figure 12 of the tutorial with live contents. Noise flows into G; G's samples and real
 * data flow into D; D's verdict flows back. Every box opens its own settings. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, queryAll } from 'lit/decorators.js';
import { surfaceOf, type Surface } from '../stage/canvas.ts';
import { drawNetwork, drawPrior, drawSamples, drawVerdicts } from '../stage/thumbs.ts';
import { verdictsOf } from '../stage/verdicts.ts';
import { getPath } from '../state/json.ts';
import { layersOf, priorText } from '../state/network.ts';
import type { Session, Topic } from '../state/session.ts';
import type { Palette } from '../style/palette.ts';
import { shared } from '../style/shared.ts';
import { theme } from '../style/theme.ts';
import { SessionElement } from './session-element.ts';

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
export class GanGame extends SessionElement {
  protected readonly topics: readonly Topic[] = ['model', 'frame', 'metrics', 'phase'];
  @queryAll('canvas') private readonly canvases!: NodeListOf<HTMLCanvasElement>;
  #scheduled = false;
  readonly #resize = new ResizeObserver(() => {
    this.#draw();
  });
  readonly #redraw = (): void => {
    this.#draw();
  };

  static override styles = [
    shared,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }
      .diagram {
        display: grid;
        grid-template:
          'd d back' auto
          'up-real up-fake back' 1.75rem
          'real fake back' auto
          '. up-g back' 1.75rem
          'note g back' auto
          'note up-z .' 1.75rem
          'note z .' auto
          / 1fr 1fr 0.75rem;
        gap: 0 0.5rem;
      }
      button {
        display: grid;
        grid-template-rows: auto 1fr auto;
        justify-items: stretch;
        gap: 0.25rem;
        min-width: 0;
        padding: 0.375rem 0.5rem;
        border: 1.5px solid var(--colour);
        border-radius: 0.625rem;
        font-size: 0.8125rem;
        line-height: 1.25;
        text-align: start;
        white-space: normal;
        transition: box-shadow 120ms;
      }
      button strong {
        color: var(--word);
        font-weight: 600;
      }
      button small {
        min-height: 1.25em;
        font-size: 0.75rem;
        color: var(--quiet);
      }
      button.glow {
        box-shadow: 0 0 0 0.25rem color-mix(in srgb, var(--colour) 35%, transparent);
      }
      canvas {
        width: 100%;
        min-width: 0;
        aspect-ratio: 1;
      }
      .g canvas,
      .z canvas {
        aspect-ratio: 2;
      }
      .d canvas {
        aspect-ratio: 4.5;
      }
      .ends {
        display: flex;
        justify-content: space-between;
        font-size: 0.75rem;
        color: var(--quiet);
      }
      .d {
        grid-area: d;
        --colour: var(--d);
        --word: var(--d-text);
      }
      .g {
        grid-area: g;
        --colour: var(--g);
        --word: var(--g-text);
      }
      .real {
        grid-area: real;
        --colour: var(--real);
        --word: var(--real-text);
      }
      .fake {
        grid-area: fake;
        --colour: var(--fake);
        --word: var(--fake-text);
      }
      .z {
        grid-area: z;
        --colour: var(--line);
        --word: var(--ink);
      }
      .arrow {
        place-self: center;
        width: 0.75rem;
        height: 1.375rem;
        fill: none;
        stroke: var(--quiet);
        stroke-width: 1.5;
        stroke-linecap: round;
      }
      .brief {
        display: none;
      }
      .up-real {
        grid-area: up-real;
      }
      .up-fake {
        grid-area: up-fake;
      }
      .up-g {
        grid-area: up-g;
      }
      .up-z {
        grid-area: up-z;
      }
      .back {
        grid-area: back;
        position: relative;
        margin-inline-start: -0.5rem;
        margin-block: 1.5rem;
        border: 1.5px dashed var(--d);
        border-inline-start: 0;
        border-radius: 0 0.625rem 0.625rem 0;
      }
      .back::after {
        content: '';
        position: absolute;
        inset: auto auto -0.3125rem 0;
        border: 0.25rem solid transparent;
        border-inline-end: 0.4375rem solid var(--d);
        border-inline-start: 0;
      }
      .note {
        grid-area: note;
        align-self: end;
        padding-inline-end: 0.25rem;
        font-size: 0.75rem;
        line-height: 1.4;
        color: var(--quiet);
      }
      @container (min-width: 17rem) {
        .diagram {
          grid-template: 'z up-z g up-g fake up-fake d up-real real' auto / 1fr 0.75rem 1fr 0.75rem 1fr 0.75rem 1.35fr 0.75rem 1fr;
          gap: 0 0.125rem;
        }
        .arrow {
          transform: rotate(90deg);
        }
        .up-real {
          transform: rotate(-90deg);
        }
        .arrow {
          width: 0.5rem;
          height: 0.75rem;
        }
        button {
          padding: 0.25rem;
          border-radius: 0.5rem;
          text-align: center;
        }
        .g canvas,
        .z canvas,
        .d canvas {
          aspect-ratio: auto;
          height: 100%;
          min-height: 2rem;
        }
        .brief {
          display: inline;
        }
        .long,
        .ends,
        .back,
        .note,
        button small {
          display: none;
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    theme.addEventListener('change', this.#redraw);
  }

  override disconnectedCallback(): void {
    theme.removeEventListener('change', this.#redraw);
    this.#resize.disconnect();
    super.disconnectedCallback();
  }

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
    const palette = theme.palette;
    this.canvases.forEach((canvas, i) => {
      const surface = surfaceOf(canvas);
      if (surface) BOXES[i]?.draw(surface, this.session, palette);
    });
  }
}
