/** The stage: one canvas, the words under it that name and toggle its layers, and what the pointer
 * is over. Draws at most once per animation frame and tells the worker when it is ready for more. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { Colour, Info, View } from '../library.ts';
import type { Model, Show } from '../protocol.ts';
import {
  canTakeSamples,
  choiceOf,
  hasLatentImages,
  samplerOf,
  speakerOf,
  viewOf,
} from '../state/describe.ts';
import { percent, progressText } from '../state/format.ts';
import { type Kind, kindOf } from '../state/current.ts';
import type { Layer } from '../state/parts.ts';
import type { Topic } from '../state/topics.ts';
import { surfaceOf } from '../stage/canvas.ts';
import { drawLine } from '../stage/line.ts';
import { distanceToOptimal } from '../stage/optimal.ts';
import { PlaneStage } from '../stage/plane.ts';
import { HEAT_SIDE } from '../worker/frames.ts';
import { icon } from '../style/icons.ts';
import { roles } from '../style/palette.ts';
import { shared } from '../style/shared.ts';
import './gan-asked.ts';
import './gan-film.ts';
import './gan-images.ts';
import './gan-intro.ts';
import { ThemedElement } from './themed-element.ts';
import { Throttled } from './throttled.ts';
import { styles } from './gan-stage.styles.ts';

interface Entry {
  layer: Layer;
  text: string;
  colour: Colour;
}

const LEGEND: Record<Kind, readonly Entry[]> = {
  image: [],
  none: [],
  plane: [
    { layer: 'real', text: 'Real', colour: 'real' },
    { layer: 'fake', text: 'Samples', colour: 'fake' },
    { layer: 'heat', text: 'Opinion of D', colour: 'discriminator' },
    { layer: 'grid', text: 'Noise grid', colour: 'generator' },
    { layer: 'arrows', text: 'Pull on G', colour: 'generator' },
  ],
  line: [
    { layer: 'real', text: 'Data density', colour: 'real' },
    { layer: 'fake', text: 'Model density', colour: 'fake' },
    { layer: 'heat', text: 'D(x)', colour: 'discriminator' },
    { layer: 'optimal', text: 'Best D', colour: 'discriminator' },
    { layer: 'ratio', text: 'Data / model', colour: 'neutral' },
    { layer: 'grid', text: 'Noise to data', colour: 'generator' },
  ],
};

/** As high as the film and the gap before it, in pixels. */
const FILM = 44;

/** Which layers a model has: what hangs on a class has one when a class is chosen. */
function hasLayer({ info, critic }: Model, show: Show, layer: Layer): boolean {
  const decided = (view: View | undefined): boolean => {
    const choice = choiceOf(view, show);
    return view !== undefined && (choice === undefined || choice.chosen !== undefined);
  };
  switch (layer) {
    case 'heat':
    case 'arrows':
      return decided(viewOf(info, 'score'));
    case 'grid':
      return info.latent_dim === info.data.dim && decided(viewOf(info, 'decode'));
    case 'optimal':
      // Its place is the scale of probabilities.
      return decided(viewOf(info, 'score')) && !critic;
    default:
      return true;
  }
}

@customElement('gan-stage')
export class GanStage extends ThemedElement {
  protected readonly topics: readonly Topic[] = ['frame', 'model', 'show', 'progress', 'running'];
  @query('.frame > canvas') private readonly canvas!: HTMLCanvasElement | null;
  @query('.frame') private readonly box!: HTMLElement;
  @state() private hover = '';
  readonly #plane = new PlaneStage();
  #pointer: { x: number; y: number } | undefined;
  #scheduled = false;
  #room = 0;
  /** A number that changes with every picture could not be read. */
  readonly #retell = new Throttled(this, 250);
  #freshFrame = false;
  readonly #resize = new ResizeObserver(() => {
    this.#schedule();
  });

  static override styles = [shared, roles, styles];

  override firstUpdated(): void {
    this.#resize.observe(this.box);
  }

  override updated(): void {
    this.toggleAttribute('plane', this.#kind === 'plane');
    this.toggleAttribute('slow', this.session.run.slow);
    this.style.setProperty('--tint', `${(this.theme.palette.tint / 255) * 100}%`);
    this.#schedule();
  }

  protected override told(topic: Topic): void {
    if (topic === 'frame') {
      this.#freshFrame = true;
      this.#schedule();
      if (this.#kind === 'image') this.requestUpdate();
      else if (this.session.stage.show.optimal) this.#retell.ask();
    } else {
      this.#pointer = undefined;
      this.hover = '';
      this.requestUpdate();
    }
  }

  get #kind(): Kind | undefined {
    return this.session.current.model && kindOf(this.session.current.model);
  }

  override render(): TemplateResult {
    const { model } = this.session.current;
    const kind = this.#kind;
    return html`
      <div class="frame">
        ${kind === 'image' ? this.#images() : this.#canvas(kind)} ${this.#waiting(kind)}
        ${
          kind === 'none'
            ? html`<p class="waiting quiet">
                This benchmark has no picture; its curves are beside it.
              </p>`
            : nothing
        }
        ${this.hover ? html`<p class="small hover">${this.hover}</p>` : nothing}
        <gan-intro class="intro" .session=${this.session}></gan-intro>
      </div>
      ${this.#scale(kind)} ${kind ? nothing : html`<div class="room"></div>`}
      ${
        model && kind && LEGEND[kind].length > 0
          ? html`<ul aria-label="What the picture shows">
              ${LEGEND[kind]
                .filter(({ layer }) => hasLayer(model, this.session.stage.show, layer))
                .map((entry) => this.#toggle(entry))}
            </ul>`
          : nothing
      }
      ${
        model && kind !== 'none'
          ? html`<gan-film .session=${this.session}></gan-film>
              <gan-asked .session=${this.session}></gan-asked>`
          : nothing
      }
      ${model && kind === 'image' ? this.#under(model) : nothing}
    `;
  }

  /** What the images are, and the way into the studio. */
  #under({ info }: Model): TemplateResult {
    const score = viewOf(info, 'score');
    const studio = hasLatentImages(info) && this.session.current.shows('studio');
    const point = score ? `point at a sample for its ${scoreName(info, score)}` : '';
    const words = [
      point,
      studio && canTakeSamples(info) ? 'click to take it into the studio' : '',
    ].filter(Boolean);
    return html`<div class="under">
      <p class="small quiet">
        ${
          samplerOf(info)?.kind === 'chain'
            ? 'Each picture goes on with the chains of the one before.'
            : 'The same random inputs, redrawn as the model learns.'
        }
        ${words.length > 0 ? `${capital(words.join('; '))}.` : nothing}
      </p>
      ${
        studio
          ? html`<button
              data-action="studio"
              aria-keyshortcuts="l"
              @click=${() => {
                this.dispatchEvent(new Event('studio'));
              }}
            >
              Latent studio ${icon('next')}
            </button>`
          : nothing
      }
    </div>`;
  }

  /** What the shading says, in the picture's own colours. */
  #scale(kind: Kind | undefined): TemplateResult | typeof nothing {
    const { model } = this.session.current;
    const { show } = this.session.stage;
    if (kind === 'line' && show.optimal) return this.#distance();
    if (!model || kind !== 'plane' || !show.heat || !hasLayer(model, show, 'heat')) return nothing;
    return html`<p class="scale small">
      ${
        model.critic
          ? html`<span>lowest score of D</span> <span>highest score of D</span>`
          : html`<span>D says fake</span> <span>cannot tell (½)</span> <span>D says real</span>`
      }
    </p>`;
  }

  /** How far D is from the best one, now. */
  #distance(): TemplateResult | typeof nothing {
    const { model } = this.session.current;
    const far = model && distanceToOptimal(model, this.session.stage.picture);
    if (!far) return nothing;
    return html`<p class="small quiet" data-distance>
      On average D is ${far.mean.toFixed(3)} ± ${far.error.toFixed(3)} from the best D.
    </p>`;
  }

  #toggle({ layer, text, colour }: Entry): TemplateResult {
    const on = this.session.stage.layers[layer];
    return html`<li>
      <button
        class=${colour}
        aria-pressed=${on}
        data-layer=${layer}
        @click=${() => {
          void this.session.stage.setLayers({ [layer]: !on });
        }}
      >
        ${text}
      </button>
    </li>`;
  }

  /** What is loading and how far, where one looks; over a picture that is there, small. */
  #waiting(kind: Kind | undefined): TemplateResult | typeof nothing {
    const { busy, progress } = this.session.channel;
    if (!busy) return kind ? nothing : html`<p class="waiting quiet">The game appears here.</p>`;
    return html`<div class=${kind ? 'small hover' : 'waiting quiet'}>
      <p>${busy}${progress ? `: ${progressText(progress)}` : '…'}</p>
      ${
        progress && progress.total > 0
          ? html`<progress
              max=${progress.total}
              value=${progress.done}
              aria-label=${busy}
            ></progress>`
          : nothing
      }
    </div>`;
  }

  #canvas(kind: Kind | undefined): TemplateResult {
    return html`<canvas
      role="img"
      aria-label=${this.#describe(kind)}
      @pointermove=${this.#onPointer}
      @pointerdown=${this.#onPointer}
      @pointerleave=${this.#onLeave}
    ></canvas>`;
  }

  #images(): TemplateResult {
    const { model } = this.session.current;
    const { picture: frame } = this.session.stage;
    return html`${frame?.rows ? rowWords(frame.rows.words) : nothing}<gan-images
        class=${frame?.rows ? 'beside' : nothing}
        .images=${frame?.fake}
        .data=${model?.info.data}
        .columns=${frame?.rows?.columns ?? 8}
        label=${this.#describe('image')}
        cell="Sample"
        @pick=${(event: CustomEvent<number>) => {
          if (!model || !canTakeSamples(model.info)) return;
          this.dispatchEvent(new CustomEvent('pick', { detail: event.detail }));
        }}
        @look=${(event: CustomEvent<number | undefined>) => {
          this.#look(event.detail);
        }}
      ></gan-images>`;
  }

  /** Says in words what the score of a sample is. */
  #look(sample: number | undefined): void {
    const score = sample === undefined ? undefined : this.session.stage.picture?.scores?.[sample];
    this.hover =
      sample === undefined || score === undefined
        ? ''
        : this.#scored(`sample ${sample + 1}`, score);
  }

  #scored(what: string, score: number): string {
    const info = this.session.current.model?.info;
    const view = info && viewOf(info, 'score');
    if (!view) return '';
    const speaker = speakerOf(info, view);
    return view.range
      ? `How real ${speaker} thinks ${what} is: ${percent(score)}`
      : `${capital(scoreName(info, view))} of ${what}: ${score.toFixed(3)}`;
  }

  #describe(kind: Kind | undefined): string {
    const name = this.session.current.preset?.title ?? this.session.current.spec.preset;
    const info = this.session.current.model?.info;
    const scored = info !== undefined && viewOf(info, 'score') !== undefined;
    switch (kind) {
      case 'image':
        return `${name}: a grid of images that the model makes.`;
      case 'line':
        return `${name}: the density of the data and that of samples${scored ? ', and the discriminator between them' : ''}.`;
      case 'plane':
        return `${name}: real points and samples in the plane${scored ? ', over the discriminator’s opinion of each place' : ''}.`;
      case 'none':
        return `${name}: this benchmark has no picture.`;
      case undefined:
        return 'The picture is being prepared.';
    }
  }

  readonly #onPointer = (event: PointerEvent): void => {
    this.#pointer = { x: event.offsetX, y: event.offsetY };
    this.#schedule();
  };

  readonly #onLeave = (): void => {
    this.#pointer = undefined;
    this.#schedule();
  };

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#draw();
    });
  }

  /** Tells how much stands below the picture, which is made so large that the window has room for both. */
  #tellUnder(): void {
    const parts = [...this.renderRoot.children].filter(({ clientHeight }) => clientHeight > 0);
    const last = parts.at(-1)?.getBoundingClientRect().bottom ?? 0;
    // The film comes with training: the picture is not to give way to it then.
    const film = this.renderRoot.querySelector<HTMLElement>('gan-film')?.hidden ? FILM : 0;
    const under = Math.ceil(last - this.box.getBoundingClientRect().bottom + film);
    if (under === this.#room) return;
    this.#room = under;
    this.dispatchEvent(new CustomEvent('under', { detail: under }));
  }

  #draw(): void {
    this.#tellUnder();
    const { model } = this.session.current;
    const { picture: frame } = this.session.stage;
    const surface = this.isConnected && this.canvas ? surfaceOf(this.canvas) : undefined;
    const { palette } = this.theme;
    const kind = this.#kind;
    if (surface && model) {
      if (kind === 'plane')
        this.#plane.draw(surface, model, frame, this.session.stage.strengths, palette);
      else if (kind === 'line') {
        drawLine(
          surface,
          model,
          frame,
          this.session.stage.strengths,
          palette,
          this.session.stage.proposal,
        );
      }
    }
    if (kind === 'plane') this.#readPointer();
    if (this.#freshFrame) {
      this.#freshFrame = false;
      this.session.stage.drawn();
    }
  }

  /** Says in words what the score is where the pointer is. */
  #readPointer(): void {
    const scores = this.session.stage.picture?.scores;
    let value: number | undefined;
    if (this.#pointer && scores && this.canvas) {
      const { clientWidth, clientHeight } = this.canvas;
      const place = (share: number): number => Math.round(share * (HEAT_SIDE - 1));
      const column = place(this.#pointer.x / clientWidth);
      const row = place(1 - this.#pointer.y / clientHeight);
      value = scores[row * HEAT_SIDE + column];
    }
    const text = value === undefined ? '' : this.#scored('this place', value);
    if (text !== this.hover) this.hover = text;
  }
}

/** What each row of images was asked for; said once where several rows show the same. */
function rowWords(words: readonly string[]): TemplateResult {
  const long = words.some((word) => word.length > 2);
  return html`<ol aria-hidden="true" class=${long ? 'long' : nothing}>
    ${words.map((word, i) => html`<li class="small">${word === words[i - 1] ? '' : word}</li>`)}
  </ol>`;
}

/** A score as one asks for it: `score by D`, `minus free energy`. */
function scoreName(info: Info, score: View): string {
  const speaks = info.diagram.blocks.some(({ view }) => view === score.name);
  const speaker = speakerOf(info, score);
  return speaks ? `score by ${speaker}` : speaker;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
