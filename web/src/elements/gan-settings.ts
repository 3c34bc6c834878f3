/** The settings drawer, generated from the config's schema. Not modal: one watches the game while
 * turning a knob. */
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { nameOf } from '../state/changes.ts';
import type { ControlGroup } from '../state/schema.ts';
import type { Topic } from '../state/topics.ts';
import { icon } from '../style/icons.ts';
// What reads the schema comes with the drawer, so that what fails is said once.
import '../state/schema.ts';
import { brief } from '../state/setting.ts';
import { mark, shared } from '../style/shared.ts';
import { msg, str } from '../words/locale.ts';
import './gan-setting.ts';
import { SessionElement } from './session-element.ts';

/** The settings of the first tier, in order, with what they are called there. */
const PLAIN: Readonly<Record<string, string>> = {
  data: msg('Data'),
  cost: msg('Game'),
  'g_optimizer.lr': msg('How fast G learns'),
  'd_optimizer.lr': msg('How fast D learns'),
  gradient_penalty: msg('Penalty on D’s slope'),
  'gradient_penalty.weight': msg('Weight of the penalty'),
  'prior.dim': msg('Noise'),
};

@customElement('gan-settings')
export class GanSettings extends SessionElement {
  protected readonly topics: readonly Topic[] = ['catalog', 'model', 'spec', 'progress'];
  @property({ type: Boolean, reflect: true }) open = false;
  #opener: HTMLElement | undefined;

  static override styles = [
    shared,
    mark,
    css`
      :host {
        position: sticky;
        inset-block-start: 0;
        display: none;
        grid-template: auto 1fr auto / minmax(0, 1fr);
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
      .head {
        flex-wrap: wrap;
        gap: 0.25rem 0.75rem;
      }
      .head h2 {
        margin-inline-end: auto;
      }
      .marks {
        display: flex;
        flex: 1 0 100%;
        flex-wrap: wrap;
        gap: 0.25rem;
      }
      .marks button {
        max-width: 100%;
        white-space: normal;
      }
      h2 {
        font-size: 1.0625rem;
        font-weight: 600;
      }
      .body {
        min-width: 0;
        overflow: hidden auto;
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
      summary {
        padding-block: 0.75rem;
        border-block-start: 1px solid var(--line);
        font-weight: 600;
        cursor: pointer;
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
    const config = session.current.model?.config;
    const groups = config === undefined ? [] : (session.catalog.schema?.groups(config) ?? []);
    const pending = Object.keys(session.settings.pending).length;
    return html`
      <div class="head">
        <h2 id="title">${msg('Settings')}</h2>
        <button class="plain" aria-label=${msg('Close settings')} @click=${this.close}>
          ${icon('close')}
        </button>
        ${this.#marks()}
      </div>
      <div class="body" role="region" aria-labelledby="title" tabindex="0">
        ${this.#tiers(groups)}
        ${groups.length ? nothing : html`<p class="quiet">${msg('Settings appear with the model.')}</p>`}
      </div>
      <div class="foot" ?hidden=${pending === 0}>
        <p class="small">
          ${
            pending === 1
              ? msg('One change needs a new model; training starts from step 0.')
              : msg(str`${pending} changes need a new model; training starts from step 0.`)
          }
        </p>
        <button
          @click=${() => {
            session.settings.discard();
          }}
        >
          ${msg('Discard')}
        </button>
        <button
          class="primary"
          ?disabled=${session.channel.busy !== ''}
          @click=${() => {
            void session.settings.apply();
          }}
        >
          ${msg('Apply')}
        </button>
      </div>
    `;
  }

  /** What one turns first, in plain words; all else is for those who look for it. */
  #tiers(groups: readonly ControlGroup[]): TemplateResult | typeof nothing {
    const plain = groups.flatMap(({ controls }) => controls.filter(({ path }) => path in PLAIN));
    if (plain.length === 0) return html`${groups.map((group) => this.#group(group))}`;
    const inOrder = Object.entries(PLAIN).flatMap(([path, label]) =>
      plain.filter((control) => control.path === path).map((control) => ({ ...control, label })),
    );
    const rest = groups
      .map((group) => ({
        ...group,
        controls: group.controls.filter(({ path }) => !(path in PLAIN)),
      }))
      .filter(({ controls }) => controls.length > 0);
    return html`${this.#group({ key: 'plain', title: '', description: '', controls: inOrder })}
      <details class="advanced">
        <summary>${msg('Advanced')}</summary>
        ${rest.map((group) => this.#group(group))}
      </details>`;
  }

  #marks(): TemplateResult | typeof nothing {
    const marks = [this.#differing(), this.#undo()].filter((mark) => mark !== nothing);
    return marks.length > 0 ? html`<p class="marks">${marks}</p>` : nothing;
  }

  /** How much differs from the preset, and the way back. */
  #differing(): TemplateResult | typeof nothing {
    const { session } = this;
    const count = Object.keys(session.current.spec.overrides).length;
    if (count === 0) return nothing;
    return html`<button
      class="mark"
      ?disabled=${session.channel.busy !== ''}
      @click=${() => void session.choosePreset(session.current.spec.preset)}
    >
      ${
        count === 1
          ? msg('1 differs from the preset: back')
          : msg(str`${count} differ from the preset: back`)
      }
    </button>`;
  }

  /** Takes the last change back; asked for again, the one before it. */
  #undo(): TemplateResult | typeof nothing {
    const { lastEdit } = this.session.settings;
    const { busy } = this.session.channel;
    if (!lastEdit) return nothing;
    return html`<button
      class="mark"
      data-action="undo"
      title=${msg(str`Back to ${brief(lastEdit.before)}`)}
      ?disabled=${busy !== ''}
      @click=${() => void this.session.settings.undo()}
    >
      ${msg(str`Undo ${nameOf(lastEdit.path)}`)}
    </button>`;
  }

  readonly close = (): void => {
    this.open = false;
    this.dispatchEvent(new Event('close'));
  };

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('keydown', this.#onKey);
    void this.session.catalog.describe();
  }

  /** Escape closes it wherever the focus is, also in a field. */
  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.close();
  };

  /** Whoever opens it goes on in it; whoever closes it is back where they were. */
  override updated(changed: PropertyValues<this>): void {
    if (!changed.has('open')) return;
    if (this.open) {
      this.#opener = deepFocus();
      this.renderRoot.querySelector<HTMLElement>('.body')?.focus({ preventScroll: true });
    } else if (changed.get('open')) this.#opener?.focus();
  }

  /** Opens at the part of the config that a box of the game stands for. */
  show(key: string): void {
    this.open = true;
    void this.updateComplete.then(() => {
      const root = this.renderRoot;
      const plain = root.querySelector(`[data-group=plain] [data-path^="${key}"]`);
      const section = root.querySelector(`[data-group="${key}"]`);
      const found = plain ?? section;
      const advanced = found?.closest('details');
      if (advanced) advanced.open = true;
      found?.scrollIntoView({ block: 'start' });
      const control = plain ?? section?.querySelector('gan-setting');
      if (control instanceof HTMLElement) control.focus({ preventScroll: true });
    });
  }

  #group({ key, title, description, controls }: ControlGroup): TemplateResult {
    return html`<section data-group=${key}>
      ${title ? html`<h3>${title}</h3>` : nothing}
      ${description ? html`<p class="small quiet">${description}</p>` : nothing}
      ${controls.map(
        (control) =>
          html`<gan-setting
            data-path=${control.path}
            .session=${this.session}
            .control=${control}
            .group=${description}
            .slider=${key === 'plain'}
          ></gan-setting>`,
      )}
    </section>`;
  }
}

/** What has the focus, in whichever shadow tree. */
function deepFocus(): HTMLElement | undefined {
  let found = document.activeElement;
  while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
  return found instanceof HTMLElement ? found : undefined;
}
