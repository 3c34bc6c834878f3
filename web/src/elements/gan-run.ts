/** How this run is set up: seed and backend. Both start the model again, and say so by doing it. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { BackendChoice } from '../library.ts';
import { NO_STOP, readStop, writeStop } from '../state/stop.ts';
import type { Topic } from '../state/topics.ts';
import { MAX_SEED, parseSeed } from '../state/url.ts';
import { icon } from '../style/icons.ts';
import { shared } from '../style/shared.ts';
import { msg, str } from '../words/locale.ts';
import { SessionElement } from './session-element.ts';

const BACKENDS: [BackendChoice, string][] = [
  ['auto', msg('Fastest here')],
  ['webgpu', 'WebGPU'],
  ['cpu', 'CPU'],
];

const HELP = msg(
  'Where training stops by itself: a step such as 500, a time such as 30s, or a metric with a bound such as modes>=8 or js<=0.05',
);

@customElement('gan-run')
export class GanRun extends SessionElement {
  protected readonly topics: readonly Topic[] = ['spec', 'progress', 'model'];

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1rem;
      }
      label {
        display: inline-flex;
        align-items: center;
        gap: 0.5rem;
        color: var(--quiet);
        font-size: 0.875rem;
      }
      input,
      select {
        color: var(--ink);
      }
      input {
        width: 5rem;
      }
      .stop {
        width: 6.5rem;
      }
      /* One line, as long as there is one: what is in the fields says what they are. */
      @container (min-width: 48rem) and (max-width: 92rem) {
        :host {
          gap: 0.5rem 0.75rem;
        }
        input,
        .stop {
          width: 4.5rem;
        }
        .stop {
          width: 5.5rem;
        }
        label > span {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
      }
      .seed {
        display: flex;
        align-items: center;
        gap: 0.25rem;
      }
    `,
  ];

  override render(): TemplateResult {
    const { session } = this;
    const off = !session.current.model;
    return html`
      ${session.current.offers('seed') ? this.#seed(off) : nothing}
      ${session.current.offers('stop') ? this.#stop() : nothing}
      ${session.current.offers('backend') ? this.#backend() : nothing}
    `;
  }

  #seed(off: boolean): TemplateResult {
    const { session } = this;
    return html`<div class="seed">
      <label
        >${msg('Seed')}
        <input
          type="text"
          inputmode="numeric"
          autocomplete="off"
          .value=${String(session.current.spec.seed)}
          ?disabled=${off}
          @change=${this.#onSeed}
        />
      </label>
      <button
        class="plain"
        title=${msg('Start again with a new seed')}
        aria-label=${msg('New seed')}
        ?disabled=${off}
        @click=${() => {
          void session.models.newSeed();
        }}
      >
        ${icon('dice')}
      </button>
    </div>`;
  }

  #stop(): TemplateResult {
    const { stop } = this.session.current.spec;
    return html`<label
      ><span>${msg('Stop at')}</span>
      <input
        class="stop"
        type="text"
        autocomplete="off"
        spellcheck="false"
        placeholder=${msg('Stop at')}
        title=${HELP}
        .value=${stop ? writeStop(stop) : ''}
        @change=${this.#onStop}
      />
    </label>`;
  }

  #backend(): TemplateResult {
    const { session } = this;
    return html`<label
      ><span>${msg('Runs on')}</span>
      <select ?disabled=${!session.current.model} @change=${this.#onBackend}>
        ${BACKENDS.map(
          ([value, text]) =>
            html`<option value=${value} ?selected=${session.current.spec.backend === value}>
              ${text}
            </option>`,
        )}
      </select>
    </label>`;
  }

  readonly #onSeed = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    const seed = parseSeed(field.value);
    if (seed === undefined) {
      field.value = String(this.session.current.spec.seed);
      this.session.notices.add(
        'warning',
        msg(str`A seed is a whole number from 0 to ${MAX_SEED}.`),
      );
    } else if (seed !== this.session.current.spec.seed) void this.session.models.reset(seed);
  };

  readonly #onStop = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    const stop = readStop(field.value);
    if (stop || field.value.trim() === '') void this.session.run.setStop(stop);
    else this.session.notices.add('warning', msg(str`“Stop at ${field.value}”: ${NO_STOP}.`));
  };

  readonly #onBackend = async (event: Event): Promise<void> => {
    const field = event.target as HTMLSelectElement;
    const made = await this.session.models.chooseBackend(field.value as BackendChoice);
    if (!made) field.value = this.session.current.spec.backend;
  };
}
