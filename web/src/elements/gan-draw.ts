/** A square to draw on, with the pointer. */
import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { shared } from '../style/shared.ts';
import { msg } from '../words/locale.ts';

const SIDE = 280;

@customElement('gan-draw')
export class GanDraw extends LitElement {
  /** Whether the model knows colours; otherwise one draws white on black, as digits are. */
  @property({ type: Boolean }) coloured = false;
  @query('canvas') readonly canvas!: HTMLCanvasElement;
  @query('input') private readonly colour!: HTMLInputElement | null;
  #last: [number, number] | undefined;

  static override styles = [
    shared,
    css`
      canvas {
        display: block;
        width: 100%;
        aspect-ratio: 1;
        border: 1px solid var(--line);
        border-radius: 0.375rem;
        touch-action: none;
        cursor: crosshair;
      }
      .row {
        display: flex;
        gap: 0.5rem;
        padding-block-start: 0.375rem;
      }
      button {
        min-height: 2rem;
      }
      input {
        width: 2.5rem;
        height: 2rem;
        padding: 0;
        border: 0;
        background: none;
      }
    `,
  ];

  override firstUpdated(): void {
    this.clear();
  }

  override render(): TemplateResult {
    return html`<canvas
        width=${SIDE}
        height=${SIDE}
        role="img"
        aria-label=${msg('A square to draw on with the pointer; a file can be chosen instead')}
        @pointerdown=${this.#onDown}
        @pointermove=${this.#onMove}
        @pointerup=${this.#onUp}
        @pointercancel=${this.#onUp}
      ></canvas>
      <div class="row">
        <button
          @click=${() => {
            this.clear();
          }}
        >
          ${msg('Clear')}
        </button>
        ${this.coloured ? html`<input type="color" aria-label=${msg('Colour')} value="#c68642" />` : ''}
      </div>`;
  }

  clear(): void {
    const ctx = this.canvas.getContext('2d');
    if (!ctx) return;
    ctx.fillStyle = this.coloured ? '#ffffff' : '#000000';
    ctx.fillRect(0, 0, SIDE, SIDE);
  }

  readonly #onDown = (event: PointerEvent): void => {
    this.canvas.setPointerCapture(event.pointerId);
    this.#last = this.#place(event);
    this.#onMove(event);
  };

  readonly #onMove = (event: PointerEvent): void => {
    const ctx = this.canvas.getContext('2d');
    if (!this.#last || !ctx) return;
    const here = this.#place(event);
    ctx.strokeStyle = this.colour?.value ?? '#ffffff';
    ctx.lineWidth = SIDE / 12;
    ctx.lineCap = 'round';
    ctx.beginPath();
    ctx.moveTo(...this.#last);
    ctx.lineTo(...here);
    ctx.stroke();
    this.#last = here;
  };

  readonly #onUp = (): void => {
    this.#last = undefined;
  };

  #place({ offsetX, offsetY }: PointerEvent): [number, number] {
    const scale = SIDE / this.canvas.clientWidth;
    return [offsetX * scale, offsetY * scale];
  }
}
