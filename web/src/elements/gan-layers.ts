/** A list of things in a row, such as the layers of a network: each with its fields, moved, taken out, and others put in. */
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Json } from '../state/json.ts';
import { earlier, inserted, withField, without } from '../state/list.ts';
import type { Control, ListItem } from '../state/schema.ts';
import { digits, numberRefusal } from '../state/setting.ts';
import { icon } from '../style/icons.ts';
import { shared } from '../style/shared.ts';
import { msg, str } from '../words/locale.ts';

export type ListControl = Extract<Control, { kind: 'list' }>;

/** Tells of a change by the event `change`, whose detail is the new list. */
@customElement('gan-layers')
export class GanLayers extends LitElement {
  @property({ attribute: false }) control!: ListControl;
  /** Why a number cannot be taken, and which it is. */
  @state() private refused: { path: string; why: string } | undefined;
  @state() private chosen = 0;

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-column: 1 / -1;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.5rem;
        min-width: 0;
      }
      ol {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.25rem;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto auto;
        align-items: center;
        gap: 0.125rem 0.75rem;
        padding: 0.125rem 0.25rem 0.125rem 0.625rem;
        border: 1px solid var(--line);
        border-radius: 0.5rem;
      }
      .kind {
        font-size: 0.875rem;
        font-weight: 600;
      }
      li button {
        min-height: 2rem;
        padding: 0 0.25rem;
      }
      li button + button {
        margin-inline-start: -0.75rem;
      }
      .up {
        transform: rotate(180deg);
      }
      .fields {
        display: flex;
        flex-wrap: wrap;
        justify-content: end;
        gap: 0.125rem 0.75rem;
      }
      /* Below its kind, where they take more than what is left of the row. */
      .many .kind {
        grid-column: 1 / 3;
      }
      .many .fields {
        order: 1;
        grid-column: 1 / -1;
        justify-content: start;
      }
      label {
        display: inline-flex;
        align-items: center;
        gap: 0.375rem;
        font-size: 0.8125rem;
        color: var(--quiet);
      }
      input:not([type='checkbox']) {
        width: 4rem;
        min-height: 2rem;
        padding: 0 0.375rem;
        text-align: end;
      }
      .add {
        display: flex;
        gap: 0.5rem;
      }
      .add select {
        flex: 1;
        min-width: 0;
      }
      .refusal {
        grid-column: 1 / -1;
        color: var(--fake-text);
      }
    `,
  ];

  override render(): TemplateResult {
    const { items, choices, label } = this.control;
    return html`
      <ol aria-label=${label}>
        ${items.map((item, i) => this.#item(item, i))}
      </ol>
      <div class="add">
        <select
          aria-label=${msg(str`Kind of what is added to ${label}`)}
          @change=${(event: Event) => {
            this.chosen = Number((event.target as HTMLSelectElement).value);
          }}
        >
          ${choices.map(
            (choice, i) =>
              html`<option value=${i} ?selected=${i === this.chosen}>${choice.label}</option>`,
          )}
        </select>
        <button title=${choices[this.chosen]?.description ?? ''} @click=${this.#add}>
          ${msg('Add before the last')}
        </button>
      </div>
    `;
  }

  #item(item: ListItem, i: number): TemplateResult {
    const { items } = this.control;
    const name = msg(str`${item.label}, ${i + 1} of ${items.length}`);
    return html`<li class=${item.controls.length > 2 ? 'many' : ''} data-item=${i}>
      <span class="kind" title=${item.description}>${item.label}</span>
      <div class="fields">${item.controls.map((control) => this.#field(control, i))}</div>
      <button
        class="plain"
        aria-label=${msg(str`Move ${name} up`)}
        title=${msg('Move up')}
        ?disabled=${i === 0}
        @click=${() => {
          this.#tell(earlier(this.#list, i));
        }}
      >
        <span class="up">${icon('down')}</span>
      </button>
      <button
        class="plain"
        aria-label=${msg(str`Take out ${name}`)}
        title=${msg('Take out')}
        ?disabled=${items.length === 1}
        @click=${() => {
          this.#tell(without(this.#list, i));
        }}
      >
        ${icon('close')}
      </button>
    </li>`;
  }

  #field(control: Control, i: number): TemplateResult {
    const { path, label, value, description } = control;
    const name = path.split('.').at(-1) ?? '';
    const change = (next: Json): void => {
      this.refused = undefined;
      this.#tell(withField(this.#list, i, name, next));
    };
    const refused = this.refused?.path === path ? this.refused.why : undefined;
    return html`<label title=${description}>
        ${label} ${this.#input(control, value, change)}
      </label>
      ${refused ? html`<p class="small refusal" role="alert">${label}: ${refused}</p>` : nothing}`;
  }

  #input(control: Control, value: Json, change: (value: Json) => void): TemplateResult {
    const text = (event: Event): string => (event.target as HTMLInputElement).value;
    switch (control.kind) {
      case 'toggle':
        return html`<input
          type="checkbox"
          .checked=${value === true}
          @change=${(event: Event) => {
            change((event.target as HTMLInputElement).checked);
          }}
        />`;
      case 'choice':
        return html`<select
          @change=${(event: Event) => {
            const choice = control.choices[Number(text(event))];
            if (choice) change(choice.value);
          }}
        >
          ${control.choices.map(
            (choice, i) =>
              html`<option value=${i} ?selected=${i === control.chosen}>${choice.label}</option>`,
          )}
        </select>`;
      case 'number':
        return html`<input
          type="number"
          step=${control.integer ? '1' : 'any'}
          min=${control.min ?? nothing}
          max=${control.max ?? nothing}
          .value=${typeof value === 'number' ? digits(value) : ''}
          @change=${(event: Event) => {
            const why = numberRefusal(control, text(event));
            if (why === undefined) change(Number(text(event)));
            else this.refused = { path: control.path, why };
          }}
        />`;
      case 'text':
      case 'list':
      case 'json':
        return html`<input
          type="text"
          .value=${JSON.stringify(value)}
          @change=${(event: Event) => {
            try {
              change(JSON.parse(text(event)) as Json);
            } catch {
              this.refused = { path: control.path, why: msg('Write it as [7, 7, 64].') };
            }
          }}
        />`;
    }
  }

  get #list(): Json[] {
    return this.control.items.map(({ value }) => value);
  }

  /** What comes last has to fit what the network is for, so others come before it. */
  readonly #add = (): void => {
    const choice = this.control.choices[this.chosen];
    const list = this.#list;
    if (choice) this.#tell(inserted(list, list.length - 1, choice.value));
  };

  #tell(list: Json[]): void {
    this.dispatchEvent(new CustomEvent('change', { detail: list }));
  }
}
