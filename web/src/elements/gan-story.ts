/** Beside the stage: what this preset is about, what is happening now, and the few numbers that
 * matter for it. */
import { css, html, nothing, type TemplateResult, unsafeCSS } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Colour } from '../library.ts';
import { coach } from '../state/coach.ts';
import { colourOf, metricOf } from '../state/describe.ts';
import { count, firstSentence, readings } from '../state/format.ts';
import { getPath } from '../state/json.ts';
import type { Topic } from '../state/session.ts';
import { roleClasses, roles } from '../style/palette.ts';
import { shared } from '../style/shared.ts';
import { SessionElement } from './session-element.ts';

@customElement('gan-story')
export class GanStory extends SessionElement {
  protected readonly topics: readonly Topic[] = [
    'catalog',
    'spec',
    'model',
    'metrics',
    'phase',
    'evaluation',
    'running',
    'progress',
  ];
  #scheduled = false;

  static override styles = [
    shared,
    roles,
    css`
      :host {
        display: grid;
        gap: 0.875rem;
        align-content: start;
      }
      .summary {
        font-size: 0.9375rem;
        line-height: 1.5;
      }
      .shipped {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.75rem;
        font-size: 0.8125rem;
      }
      .shipped button {
        min-height: 2rem;
      }
      .coach {
        /* Three lines, which most of what it says keeps within: what is below stays where it is. */
        min-height: 4.25rem;
        padding-inline-start: 0.75rem;
        border-inline-start: 0.1875rem solid var(--line);
        font-size: 0.9375rem;
        line-height: 1.5;
      }
      .coach.silent {
        border-color: transparent;
      }
      .coach:is(${unsafeCSS(roleClasses)}) {
        border-color: var(--colour);
      }
      dl {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(5.25rem, 1fr));
        gap: 0.75rem 1rem;
        padding-block: 0.625rem;
        border-block: 1px solid var(--line);
      }
      /* On a phone the line on what happens now is in sight with the picture, also in slow motion. */
      @container (max-width: 48rem) {
        .coach {
          order: -1;
        }
      }
      @container (max-width: 26rem) {
        dl {
          grid-template-columns: 1fr 1fr;
        }
      }
      dt {
        font-size: 0.75rem;
        color: var(--quiet);
        white-space: nowrap;
      }
      dd {
        font-size: 1.375rem;
        font-weight: 600;
        letter-spacing: -0.015em;
        line-height: 1.3;
      }
      dd small {
        display: block;
        font-size: 0.75rem;
        font-weight: 400;
        letter-spacing: 0;
        line-height: 1.3;
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
        gap: 0.25rem 0.75rem;
      }
      .ask {
        grid-column: 1 / -1;
      }
    `,
  ];

  /** The coach reads many numbers that change many times a second; its words need not. */
  protected override told(topic: Topic): void {
    if (topic !== 'metrics') this.requestUpdate();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setTimeout(() => {
        this.#scheduled = false;
        this.requestUpdate();
      }, 1000);
    }
  }

  override render(): TemplateResult {
    const { preset, evaluation } = this.session;
    const numbers = evaluation ? readings(evaluation.values) : [];
    return html`
      ${
        preset
          ? html`<p class="summary">
              ${firstSentence(preset.summary)}
              <span class="quiet small">${preset.teaches}.</span>
            </p>`
          : nothing
      }
      ${this.#shipped()} ${this.#coach()}
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

  #shipped(): TemplateResult | typeof nothing {
    const { shipped, model, busy } = this.session;
    if (!shipped || !model) return nothing;
    return html`<p class="shipped">
      <span>This model was trained beforehand, for ${count(model.info.step)} steps.</span>
      <button
        data-action="scratch"
        ?disabled=${busy !== ''}
        @click=${() => void this.session.reset()}
      >
        Train from scratch
      </button>
    </p>`;
  }

  #coach(): TemplateResult {
    const { model, series, step, running, phase, evaluation } = this.session;
    const cost = getPath(model?.config, 'cost');
    const update = model?.info.updates.find(({ name }) => name === phase);
    const score = (colour: Colour): number | undefined => {
      const metric = metricOf(model?.info, 'score', colour);
      return metric && series.recent(metric.name);
    };
    const line = model
      ? coach({
          model: model.info.model,
          step,
          running,
          phase,
          phaseTitle: update?.title ?? '',
          dReal: score('real'),
          dFake: score('fake'),
          cost: typeof cost === 'string' ? cost : '',
          shipped: this.session.shipped,
          critic: model.critic,
          evaluation,
        })
      : undefined;
    const tone = line ? (update && model ? colourOf(model.info, update) : '') : 'silent';
    return html`<p class="coach ${tone}" data-coach>
      ${line?.text}
      ${line?.section ? html`<span class="quiet small">${line.section}.</span>` : nothing}
    </p>`;
  }

  /** Measuring images takes long, so it is asked for. */
  #onDemand(measured: boolean): TemplateResult | typeof nothing {
    const { model, evaluation, evaluating } = this.session;
    if (model?.info.data.kind !== 'image') {
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
        : 'How good are these samples? Takes a while.';
    return html`<div class="ask">
      <dt>Measures</dt>
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
