/** Directions in latent space, a slider each: from labels, from measured properties, and those that
 * the first layer of G has by itself. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Direction } from '../library.ts';
import type { Decoded, Move } from '../protocol-studio.ts';
import { Latest } from '../state/latest.ts';
import { labelOf } from '../state/label.ts';
import type { Topic } from '../state/topics.ts';
import { predictionText, type Tools } from '../state/studio.ts';
import { row, shared } from '../style/shared.ts';
import { msg, str } from '../words/locale.ts';
import './gan-images.ts';
import { SessionElement } from './session-element.ts';

const KINDS: Record<Direction['kind'], string> = {
  attribute: msg('From labels'),
  property: msg('From measures'),
  principal: msg('Found without labels'),
};

@customElement('gan-sliders')
export class GanSliders extends SessionElement {
  protected readonly topics: readonly Topic[] = ['studio', 'model'];
  @state() private shifted: Decoded | undefined;
  readonly #moves = new Latest<null>(async () => {
    const z = this.#startingPoint();
    if (!z) return;
    const { studio } = this.session;
    const { amounts } = studio.tools.sliders;
    const moves: Move[] = Object.entries(amounts).map(([direction, amount]) => ({
      direction,
      amount,
    }));
    this.shifted = (await studio.attempt('sliders', '', 'shift', { z, moves })) ?? this.shifted;
  });

  static override styles = [
    shared,
    row,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 9rem) minmax(0, 1fr);
        gap: 0.75rem 1rem;
        align-items: start;
      }
      .row {
        grid-column: 1 / -1;
      }
      h3 {
        padding-block: 0.25rem;
        font-size: 0.75rem;
        font-weight: 400;
        color: var(--quiet);
      }
      .list {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(11rem, 100%), 1fr));
        gap: 0.125rem 1.25rem;
      }
      :host > * {
        min-width: 0;
      }
      label {
        display: grid;
        min-width: 0;
        font-size: 0.8125rem;
      }
      input {
        width: 100%;
        margin: 0;
        accent-color: var(--ink);
      }
      .refusal {
        color: var(--fake-text);
      }
    `,
  ];

  override firstUpdated(): void {
    this.#moves.ask(null);
  }

  override render(): TemplateResult {
    const { studio } = this.session;
    const { model } = this.session.current;
    const { start } = studio.tools.sliders;
    const refusal = studio.refusals.sliders ?? studio.refusals.survey;
    return html`
      <div class="row">
        ${msg('Start from')}
        <select
          aria-label=${msg('Start from')}
          @change=${(event: Event) => {
            this.#set({ start: (event.target as HTMLSelectElement).value as typeof start });
          }}
        >
          <option value="sample" ?selected=${start === 'sample'}>
            ${msg(str`the last sample put into ${studio.chosen}`)}
          </option>
          <option value="result" ?selected=${start === 'result'}>A − B + C</option>
        </select>
        <button
          @click=${() => {
            this.#set({ amounts: {} });
          }}
        >
          ${msg('All to zero')}
        </button>
        ${refusal ? html`<p class="small refusal" role="alert">${refusal}</p>` : nothing}
      </div>
      <div>
        <gan-images
          columns="1"
          gap="0"
          label=${msg('The shifted sample')}
          .images=${this.shifted?.images}
          .data=${model?.info.data}
        ></gan-images>
        <p class="small quiet">${predictionText(this.shifted?.predictions[0])}</p>
      </div>
      <div>
        ${(Object.keys(KINDS) as Direction['kind'][]).map((kind) => this.#group(kind))}
        ${studio.directions.length ? nothing : html`<p class="quiet small">${msg('No directions yet.')}</p>`}
      </div>
    `;
  }

  #group(kind: Direction['kind']): TemplateResult | typeof nothing {
    const { tools, directions: all } = this.session.studio;
    const { amounts } = tools.sliders;
    const directions = all.filter((one) => one.kind === kind);
    if (directions.length === 0) return nothing;
    return html`<h3>${KINDS[kind]}</h3>
      <div class="list">
        ${directions.map(
          ({ name }) =>
            html`<label>
              ${labelOf(name)}
              <input
                type="range"
                min="-2"
                max="2"
                step="0.1"
                .value=${String(amounts[name] ?? 0)}
                @input=${(event: Event) => {
                  const amount = Number((event.target as HTMLInputElement).value);
                  this.#set({ amounts: { ...amounts, [name]: amount } });
                }}
              />
            </label>`,
        )}
      </div>`;
  }

  #set(changes: Partial<Tools['sliders']>): void {
    const { studio } = this.session;
    studio.use({ sliders: { ...studio.tools.sliders, ...changes } });
    this.#moves.ask(null);
  }

  /** A basket that was just filled is what one wants to turn; without one, the first sample. */
  #startingPoint(): Float32Array | undefined {
    const { studio } = this.session;
    const { model } = this.session.current;
    const width = model?.info.latent_dim ?? 0;
    const { result } = studio.arithmetic ?? {};
    if (studio.tools.sliders.start === 'result') {
      if (!result) {
        studio.refuse(
          'sliders',
          msg('There is no result yet: put a sample into every basket first.'),
        );
        return undefined;
      }
      return result.z.slice(4 * width, 5 * width);
    }
    return studio.baskets[studio.chosen].at(-1)?.z ?? studio.samples?.z.slice(0, width);
  }
}
