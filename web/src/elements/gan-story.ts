/** Beside the stage: what this preset is about, and the few numbers that matter for it. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { count, readings } from '../state/format.ts';
import type { Topic } from '../state/session.ts';
import { shared } from '../style/shared.ts';
import { SessionElement } from './session-element.ts';

@customElement('gan-story')
export class GanStory extends SessionElement {
  protected readonly topics: readonly Topic[] = [
    'catalog',
    'spec',
    'model',
    'evaluation',
    'running',
    'progress',
  ];

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: 1.25rem;
        align-content: start;
      }
      .head {
        display: grid;
        gap: 0.25rem;
      }
      .head p {
        max-width: 36rem;
        line-height: 1.5;
      }
      .summary {
        font-size: 1.125rem;
      }
      dl {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr));
        gap: 1rem 1.5rem;
        padding-block: 1rem;
        border-block: 1px solid var(--line);
        min-height: 6.25rem;
      }
      dt {
        font-size: 0.8125rem;
        color: var(--quiet);
      }
      dd {
        font-size: 1.5rem;
        font-weight: 600;
        letter-spacing: -0.015em;
        line-height: 1.3;
      }
      dd small {
        display: block;
        font-size: 0.75rem;
        font-weight: 400;
        letter-spacing: 0;
        line-height: 1.35;
        color: var(--quiet);
      }
      .measure button {
        font-size: 0.9375rem;
        font-weight: 400;
        letter-spacing: 0;
      }
      .measure {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.75rem;
        grid-column: 1 / -1;
      }
    `,
  ];

  override render(): TemplateResult {
    const { preset, evaluation } = this.session;
    const numbers = evaluation ? readings(evaluation.values) : [];
    return html`
      <div class="head">
        ${
          preset
            ? html`<p class="summary">${preset.summary}</p>
                <p class="quiet small">${preset.teaches}</p>`
            : nothing
        }
      </div>
      <dl aria-live="off">
        ${numbers.map(
          ({ label, value, note }) => html`
            <div>
              <dt>${label}</dt>
              <dd data-metric=${label}>
                ${value} ${note ? html`<small>${note}</small>` : nothing}
              </dd>
            </div>
          `,
        )}
        ${this.#onDemand(numbers.length > 0)}
      </dl>
    `;
  }

  /** Measuring images takes long, so it is asked for. */
  #onDemand(measured: boolean): TemplateResult | typeof nothing {
    const { model, evaluation, evaluating } = this.session;
    if (!model)
      return html`<div>
        <dt>Measures</dt>
        <dd>–</dd>
      </div>`;
    if (model.info.data.kind !== 'image') {
      return measured
        ? nothing
        : html`<div>
            <dt>Measures</dt>
            <dd>–</dd>
          </div>`;
    }
    const say = evaluating
      ? 'Measuring; this takes a while and training waits.'
      : evaluation
        ? `Measured at step ${count(evaluation.step)}.`
        : 'How likely are unseen test images under these samples?';
    return html`<div>
      <dt>Parzen window</dt>
      <dd class="measure">
        <button
          ?disabled=${evaluating}
          @click=${() => {
            void this.session.evaluate();
          }}
        >
          ${measured ? 'Measure again' : 'Measure'}
        </button>
        <small>${say}</small>
      </dd>
    </div>`;
  }
}
