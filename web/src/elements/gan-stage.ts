/** The stage: one canvas, the words under it that name and toggle its layers, and what the pointer
 * is over. Draws at most once per animation frame and tells the worker when it is ready for more. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { progressText } from '../state/format.ts';
import { type Kind, kindOf, type Topic } from '../state/session.ts';
import { surfaceOf } from '../stage/canvas.ts';
import { drawLine } from '../stage/line.ts';
import { type Layers, PlaneStage } from '../stage/plane.ts';
import { HEAT_SIDE } from '../worker/frames.ts';
import { icon } from '../style/icons.ts';
import { shared } from '../style/shared.ts';
import './gan-images.ts';
import { ThemedElement } from './themed-element.ts';
import { styles } from './gan-stage.styles.ts';

type Layer = keyof Layers;

const LEGEND: Record<Kind, [Layer, string, string][]> = {
  image: [],
  none: [],
  plane: [
    ['real', 'Real', 'real'],
    ['fake', 'Samples', 'fake'],
    ['heat', 'Opinion of D', 'd'],
    ['grid', 'Noise grid', 'g'],
    ['arrows', 'Pull on G', 'g'],
  ],
  line: [
    ['real', 'Data density', 'real'],
    ['fake', 'Model density', 'fake'],
    ['heat', 'D(x)', 'd'],
    ['grid', 'Noise to data', 'g'],
  ],
};

@customElement('gan-stage')
export class GanStage extends ThemedElement {
  protected readonly topics: readonly Topic[] = ['frame', 'model', 'view', 'progress'];
  @query('.frame > canvas') private readonly canvas!: HTMLCanvasElement | null;
  @query('.frame') private readonly box!: HTMLElement;
  @state() private shown = { real: true, fake: true };
  @state() private hover = '';
  readonly #plane = new PlaneStage();
  #pointer: { x: number; y: number } | undefined;
  #scheduled = false;
  #freshFrame = false;
  readonly #resize = new ResizeObserver(() => {
    this.#schedule();
  });

  static override styles = [shared, styles];

  override firstUpdated(): void {
    this.#resize.observe(this.box);
  }

  override updated(): void {
    this.#schedule();
  }

  protected override told(topic: Topic): void {
    if (topic === 'frame') {
      this.#freshFrame = true;
      this.#schedule();
      if (this.#kind === 'image') this.requestUpdate();
    } else {
      this.#pointer = undefined;
      this.hover = '';
      this.requestUpdate();
    }
  }

  get #kind(): Kind | undefined {
    return this.session.model && kindOf(this.session.model);
  }

  override render(): TemplateResult {
    const { model } = this.session;
    const kind = this.#kind;
    return html`
      <div class="frame">
        ${kind === 'image' ? this.#images() : this.#canvas(kind)} ${this.#waiting(kind)}
        ${
          kind === 'none'
            ? html`<p class="waiting quiet">
                This benchmark has no picture; its curves are beside.
              </p>`
            : nothing
        }
        ${this.hover ? html`<p class="small hover">${this.hover}</p>` : nothing}
      </div>
      ${kind ? nothing : html`<div class="room"></div>`}
      ${
        kind && LEGEND[kind].length > 0
          ? html`<ul aria-label="What the picture shows">
              ${LEGEND[kind]
                .filter(
                  ([layer]) => layer !== 'grid' || model?.info.latent_dim === model?.info.data.dim,
                )
                .map(([layer, text, colour]) => this.#toggle(layer, text, colour))}
            </ul>`
          : nothing
      }
      ${
        kind === 'image' && this.session.shows('studio')
          ? html`<div class="under">
              <p class="small quiet">
                One fixed batch of noise. Point at a sample for D’s opinion; click to take it into
                the studio.
              </p>
              <button
                data-action="studio"
                aria-keyshortcuts="l"
                @click=${() => {
                  this.dispatchEvent(new Event('studio'));
                }}
              >
                Latent studio ${icon('next')}
              </button>
            </div>`
          : nothing
      }
    `;
  }

  #toggle(layer: Layer, text: string, colour: string): TemplateResult {
    const on = this.#layers[layer];
    return html`<li>
      <button
        class=${colour}
        aria-pressed=${on}
        data-layer=${layer}
        @click=${() => {
          this.#flip(layer);
        }}
      >
        ${text}
      </button>
    </li>`;
  }

  /** What is loading and how far, where one looks; over a picture that is there, small. */
  #waiting(kind: Kind | undefined): TemplateResult | typeof nothing {
    const { busy, progress } = this.session;
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
    const { model, frame } = this.session;
    return html`<gan-images
      .images=${frame?.fake}
      .data=${model?.info.data}
      label=${this.#describe('image')}
      cell="Sample"
      @pick=${(event: CustomEvent<number>) => {
        this.dispatchEvent(new CustomEvent('pick', { detail: event.detail }));
      }}
      @look=${(event: CustomEvent<number | undefined>) => {
        this.#look(event.detail);
      }}
    ></gan-images>`;
  }

  /** Says in words what D thinks of a sample. */
  #look(sample: number | undefined): void {
    const opinion = sample === undefined ? undefined : this.session.frame?.opinion?.[sample];
    this.hover =
      sample === undefined || opinion === undefined
        ? ''
        : `D of sample ${sample + 1}: ${opinion.toFixed(3)}`;
  }

  get #layers(): Layers {
    return { ...this.shown, ...this.session.view };
  }

  #flip(layer: Layer): void {
    if (layer === 'real' || layer === 'fake') {
      this.shown = { ...this.shown, [layer]: !this.shown[layer] };
    } else {
      const view = this.session.view;
      void this.session.setView({ ...view, [layer]: !view[layer] });
    }
  }

  #describe(kind: Kind | undefined): string {
    const name = this.session.preset?.title ?? this.session.spec.preset;
    switch (kind) {
      case 'image':
        return `${name}: a grid of images that the generator makes from fixed noise.`;
      case 'line':
        return `${name}: the density of the data, the density of the generator’s samples, and the discriminator between them.`;
      case 'plane':
        return `${name}: real points and the generator’s samples in the plane, over the discriminator’s opinion of each place.`;
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

  #draw(): void {
    const { model, frame } = this.session;
    const surface = this.isConnected && this.canvas ? surfaceOf(this.canvas) : undefined;
    const { palette } = this.theme;
    const kind = this.#kind;
    if (surface && model) {
      if (kind === 'plane') this.#plane.draw(surface, model, frame, this.#layers, palette);
      else if (kind === 'line') drawLine(surface, model, frame, this.#layers, palette);
    }
    if (kind === 'plane') this.#readPointer();
    if (this.#freshFrame) {
      this.#freshFrame = false;
      this.session.drawn();
    }
  }

  /** Says in words what D thinks of what the pointer is over. */
  #readPointer(): void {
    const opinion = this.session.frame?.opinion;
    let value: number | undefined;
    if (this.#pointer && opinion && this.canvas) {
      const { clientWidth, clientHeight } = this.canvas;
      const place = (share: number): number => Math.round(share * (HEAT_SIDE - 1));
      const column = place(this.#pointer.x / clientWidth);
      const row = place(1 - this.#pointer.y / clientHeight);
      value = opinion[row * HEAT_SIDE + column];
    }
    const text = value === undefined ? '' : `D of this place: ${value.toFixed(3)}`;
    if (text !== this.hover) this.hover = text;
  }
}
