/** A - B + C: three baskets, the image of each one's mean, and the result among its neighbours. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Three } from '../protocol-studio.ts';
import { decimal } from '../state/format.ts';
import type { Topic } from '../state/topics.ts';
import { analogy, type Basket, BASKETS, predictionText } from '../state/studio.ts';
import { icon } from '../style/icons.ts';
import { shared } from '../style/shared.ts';
import { msg, str } from '../words/locale.ts';
import { takenOut } from './cells.ts';
import './gan-images.ts';
import { SessionElement } from './session-element.ts';

/** Members of a basket that the example fills in. */
const EXAMPLE = 10;

@customElement('gan-baskets')
export class GanBaskets extends SessionElement {
  protected readonly topics: readonly Topic[] = ['studio', 'model'];
  /** Whether the result stands among latents near to it. */
  @state() private neighbours = false;

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.5rem;
      }
      .options button {
        min-height: 2.25rem;
        padding-block: 0.25rem;
        text-align: start;
        white-space: normal;
      }
      .sum {
        display: grid;
        grid-template-columns: repeat(3, minmax(0, 1fr)) minmax(0, 1.6fr);
        gap: 1rem;
        align-items: start;
      }
      .basket {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.375rem;
        padding: 0.5rem;
        border: 1px solid var(--line);
        border-radius: 0.625rem;
      }
      .basket.chosen {
        border-color: var(--ink);
        box-shadow: inset 0 0 0 1px var(--ink);
      }
      .head {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 0.25rem;
      }
      .head button {
        padding: 0 0.375rem;
        min-height: 2rem;
        font-weight: 600;
      }
      output {
        font-size: 0.8125rem;
        white-space: nowrap;
      }
      input[type='range'] {
        width: 100%;
        min-width: 0;
        margin: 0;
        accent-color: var(--ink);
      }
      .mean {
        aspect-ratio: 1;
        border-radius: 0.25rem;
        background: var(--paper);
      }
      .hint {
        display: grid;
        place-content: center;
        padding: 0.5rem;
        text-align: center;
      }
      .says {
        min-height: 2.4em;
        font-size: 0.75rem;
        line-height: 1.2;
        color: var(--quiet);
      }
      .result .says {
        font-size: 0.9375rem;
        line-height: 1.35;
        color: var(--ink);
      }
      .options {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1rem;
      }
      label {
        display: inline-flex;
        align-items: center;
        gap: 0.375rem;
      }
      .refusal {
        color: var(--fake-text);
      }
      @container (max-width: 48rem) {
        .sum {
          grid-template-columns: repeat(3, minmax(0, 1fr));
          gap: 0.5rem;
        }
        .basket {
          padding: 0.25rem;
        }
        .head button {
          padding: 0 0.125rem;
          min-width: 1.5rem;
        }
        .result {
          grid-column: 1 / -1;
          max-width: 24rem;
        }
      }
    `,
  ];

  override render(): TemplateResult {
    const { studio } = this.session;
    const example = analogy(studio.attributes);
    const refusal = studio.refusals.result;
    return html`
      <div class="sum">${BASKETS.map((name, i) => this.#basket(name, i))} ${this.#result()}</div>
      ${refusal ? html`<p class="small refusal" role="alert">${refusal}</p>` : nothing}
      <div class="options small">
        ${
          example
            ? html`<button
                data-action="example"
                ?disabled=${studio.busy !== ''}
                @click=${() => void studio.example(example.wanted, EXAMPLE)}
              >
                ${tryText(example.text)}
              </button>`
            : nothing
        }
        <label>
          <input
            type="checkbox"
            .checked=${studio.rescale}
            @change=${(event: Event) => {
              studio.weigh(studio.coefficients, (event.target as HTMLInputElement).checked);
            }}
          />
          ${msg('Keep the result as far from the middle as samples are')}
        </label>
      </div>
    `;
  }

  #basket(name: Basket, i: number): TemplateResult {
    const { studio } = this.session;
    const { model } = this.session.current;
    const picks = studio.baskets[name];
    const chosen = studio.chosen === name;
    const coefficient = studio.coefficients[i] ?? 0;
    const mean = studio.arithmetic?.means;
    const size = model?.info.data.dim ?? 0;
    return html`<div class="basket ${chosen ? 'chosen' : ''}" data-basket=${name}>
      <div class="head">
        <button
          class="plain"
          aria-pressed=${chosen ? 'true' : 'false'}
          title=${msg('Samples that you click on go here')}
          @click=${() => {
            studio.choose(name);
          }}
        >
          ${name}
        </button>
        <output>× ${decimal(coefficient, 1).replace('-', '−')}</output>
        <button
          class="plain"
          aria-label=${msg(str`Empty basket ${name}`, { desc: 'takes all samples out of it' })}
          ?disabled=${picks.length === 0}
          @click=${() => {
            studio.put(name, []);
          }}
        >
          ${icon('close')}
        </button>
      </div>
      <input
        type="range"
        min="-2"
        max="2"
        step="0.1"
        aria-label=${msg(str`Weight of basket ${name}`)}
        .value=${String(coefficient)}
        @input=${(event: Event) => {
          this.#weigh(i, Number((event.target as HTMLInputElement).value));
        }}
      />
      ${
        mean
          ? html`<gan-images
              class="mean"
              columns="1"
              gap="0"
              label=${msg(str`The mean of basket ${name}`)}
              .images=${mean.images.subarray(i * size, (i + 1) * size)}
              .data=${model?.info.data}
            ></gan-images>`
          : html`<p class="mean hint quiet small">
              ${picks.length ? msg('Its mean appears once no basket is empty') : msg('Choose samples')}
            </p>`
      }
      ${
        picks.length
          ? html`<gan-images
              columns="6"
              gap="2"
              .cell=${takenOut}
              label=${msg(str`In basket ${name}`)}
              .images=${joined(picks.map(({ image }) => image))}
              .data=${model?.info.data}
              @pick=${(event: CustomEvent<number>) => {
                const pick = picks[event.detail];
                if (pick) studio.remove(name, pick.key);
              }}
            ></gan-images>`
          : nothing
      }
      <p class="says">${mean ? predictionText(mean.predictions[i]) : ''}</p>
    </div>`;
  }

  #result(): TemplateResult {
    const { studio } = this.session;
    const { model } = this.session.current;
    const result = studio.arithmetic?.result;
    const size = model?.info.data.dim ?? 0;
    return html`<div class="result" aria-live="polite">
      ${
        result
          ? html`<gan-images
                columns=${this.neighbours ? 3 : 1}
                gap=${this.neighbours ? 4 : 0}
                label=${this.neighbours ? msg('A minus B plus C in the middle of its neighbours') : msg('A minus B plus C')}
                .images=${this.neighbours ? result.images : result.images.subarray(4 * size, 5 * size)}
                .data=${model?.info.data}
              ></gan-images>
              <p class="says" data-prediction>${predictionText(result.predictions[4])}</p>
              <label class="small">
                <input
                  type="checkbox"
                  .checked=${this.neighbours}
                  @change=${(event: Event) => {
                    this.neighbours = (event.target as HTMLInputElement).checked;
                  }}
                />
                ${msg('With its neighbours')}
              </label>`
          : html`<p class="mean hint quiet">
              ${msg('A − B + C appears here once no basket is empty.')}
            </p>`
      }
    </div>`;
  }

  #weigh(i: number, value: number): void {
    const { studio } = this.session;
    const next: Three<number> = [...studio.coefficients];
    next[i] = value;
    studio.weigh(next);
  }
}

const tryText = ([a, b, c]: Three<string>): string => msg(str`Try (${a}) − (${b}) + (${c})`);

function joined(parts: readonly Float32Array[]): Float32Array {
  const size = parts[0]?.length ?? 0;
  const all = new Float32Array(parts.length * size);
  parts.forEach((part, i) => {
    all.set(part, i * size);
  });
  return all;
}
