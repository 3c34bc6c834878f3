/** A grid of images on one canvas. Where cells can be chosen, each has a button over it: one tab
 * stop for all of them, and the arrow keys inside. */
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { DataInfo } from '../library.ts';
import { surfaceOf } from '../stage/canvas.ts';
import { countOf, drawImages } from '../stage/images.ts';
import { shared } from '../style/shared.ts';
import { msg } from '../words/locale.ts';
import type { NameOfCell } from './cells.ts';

@customElement('gan-images')
export class GanImages extends LitElement {
  /** Images one after another, [n, height, width, channels]. */
  @property({ attribute: false, hasChanged: isOther })
  images: Float32Array | undefined;
  @property({ attribute: false }) data: DataInfo | undefined;
  @property({ type: Number }) columns = 8;
  /** Space between images, in CSS pixels. */
  @property({ type: Number }) gap = 3;
  /** What the whole is, in words. */
  @property() label = msg('Images');
  /** What a cell is called, by its number and what is marked in it; without it the images are only looked at. */
  @property({ attribute: false }) cell: NameOfCell | undefined;
  /** Letters in the corners of cells. */
  @property({ attribute: false }) marks: ReadonlyMap<number, string> = new Map();
  @query('canvas') private readonly canvas!: HTMLCanvasElement;
  @query('.cells') private readonly cells!: HTMLElement | null;
  #active = 0;
  #scheduled = false;
  readonly #resize = new ResizeObserver(() => {
    this.#schedule();
  });

  static override styles = [
    shared,
    css`
      :host {
        display: block;
        position: relative;
        min-width: 0;
      }
      canvas {
        display: block;
        width: 100%;
        height: 100%;
      }
      .cells {
        position: absolute;
        inset: 0;
        display: grid;
      }
      button {
        position: relative;
        min-width: 0;
        min-height: 0;
        padding: 0;
        border: 0;
        border-radius: 0.125rem;
        background: none;
      }
      button:hover {
        box-shadow: inset 0 0 0 2px var(--d);
      }
      button:focus-visible {
        z-index: 1;
        outline-offset: -2px;
      }
      b {
        position: absolute;
        inset: 0.125rem auto auto 0.125rem;
        min-width: 1.25rem;
        border-radius: 0.25rem;
        background: var(--ink);
        color: var(--paper);
        font-size: 0.75rem;
        line-height: 1.25rem;
      }
    `,
  ];

  override firstUpdated(): void {
    this.#resize.observe(this.canvas);
  }

  get #count(): number {
    return this.images && this.data ? countOf(this.images, this.data) : 0;
  }

  override render(): TemplateResult {
    return html`<canvas role="img" aria-label=${this.label}></canvas> ${
        this.cell
          ? html`<div class="cells" role="group" aria-label=${this.label} @keydown=${this.#onKey}>
              ${Array.from({ length: this.#count }, (_, i) => this.#button(i))}
            </div>`
          : nothing
      }`;
  }

  #button(i: number): TemplateResult {
    const mark = this.marks.get(i);
    const look = (index: number | undefined) => () => {
      this.dispatchEvent(new CustomEvent('look', { detail: index }));
    };
    return html`<button
      aria-label=${this.cell?.(i + 1, mark) ?? nothing}
      tabindex=${i === this.#active ? 0 : -1}
      @pointerenter=${look(i)}
      @pointerleave=${look(undefined)}
      @focus=${look(i)}
      @blur=${look(undefined)}
      @click=${() => {
        this.#active = i;
        this.dispatchEvent(new CustomEvent('pick', { detail: i }));
      }}
    >
      ${mark ? html`<b>${mark}</b>` : nothing}
    </button>`;
  }

  override updated(): void {
    // Set from here, not in the template: the page's policy allows no style attributes.
    const { data, columns } = this;
    if (data) {
      const rows = Math.max(1, Math.ceil(this.#count / columns));
      this.canvas.style.aspectRatio = `${columns * data.width} / ${rows * data.height}`;
      if (this.cells) {
        this.cells.style.gridTemplate = `repeat(${rows}, 1fr) / repeat(${columns}, 1fr)`;
      }
    }
    this.#schedule();
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const step = new Map([
      ['ArrowLeft', -1],
      ['ArrowRight', 1],
      ['ArrowUp', -this.columns],
      ['ArrowDown', this.columns],
    ]).get(event.key);
    const next = this.#active + (step ?? 0);
    if (!step || next < 0 || next >= this.#count) return;
    event.preventDefault();
    this.#active = next;
    this.requestUpdate();
    void this.updateComplete.then(() => {
      this.cells?.querySelectorAll('button')[next]?.focus();
    });
  };

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      const surface = this.isConnected ? surfaceOf(this.canvas) : undefined;
      if (surface && this.images && this.data) {
        drawImages(surface, this.images, this.data, this.columns, this.gap);
      }
    });
  }
}

/** A part of an array is a new object every time, and often the same part. */
function isOther(a: unknown, b: unknown): boolean {
  if (!(a instanceof Float32Array && b instanceof Float32Array)) return a !== b;
  return a.buffer !== b.buffer || a.byteOffset !== b.byteOffset || a.length !== b.length;
}
