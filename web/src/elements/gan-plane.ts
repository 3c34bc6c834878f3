/** The plane through the means of the three baskets: a map to look over, and one place to move. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { Decoded, Three } from '../protocol-studio.ts';
import { decimal } from '../state/format.ts';
import { Latest } from '../state/latest.ts';
import type { Topic } from '../state/topics.ts';
import { BASKETS, predictionText, type Tools } from '../state/studio.ts';
import { HIGH, LOW } from '../state/studio-link.ts';
import { shared } from '../style/shared.ts';
import { msg, str } from '../words/locale.ts';
import './gan-images.ts';
import { SessionElement } from './session-element.ts';

const SIDE = 8;
const at = (share: number): number => LOW + share * (HIGH - LOW);

@customElement('gan-plane')
export class GanPlane extends SessionElement {
  protected readonly topics: readonly Topic[] = ['studio', 'model'];
  @state() private map: Decoded | undefined;
  @state() private here: Decoded | undefined;
  @query('.pad') private readonly pad!: HTMLElement | null;
  #corners: Three<Float32Array> | undefined;
  readonly #moves = new Latest<[number, number]>(async (uv) => {
    if (!this.#corners) return;
    const args = { corners: this.#corners, uv: Float32Array.from(uv) };
    const { studio } = this.session;
    this.here = (await studio.attempt('plane', '', 'plane', args)) ?? this.here;
  });

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: 0.625rem;
      }
      .map {
        display: grid;
        grid-template-columns: minmax(0, 18rem) minmax(0, 9rem);
        gap: 1rem;
        align-items: start;
      }
      .pad {
        position: relative;
        touch-action: none;
        cursor: crosshair;
      }
      .pad i {
        position: absolute;
        width: 0.875rem;
        height: 0.875rem;
        margin: -0.4375rem;
        border: 2px solid #fff;
        border-radius: 50%;
        outline: 2px solid #000;
        pointer-events: none;
      }
      button {
        justify-self: start;
        min-height: 2rem;
      }
      .refusal {
        color: var(--fake-text);
      }
    `,
  ];

  /** Where there is a plane, it is drawn. */
  override firstUpdated(): void {
    const { baskets } = this.session.studio;
    if (BASKETS.every((name) => baskets[name].length)) void this.#draw();
  }

  override render(): TemplateResult {
    const { studio } = this.session;
    const refusal = studio.refusals.plane;
    return html`
      <button data-action="plane" @click=${() => void this.#draw()}>
        ${this.map ? msg('Draw the map again') : msg('Draw the map through A, B and C')}
      </button>
      ${refusal ? html`<p class="small refusal" role="alert">${refusal}</p>` : nothing}
      ${this.map ? this.#map(this.map) : nothing}
    `;
  }

  #map(map: Decoded): TemplateResult {
    const data = this.session.current.model?.info.data;
    const [u, v] = this.#place;
    const place = msg(str`${decimal(u, 2)} towards B, ${decimal(v, 2)} towards C`);
    return html`<div class="map">
      <div
        class="pad"
        role="slider"
        tabindex="0"
        aria-label=${msg('Place on the plane')}
        aria-valuenow=${u.toFixed(2)}
        aria-valuemin=${LOW}
        aria-valuemax=${HIGH}
        aria-valuetext=${place}
        @pointerdown=${this.#onPointer}
        @pointermove=${this.#onPointer}
        @keydown=${this.#onKey}
      >
        <gan-images
          columns=${SIDE}
          gap="1"
          label=${msg('The plane; A at the lower left, B to the right, C above')}
          .images=${map.images}
          .data=${data}
        ></gan-images>
        <i></i>
      </div>
      <div>
        <gan-images
          columns="1"
          gap="0"
          label=${msg('The image at this place')}
          .images=${this.here?.images}
          .data=${data}
        ></gan-images>
        <p class="small quiet">
          ${place}<br />
          ${predictionText(this.here?.predictions[0])}
        </p>
      </div>
    </div>`;
  }

  override updated(): void {
    const dot = this.pad?.querySelector('i');
    const share = (value: number): number => ((value - LOW) / (HIGH - LOW)) * 100;
    if (dot) {
      const [u, v] = this.#place;
      dot.style.left = `${share(u)}%`;
      dot.style.top = `${100 - share(v)}%`;
    }
  }

  get #place(): Tools['plane'] {
    return this.session.studio.tools.plane;
  }

  async #draw(): Promise<void> {
    const { studio } = this.session;
    const corners = await studio.means('plane', BASKETS);
    if (!corners) return;
    this.#corners = corners as Three<Float32Array>;
    // From the top left, row by row, as images are laid out.
    const uv = Float32Array.from({ length: SIDE * SIDE * 2 }, (_, i) => {
      const cell = Math.floor(i / 2);
      const [column, row] = [cell % SIDE, Math.floor(cell / SIDE)];
      return at(i % 2 ? 1 - (row + 0.5) / SIDE : (column + 0.5) / SIDE);
    });
    const args = { corners: this.#corners, uv };
    this.map = (await studio.attempt('plane', '', 'plane', args)) ?? this.map;
    this.#moves.ask(this.#place);
  }

  readonly #onPointer = (event: PointerEvent): void => {
    if (!this.pad) return;
    if (event.type === 'pointermove' && event.pointerType === 'touch' && event.pressure === 0)
      return;
    const box = this.pad.getBoundingClientRect();
    this.#move(
      at((event.clientX - box.left) / box.width),
      at(1 - (event.clientY - box.top) / box.height),
    );
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const step = 0.05;
    const move: Record<string, [number, number]> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, step],
      ArrowDown: [0, -step],
    };
    const by = move[event.key];
    if (!by) return;
    event.preventDefault();
    const [u, v] = this.#place;
    this.#move(u + by[0], v + by[1]);
  };

  #move(u: number, v: number): void {
    const inside = (value: number): number => Math.min(HIGH, Math.max(LOW, value));
    this.session.studio.use({ plane: [inside(u), inside(v)] });
    this.#moves.ask(this.#place);
  }
}
