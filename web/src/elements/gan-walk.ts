/** A walk between the means of two baskets: a film strip, and the same as a moving picture. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Decoded } from '../protocol-studio.ts';
import type { Topic } from '../state/topics.ts';
import { type Basket, BASKETS, predictionText } from '../state/studio.ts';
import { icon } from '../style/icons.ts';
import { row, shared } from '../style/shared.ts';
import { msg } from '../words/locale.ts';
import './gan-images.ts';
import { SessionElement } from './session-element.ts';

const STEPS = 24;
const FRAME_MS = 70;

@customElement('gan-walk')
export class GanWalk extends SessionElement {
  protected readonly topics: readonly Topic[] = ['studio', 'model'];
  @state() private walk: Decoded | undefined;
  @state() private at = 0;
  @state() private playing = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  static override styles = [
    shared,
    row,
    css`
      :host {
        display: grid;
        gap: 0.625rem;
      }
      .film {
        display: grid;
        grid-template-columns: 7rem minmax(0, 1fr);
        gap: 1rem;
        align-items: center;
      }
      input {
        width: 100%;
        accent-color: var(--ink);
      }
      .refusal {
        color: var(--fake-text);
      }
    `,
  ];

  /** Where there is a way to walk, it is walked. */
  override firstUpdated(): void {
    const { baskets, tools } = this.session.studio;
    if (baskets[tools.walk.from].length && baskets[tools.walk.to].length) void this.#go();
  }

  override disconnectedCallback(): void {
    this.#stop();
    super.disconnectedCallback();
  }

  override render(): TemplateResult {
    const { studio } = this.session;
    const { kind } = studio.tools.walk;
    const refusal = studio.refusals.walk;
    return html`
      <div class="row">
        ${msg(html`From ${this.#choice('from')} to ${this.#choice('to')}`)}
        <select
          aria-label=${msg('Kind of walk')}
          title=${msg('Spherical keeps the typical distance from the middle; linear cuts through it')}
          @change=${(event: Event) => {
            const kind = (event.target as HTMLSelectElement).value as typeof studio.tools.walk.kind;
            studio.use({ walk: { ...studio.tools.walk, kind } });
            if (this.walk) void this.#go();
          }}
        >
          <option value="spherical" ?selected=${kind === 'spherical'}>${msg('spherical')}</option>
          <option value="linear" ?selected=${kind === 'linear'}>${msg('linear')}</option>
        </select>
        <button data-action="walk" @click=${() => void this.#go()}>
          ${msg('Walk', { id: 'walkAct' })}
        </button>
      </div>
      ${refusal ? html`<p class="small refusal" role="alert">${refusal}</p>` : nothing}
      ${this.walk ? this.#film(this.walk) : nothing}
    `;
  }

  #choice(end: 'from' | 'to'): TemplateResult {
    const { studio } = this.session;
    const { walk } = studio.tools;
    return html`<select
      aria-label=${end === 'from' ? msg('Start') : msg('End')}
      @change=${(event: Event) => {
        studio.use({
          walk: { ...walk, [end]: (event.target as HTMLSelectElement).value as Basket },
        });
      }}
    >
      ${BASKETS.map(
        (name) => html`<option value=${name} ?selected=${walk[end] === name}>${name}</option>`,
      )}
    </select>`;
  }

  #film(walk: Decoded): TemplateResult {
    const { model } = this.session.current;
    const size = model?.info.data.dim ?? 0;
    return html`<div class="film">
      <gan-images
        columns="1"
        gap="0"
        label=${msg('The walk, moving')}
        .images=${walk.images.subarray(this.at * size, (this.at + 1) * size)}
        .data=${model?.info.data}
      ></gan-images>
      <div>
        <gan-images
          columns="12"
          gap="2"
          label=${msg('The walk as a film strip')}
          .images=${walk.images}
          .data=${model?.info.data}
        ></gan-images>
        <input
          type="range"
          aria-label=${msg('Place on the walk')}
          min="0"
          max=${walk.count - 1}
          .value=${String(this.at)}
          @input=${(event: Event) => {
            this.#stop();
            this.at = Number((event.target as HTMLInputElement).value);
          }}
        />
        <div class="row">
          <button @click=${this.#toggle}>
            ${icon(this.playing ? 'pause' : 'play')} ${this.playing ? msg('Stop') : msg('Play')}
          </button>
          <span class="quiet">${predictionText(walk.predictions[this.at])}</span>
        </div>
      </div>
    </div>`;
  }

  async #go(): Promise<void> {
    const { studio } = this.session;
    const { from: first, to: last, kind } = studio.tools.walk;
    const ends = await studio.means('walk', [first, last]);
    const [from, to] = ends ?? [];
    if (!from || !to) return;
    const args = { from, to, steps: STEPS, kind };
    this.walk = (await studio.attempt('walk', '', 'walk', args)) ?? this.walk;
    this.at = 0;
  }

  readonly #toggle = (): void => {
    if (this.playing) {
      this.#stop();
      return;
    }
    this.playing = true;
    let direction = 1;
    this.#timer = setInterval(() => {
      const last = (this.walk?.count ?? 1) - 1;
      if (this.at >= last) direction = -1;
      else if (this.at <= 0) direction = 1;
      this.at += direction;
    }, FRAME_MS);
  };

  #stop(): void {
    clearInterval(this.#timer);
    this.playing = false;
  }
}
