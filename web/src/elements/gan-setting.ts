/** One setting of the drawer: its control, what it does and its range, and the way back to the preset's value. */
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { written } from '../state/format.ts';
import { asText, type Json } from '../state/json.ts';
import type { Control } from '../state/schema.ts';
import type { Session } from '../state/session.ts';
import {
  digits,
  isChosen,
  lines,
  noteOf,
  numberRefusal,
  presetMark,
  slid,
  valueAt,
} from '../state/setting.ts';
import { mark, shared } from '../style/shared.ts';
import { msg, str } from '../words/locale.ts';
import './gan-layers.ts';

@customElement('gan-setting')
export class GanSetting extends LitElement {
  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) control!: Control;
  /** Whether a number has a slider too. */
  @property({ type: Boolean }) slider = false;
  /** What the heading above says already. */
  @property({ attribute: false }) group = '';
  /** What the engine said about the last value, where it refused it. */
  @state() private refusal: string | undefined;

  static override styles = [
    shared,
    mark,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
        gap: 0.125rem 0.75rem;
        padding-block: 0.5rem;
      }
      /* Only there to say that its control is locked. */
      fieldset {
        display: contents;
      }
      p,
      textarea {
        grid-column: 1 / -1;
      }
      .value {
        display: flex;
        align-items: center;
        gap: 0.5rem;
      }
      input[type='number'],
      input[type='text'] {
        width: 8rem;
        text-align: end;
      }
      input[type='range'] {
        grid-column: 1 / -1;
        width: 100%;
        margin: 0;
        accent-color: var(--ink);
      }
      select {
        max-width: 11rem;
      }
      textarea {
        width: 100%;
        min-height: 9rem;
        padding: 0.5rem;
        overflow: auto;
        font-family: ui-monospace, monospace;
        font-size: 0.75rem;
        line-height: 1.5;
        white-space: pre;
      }
      .refusal {
        color: var(--fake-text);
      }
    `,
  ];

  override render(): TemplateResult {
    const { control, session } = this;
    const { path, label } = control;
    const own = session.current.presetValue(path);
    const value = session.settings.pending[path] ?? control.value;
    const preset = presetMark(control, own, value);
    const note = noteOf(control, value, this.group);
    const refusal = this.refusal ?? session.settings.refusalOf(path);
    const locked = session.current.locks(path);
    return html`
      <div>
        <label for=${path}>${label}</label>
        ${locked ? html`<span class="small quiet">${msg('locked')}</span>` : nothing}
        ${
          !locked && own !== undefined && preset !== undefined
            ? html`<button
                class="mark"
                title=${msg("Back to the preset's value")}
                @click=${() => void this.#change(own)}
              >
                ${msg(str`preset: ${preset}`)}
              </button>`
            : nothing
        }
      </div>
      <fieldset ?disabled=${locked} ?inert=${locked && control.kind === 'list'}>
        ${this.#input(control, value)} ${this.#slider(control, value)}
      </fieldset>
      ${refusal ? html`<p class="small refusal" role="alert">${refusal}</p>` : nothing}
      ${note ? html`<p class="small quiet">${note}</p>` : nothing}
    `;
  }

  #input(control: Control, value: Json): TemplateResult {
    const { path } = control;
    switch (control.kind) {
      case 'toggle':
        return html`<input
          id=${path}
          type="checkbox"
          .checked=${value === true}
          @change=${(event: Event) => void this.#change(field(event).checked)}
        />`;
      case 'number':
        return html`<span class="value"
          ><input
            id=${path}
            type="number"
            step=${control.integer ? '1' : 'any'}
            min=${control.min ?? nothing}
            max=${control.max ?? nothing}
            .value=${typeof value === 'number' ? digits(value) : ''}
            placeholder=${control.optional ? msg('off') : nothing}
            @change=${(event: Event) => void this.#changeNumber(control, field(event).value)}
          />${control.unit ? html`<span class="small quiet">${control.unit}</span>` : nothing}</span
        >`;
      case 'choice':
        return html`<select
          id=${path}
          @change=${(event: Event) => {
            const choice = control.choices[Number(field(event).value)];
            if (choice) void this.#change(choice.value);
          }}
        >
          ${control.choices.map(
            (choice, i) =>
              html`<option value=${i} ?selected=${isChosen(control, i, value)}>
                ${choice.label}
              </option>`,
          )}
        </select>`;
      case 'text':
        return html`<input
          id=${path}
          type="text"
          .value=${asText(value)}
          @change=${(event: Event) => void this.#change(field(event).value)}
        />`;
      case 'list':
        return html`<gan-layers
          .control=${Array.isArray(value) ? control.of(value) : control}
          @change=${(event: CustomEvent<Json>) => void this.#change(event.detail)}
        ></gan-layers>`;
      case 'json':
        return html`<textarea
          id=${path}
          spellcheck="false"
          .value=${lines(value)}
          @change=${(event: Event) => void this.#changeJson(field(event).value)}
        ></textarea>`;
    }
  }

  #slider(control: Control, value: Json): TemplateResult | typeof nothing {
    if (!this.slider || control.kind !== 'number' || typeof value !== 'number') return nothing;
    return html`<input
      type="range"
      min="0"
      max="1"
      step="0.005"
      aria-label=${control.label}
      aria-valuetext=${written(digits(value))}
      .value=${String(slid(control, value))}
      @change=${(event: Event) => void this.#change(valueAt(control, Number(field(event).value)))}
    />`;
  }

  async #change(value: Json): Promise<void> {
    this.refusal = await this.session.settings.change(this.control.path, value);
  }

  async #changeNumber(control: Extract<Control, { kind: 'number' }>, text: string): Promise<void> {
    this.refusal = numberRefusal(control, text);
    if (this.refusal === undefined) await this.#change(text.trim() === '' ? null : Number(text));
  }

  async #changeJson(text: string): Promise<void> {
    let value: Json;
    try {
      value = JSON.parse(text) as Json;
    } catch (error) {
      this.refusal = msg(str`This is not valid JSON: ${String(error)}`);
      return;
    }
    await this.#change(value);
  }
}

type Field = HTMLInputElement & HTMLSelectElement & HTMLTextAreaElement;
const field = (event: Event): Field => event.target as Field;
