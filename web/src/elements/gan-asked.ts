/**
 * What a model is asked for: a class of the data or a category of its own, values of its codes, and whether its chains go
 * on while nothing is learned. Nothing where the model makes samples of noise alone.
 */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { type Choice, choiceOf, codesOf, samplerOf } from '../state/describe.ts';
import { decimal } from '../state/format.ts';
import { Latest } from '../state/latest.ts';
import type { Topic } from '../state/topics.ts';
import { shared } from '../style/shared.ts';
import { msg, str } from '../words/locale.ts';
import { SessionElement } from './session-element.ts';

/** More classes than that are chosen from a list. */
const MOST_BUTTONS = 12;
/** Between two looks at chains that go on by themselves, in milliseconds. */
const CHAIN_PAUSE = 120;

@customElement('gan-asked')
export class GanAsked extends SessionElement {
  protected readonly topics: readonly Topic[] = ['model', 'show', 'running'];
  /** Chains are watched although nothing is learned. */
  @state() private watching = false;
  readonly #codes = new Latest<readonly number[]>((codes) => this.session.stage.setShow({ codes }));

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: 0.5rem;
        min-width: 0;
      }
      :host([hidden]) {
        display: none;
      }
      fieldset {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.125rem;
        min-width: 0;
        margin: 0;
        padding: 0;
        border: 0;
      }
      legend {
        float: inline-start;
        margin-inline-end: 0.5rem;
        padding: 0;
      }
      label.one {
        position: relative;
        display: inline-grid;
        place-items: center;
        min-width: 2rem;
        min-height: 2rem;
        padding-inline: 0.5rem;
        border: 1px solid var(--line);
        border-radius: 0.5rem;
        font-size: 0.875rem;
        cursor: pointer;
      }
      label.one:hover {
        border-color: var(--quiet);
      }
      label.one:has(:checked) {
        border-color: var(--ink);
        background: var(--ink);
        color: var(--paper);
      }
      label.one:has(:focus-visible) {
        outline: 2px solid var(--real);
        outline-offset: 2px;
      }
      input[type='radio'] {
        position: absolute;
        inset: 0;
        margin: 0;
        opacity: 0;
        cursor: pointer;
      }
      @media (forced-colors: active) {
        label.one:has(:checked) {
          outline: 2px solid Highlight;
          outline-offset: -2px;
        }
      }
      .codes {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(12rem, 100%), 1fr));
        gap: 0.25rem 1.25rem;
      }
      .codes label {
        display: grid;
        grid-template-columns: auto 1fr 3rem;
        align-items: center;
        gap: 0.5rem;
        font-size: 0.875rem;
      }
      .codes input {
        width: 100%;
        min-height: 2rem;
        margin: 0;
        accent-color: var(--ink);
      }
      output {
        text-align: end;
      }
      button {
        justify-self: start;
      }
    `,
  ];

  override render(): TemplateResult | typeof nothing {
    const { model } = this.session.current;
    const { show } = this.session.stage;
    const sampler = model && samplerOf(model.info);
    const choice = choiceOf(sampler, show);
    const codes = codesOf(sampler, show);
    const chains = sampler?.kind === 'chain';
    this.hidden = !choice && codes.length === 0 && !chains;
    if (this.hidden) return nothing;
    return html`
      ${choice ? this.#choice(choice) : nothing}
      ${codes.length > 0 ? this.#sliders(codes) : nothing} ${chains ? this.#chains() : nothing}
    `;
  }

  #choice({ input, words, chosen }: Choice): TemplateResult {
    const name = input.kind === 'category' ? msg('Category') : msg('Class');
    const choose = (value: string): void => {
      void this.session.stage.setShow({ choice: value === '' ? undefined : Number(value) });
    };
    if (words.length > MOST_BUTTONS) {
      return html`<label class="small"
        >${name}
        <select
          data-choice
          @change=${(event: Event) => {
            choose((event.target as HTMLSelectElement).value);
          }}
        >
          <option value="" ?selected=${chosen === undefined}>${msg('each')}</option>
          ${words.map(
            (word, i) => html`<option value=${i} ?selected=${chosen === i}>${word}</option>`,
          )}
        </select></label
      >`;
    }
    const one = (word: string, value: string, on: boolean): TemplateResult =>
      html`<label class="one"
        ><input
          type="radio"
          name="choice"
          value=${value}
          .checked=${on}
          @change=${() => {
            choose(value);
          }}
        />${word}</label
      >`;
    return html`<fieldset data-choice>
      <legend class="small quiet">${name}</legend>
      ${one(msg('each'), '', chosen === undefined)}
      ${words.map((word, i) => one(word, String(i), chosen === i))}
    </fieldset>`;
  }

  #sliders(codes: readonly number[]): TemplateResult {
    return html`<div class="codes">
      ${codes.map(
        (value, i) =>
          html`<label
            >${msg(str`Code ${i + 1}`)}
            <input
              type="range"
              min="-1"
              max="1"
              step="0.05"
              data-code=${i}
              .value=${String(value)}
              @input=${(event: Event) => {
                const value = Number((event.target as HTMLInputElement).value);
                this.#codes.ask(codes.with(i, value));
              }}
            /><output class="small quiet">${decimal(value, 2)}</output></label
          >`,
      )}
    </div>`;
  }

  #chains(): TemplateResult {
    return html`<button
      aria-pressed=${this.watching}
      data-action="chains"
      ?disabled=${this.session.run.running}
      @click=${() => {
        this.watching = !this.watching;
        if (this.watching) void this.#walk();
      }}
    >
      ${this.watching ? msg('Stop the chains') : msg('Let the chains go on')}
    </button>`;
  }

  /** Every picture takes the chains some steps further, so looking is all it takes. */
  async #walk(): Promise<void> {
    while (this.watching && this.isConnected && !this.session.run.running) {
      await this.session.stage.setShow({});
      await new Promise((resolve) => setTimeout(resolve, CHAIN_PAUSE));
    }
    this.watching = false;
  }
}
