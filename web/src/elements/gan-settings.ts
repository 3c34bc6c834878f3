/** The settings drawer, generated from the config's schema. Not modal: one watches the game while
 * turning a knob. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { asText, isObject, type Json, sameJson } from '../state/json.ts';
import type { Control, ControlGroup } from '../state/schema.ts';
import type { Topic } from '../state/session.ts';
import { icon } from '../style/icons.ts';
import { shared } from '../style/shared.ts';
import { SessionElement } from './session-element.ts';

@customElement('gan-settings')
export class GanSettings extends SessionElement {
  protected readonly topics: readonly Topic[] = ['model', 'spec', 'progress'];
  @property({ type: Boolean, reflect: true }) open = false;
  /** What the engine said about the last value of a field that it refused. */
  @state() private refusals: Record<string, string> = {};

  static override styles = [
    shared,
    css`
      :host {
        position: sticky;
        inset-block-start: 0;
        display: none;
        grid-template-rows: auto 1fr auto;
        width: min(24rem, 100%);
        height: min(100%, 100dvh);
        margin-inline-start: auto;
        pointer-events: auto;
        border-inline-start: 1px solid var(--line);
        background: var(--raised);
        box-shadow: -0.5rem 0 2rem rgb(0 0 0 / 0.08);
      }
      :host([open]) {
        display: grid;
      }
      .head,
      .foot {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 0.75rem;
        padding: 0.75rem 0.75rem 0.75rem 1.25rem;
        border-block-end: 1px solid var(--line);
      }
      .foot {
        flex-wrap: wrap;
        border-block: 1px solid var(--line) 0;
        background: var(--paper);
      }
      .foot p {
        flex: 1 1 10rem;
      }
      .head .mark {
        margin-inline-start: auto;
      }
      h2 {
        font-size: 1.0625rem;
        font-weight: 600;
      }
      .body {
        overflow: auto;
        overscroll-behavior: contain;
        padding: 0.5rem 1.25rem 2rem;
      }
      section {
        padding-block: 0.75rem;
      }
      section + section {
        border-block-start: 1px solid var(--line);
      }
      h3 {
        padding-block: 0.25rem;
        font-size: 0.9375rem;
        font-weight: 600;
      }
      .field {
        display: grid;
        grid-template-columns: 1fr auto;
        align-items: center;
        gap: 0.125rem 0.75rem;
        padding-block: 0.5rem;
      }
      .field > p,
      .field > textarea {
        grid-column: 1 / -1;
      }
      .field input[type='number'],
      .field input[type='text'] {
        width: 8rem;
        text-align: end;
      }
      .field select {
        max-width: 11rem;
      }
      textarea {
        width: 100%;
        min-height: 9rem;
        padding: 0.5rem;
        font-family: ui-monospace, monospace;
        font-size: 0.8125rem;
      }
      .mark {
        min-height: 1.5rem;
        padding: 0 0.375rem;
        font-size: 0.75rem;
        border-color: var(--line);
        color: var(--quiet);
      }
      .refusal {
        color: var(--fake-text);
      }
      .primary {
        border-color: var(--ink);
        background: var(--ink);
        color: var(--paper);
        font-weight: 600;
      }
      @media (max-width: 40rem) {
        :host {
          position: fixed;
          inset: auto 0 0 0;
          width: 100%;
          height: auto;
          max-height: 72dvh;
          border-inline-start: 0;
          border-block-start: 1px solid var(--line);
          border-radius: 1rem 1rem 0 0;
        }
        .foot p {
          flex-basis: 100%;
        }
        .foot button {
          flex: 1;
        }
      }
    `,
  ];

  override render(): TemplateResult {
    const { session } = this;
    const config = session.model?.config;
    const groups = config === undefined ? [] : (session.schema?.groups(config) ?? []);
    const pending = Object.keys(session.pending).length;
    return html`
      <div class="head">
        <h2 id="title">Settings</h2>
        ${this.#differing()}
        <button class="plain" aria-label="Close settings" @click=${this.close}>
          ${icon('close')}
        </button>
      </div>
      <div class="body" role="region" aria-labelledby="title" tabindex="0">
        ${groups.map((group) => this.#group(group))}
        ${groups.length ? nothing : html`<p class="quiet">Settings appear with the model.</p>`}
      </div>
      <div class="foot" ?hidden=${pending === 0}>
        <p class="small">
          ${pending === 1 ? 'One change needs' : `${pending} changes need`} a new model; training
          starts from step 0.
        </p>
        <button
          @click=${() => {
            session.discard();
          }}
        >
          Discard
        </button>
        <button
          class="primary"
          ?disabled=${session.busy !== ''}
          @click=${() => {
            void session.apply();
          }}
        >
          Apply
        </button>
      </div>
    `;
  }

  /** How much differs from the preset, and the way back. */
  #differing(): TemplateResult | typeof nothing {
    const { session } = this;
    const count = Object.keys(session.spec.overrides).length;
    if (count === 0) return nothing;
    return html`<button
      class="mark"
      ?disabled=${session.busy !== ''}
      @click=${() => void session.choosePreset(session.spec.preset)}
    >
      ${count === 1 ? '1 differs' : `${count} differ`} from the preset: back
    </button>`;
  }

  readonly close = (): void => {
    this.open = false;
    this.dispatchEvent(new Event('close'));
  };

  /** Opens at the part of the config that a box of the game stands for. */
  show(key: string): void {
    this.open = true;
    void this.updateComplete.then(() => {
      const section = this.renderRoot.querySelector(`[data-group="${key}"]`);
      section?.scrollIntoView({ block: 'start' });
      section
        ?.querySelector<HTMLElement>('input, select, textarea')
        ?.focus({ preventScroll: true });
    });
  }

  #group({ key, title, description, controls }: ControlGroup): TemplateResult {
    return html`<section data-group=${key}>
      ${title ? html`<h3>${title}</h3>` : nothing}
      ${description ? html`<p class="small quiet">${description}</p>` : nothing}
      ${controls.map((control) => this.#field(control, description))}
    </section>`;
  }

  #field(control: Control, group: string): TemplateResult {
    const { session } = this;
    const { path, label } = control;
    const own = session.presetValue(path);
    const value = session.pending[path] ?? control.value;
    const differs =
      own !== undefined && !sameJson(comparable(control, own), comparable(control, value));
    const said = control.kind === 'choice' ? chosenNote(control, value) : control.description;
    // A group of one part says it already.
    const note = said === group ? '' : said;
    const refusal = this.refusals[path];
    return html`<div class="field" data-path=${path}>
      <div>
        <label for=${path}>${label}</label>
        ${
          own !== undefined && differs
            ? html`<button
                class="mark"
                title="Back to the preset's value"
                @click=${() => void this.#change(path, own)}
              >
                preset: ${brief(comparable(control, own))}
              </button>`
            : nothing
        }
      </div>
      ${this.#input(control, value)}
      ${refusal ? html`<p class="small refusal" role="alert">${refusal}</p>` : nothing}
      ${note ? html`<p class="small quiet">${note}${rangeNote(control)}</p>` : nothing}
    </div>`;
  }

  #input(control: Control, value: Json): TemplateResult {
    const { path } = control;
    switch (control.kind) {
      case 'toggle':
        return html`<input
          id=${path}
          type="checkbox"
          .checked=${value === true}
          @change=${(event: Event) => void this.#change(path, field(event).checked)}
        />`;
      case 'number':
        return html`<input
          id=${path}
          type="number"
          step=${control.integer ? '1' : 'any'}
          min=${control.min ?? nothing}
          max=${control.max ?? nothing}
          .value=${value === null ? '' : asText(value)}
          placeholder=${control.optional ? 'off' : nothing}
          @change=${(event: Event) => void this.#changeNumber(control, field(event).value)}
        />`;
      case 'choice':
        return html`<select
          id=${path}
          @change=${(event: Event) => {
            const choice = control.choices[Number(field(event).value)];
            if (choice) void this.#change(path, choice.value);
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
          @change=${(event: Event) => void this.#change(path, field(event).value)}
        />`;
      case 'json':
        return html`<textarea
          id=${path}
          spellcheck="false"
          .value=${lines(value)}
          @change=${(event: Event) => void this.#changeJson(path, field(event).value)}
        ></textarea>`;
    }
  }

  async #change(path: string, value: Json): Promise<void> {
    this.#refuse(path, await this.session.change(path, value));
  }

  async #changeNumber(control: Extract<Control, { kind: 'number' }>, text: string): Promise<void> {
    const value = Number(text);
    if (control.optional && text.trim() === '') await this.#change(control.path, null);
    else if (text.trim() === '' || !Number.isFinite(value)) {
      this.#refuse(control.path, 'This needs a number.');
    } else await this.#change(control.path, value);
  }

  async #changeJson(path: string, text: string): Promise<void> {
    let value: Json;
    try {
      value = JSON.parse(text) as Json;
    } catch (error) {
      this.#refuse(path, `This is not valid JSON: ${String(error)}`);
      return;
    }
    await this.#change(path, value);
  }

  #refuse(path: string, reason: string | undefined): void {
    const { [path]: _, ...others } = this.refusals;
    this.refusals = reason ? { ...others, [path]: reason } : others;
  }
}

/** JSON with one item of a list a line, such as the layers of a network. */
function lines(value: Json): string {
  if (!Array.isArray(value)) return JSON.stringify(value, null, 1);
  return `[\n${value.map((item) => `  ${JSON.stringify(item)}`).join(',\n')}\n]`;
}

type Field = HTMLInputElement & HTMLSelectElement & HTMLTextAreaElement;
const field = (event: Event): Field => event.target as Field;

type ChoiceControl = Extract<Control, { kind: 'choice' }>;

function isChosen(control: ChoiceControl, i: number, value: Json): boolean {
  return value === control.value
    ? i === control.chosen
    : sameJson(control.choices[i]?.value, value);
}

function chosenNote(control: ChoiceControl, value: Json): string {
  const chosen = control.choices.find((_, i) => isChosen(control, i, value));
  return chosen?.description ?? control.description;
}

function rangeNote(control: Control): string {
  if (control.kind !== 'number') return '';
  const { min, max } = control;
  if (min !== undefined && max !== undefined) return ` From ${min} to ${max}.`;
  if (min !== undefined) return ` At least ${min}.`;
  return max === undefined ? '' : ` At most ${max}.`;
}

/** Of a union only the kind is compared; its fields have marks of their own. */
function comparable(control: Control, value: Json): Json {
  return control.kind === 'choice' && isObject(value) ? (value.kind ?? 'on') : value;
}

function brief(value: Json): string {
  const text = value === null ? 'off' : asText(value);
  return text.length > 16 ? `${text.slice(0, 15)}…` : text;
}
