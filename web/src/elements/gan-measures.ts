/** The numbers that say how good the model is: the one that leads with a small curve, those beside it, and the rest on demand. */
import { css, html, nothing, svg, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { choiceOf, samplerOf } from '../state/describe.ts';
import { count } from '../state/format.ts';
import { chosen, type Reading, readings } from '../state/readings.ts';
import type { Topic } from '../state/topics.ts';
import { SHOW } from '../protocol.ts';
import { shared } from '../style/shared.ts';
import { msg, str } from '../words/locale.ts';
import { SessionElement } from './session-element.ts';

/** The small curve, in its own units. */
const CURVE = { width: 72, height: 24 };
/** Numbers beside the one that leads; what else there is comes on demand. */
const BESIDE = 2;

@customElement('gan-measures')
export class GanMeasures extends SessionElement {
  protected readonly topics: readonly Topic[] = ['model', 'evaluation', 'spec'];

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: 0.5rem;
        padding-block: 0.625rem;
        border-block: 1px solid var(--line);
      }
      dl {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(5.25rem, 1fr));
        gap: 0.75rem 1rem;
      }
      .lead {
        grid-column: span 2;
      }
      .lead dd {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 0.75rem;
      }
      .lead dd small {
        flex-basis: 100%;
      }
      .curve {
        width: 4.5rem;
        height: 1.5rem;
        overflow: visible;
        fill: none;
        stroke: var(--fake);
        stroke-width: 1.75;
        stroke-linejoin: round;
      }
      details {
        font-size: 0.8125rem;
      }
      summary {
        cursor: pointer;
        color: var(--quiet);
      }
      details dl {
        grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr));
        padding-block-start: 0.5rem;
      }
      details dd {
        font-size: 1.0625rem;
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

  override render(): TemplateResult {
    const { evaluation } = this.session.run;
    const { model, spec } = this.session.current;
    const choice = model && choiceOf(samplerOf(model.info), SHOW);
    const measured = evaluation ? readings(evaluation.values, choice?.words.length) : [];
    const named = measured.length > 0 && spec.measures.length > 0;
    const all = named ? chosen(measured, spec.measures) : measured;
    const [lead, ...others] = all;
    const beside = named ? others : others.filter(({ more }) => !more).slice(0, BESIDE);
    const rest = others.filter((one) => !beside.includes(one));
    return html`<dl aria-live="off">
        ${lead ? this.#reading(lead, this.#curve(lead.name)) : nothing}
        ${beside.map((one) => this.#reading(one))} ${this.#onDemand(all.length > 0)}
      </dl>
      ${
        rest.length > 0
          ? html`<details>
              <summary>${msg('More numbers')}</summary>
              <dl>${rest.map((one) => this.#reading(one))}</dl>
            </details>`
          : nothing
      }`;
  }

  #reading({ name, label, value, note }: Reading, curve?: TemplateResult): TemplateResult {
    return html`<div class=${curve ? 'lead' : ''}>
      <dt>${label}</dt>
      <dd data-metric=${name}>
        ${value} ${curve ?? nothing} ${note ? html`<small>${note}</small>` : nothing}
      </dd>
    </div>`;
  }

  /** How the number went: its own curve, from the first measure to the last. */
  #curve(name: string): TemplateResult {
    const { measures } = this.session.run;
    const points = measures.flatMap(({ step, values }) => {
      const value = values[name];
      return value === undefined || !Number.isFinite(value) ? [] : [[step, value] as const];
    });
    const [first] = points;
    const last = points.at(-1);
    if (!first || !last || first[0] === last[0]) return html``;
    const most = Math.max(...points.map(([, value]) => value), 1e-9);
    const path = points
      .map(([step, value]) => {
        const x = ((step - first[0]) / (last[0] - first[0])) * CURVE.width;
        const y = CURVE.height * (1 - Math.max(0, value) / most);
        return `${x.toFixed(1)} ${y.toFixed(1)}`;
      })
      .join('L');
    return html`<svg
      class="curve"
      viewBox="0 0 ${CURVE.width} ${CURVE.height}"
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      ${svg`<path d="M${path}" />`}
    </svg>`;
  }

  /** Measuring images takes long, so it is asked for. */
  #onDemand(measured: boolean): TemplateResult | typeof nothing {
    const { model } = this.session.current;
    const { evaluation, evaluating } = this.session.run;
    if (model?.info.data.kind !== 'image') {
      return measured
        ? nothing
        : html`<div>
            <dt>${msg('How good it is')}</dt>
            <dd>–</dd>
          </div>`;
    }
    const say = evaluating
      ? msg('Measuring; training waits meanwhile.')
      : evaluation
        ? msg(str`Measured at step ${count(evaluation.step)}.`)
        : msg('Only on request, because it takes a while.');
    return html`<div class="ask">
      <dt>${msg('How good is it?')}</dt>
      <dd class="measure">
        <button
          ?disabled=${evaluating}
          @click=${() => {
            void this.session.run.evaluate();
          }}
        >
          ${measured ? msg('Measure again') : msg('Measure')}
        </button>
        <small>${say}</small>
      </dd>
    </div>`;
  }
}
