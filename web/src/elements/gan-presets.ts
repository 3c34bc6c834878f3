/** The preset chooser: a button with the present one's name, and a list that says what each teaches. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { Preset } from '../library.ts';
import { wholeSentence } from '../state/format.ts';
import { labelOf } from '../state/label.ts';
import type { Topic } from '../state/topics.ts';
import { icon } from '../style/icons.ts';
import { shared } from '../style/shared.ts';
import { msg } from '../words/locale.ts';
import { SessionElement } from './session-element.ts';

/** The library's groups, in words. */
const GROUPS: Record<string, string> = {
  toys: msg('Toys with a known density'),
  images: msg('Images'),
};

@customElement('gan-presets')
export class GanPresets extends SessionElement {
  protected readonly topics: readonly Topic[] = ['catalog', 'spec', 'progress'];
  /** Pictures of presets; none until the menu was opened, and where they cannot be had. */
  @state() private thumbnails: ReadonlyMap<string, string> = new Map();
  @query('[popover]') private readonly panel!: HTMLElement;

  static override styles = [
    shared,
    css`
      :host {
        min-width: 0;
      }
      h1 {
        display: flex;
        font-size: 1rem;
      }
      .open {
        min-width: 0;
        padding-block: 0.25rem;
        font-weight: 600;
        line-height: 1.15;
        text-align: start;
        white-space: normal;
      }
      [popover] {
        position: fixed;
        inset: 3.5rem auto auto 0.75rem;
        width: min(60rem, 100vw - 1.5rem);
        max-height: calc(100dvh - 5rem);
        overflow: auto;
        margin: 0;
        padding: 0.5rem;
        border: 1px solid var(--line);
        border-radius: 0.75rem;
        background: var(--raised);
        color: var(--ink);
        box-shadow: 0 0.75rem 2.5rem rgb(0 0 0 / 0.18);
      }
      h2 {
        padding: 0.75rem 0.75rem 0.25rem;
        font-size: 0.8125rem;
        font-weight: 500;
        color: var(--quiet);
      }
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr));
      }
      li button {
        display: grid;
        grid-template-columns: 3rem minmax(0, 1fr);
        align-content: start;
        justify-content: start;
        justify-items: start;
        gap: 0.125rem 0.75rem;
        width: 100%;
        height: 100%;
        padding: 0.5rem 0.75rem;
        border: 0;
        background: none;
        text-align: start;
        white-space: normal;
      }
      li button:hover,
      li button[aria-current] {
        background: var(--paper);
      }
      li strong {
        font-weight: 600;
      }
      /* Its place is kept, with a picture or without. */
      .thumbnail {
        grid-row: span 2;
        align-self: start;
        width: 3rem;
        height: 3rem;
        margin-block-start: 0.25rem;
      }
      img {
        display: block;
        width: 100%;
        height: 100%;
      }
      h2 + ul + h2 {
        margin-block-start: 0.25rem;
        border-block-start: 1px solid var(--line);
      }
    `,
  ];

  override render(): TemplateResult {
    const { presets: all } = this.session.catalog;
    const { preset, spec } = this.session.current;
    const title = preset?.title ?? spec.preset;
    if (!this.session.current.shows('presets')) return html`<h1>${title}</h1>`;
    return html`
      <h1>
        <button class="open" popovertarget="panel" ?disabled=${!all} aria-haspopup="true">
          <span>${title}</span>
          ${icon('down')}
        </button>
      </h1>
      <div
        id="panel"
        popover
        role="group"
        aria-label=${msg('Presets')}
        @beforetoggle=${this.#onToggle}
      >
        ${[...grouped((all ?? []).filter(isForPeople))].map(
          ([group, presets]) => html`
            <h2>${GROUPS[group] ?? labelOf(group)}</h2>
            <ul>
              ${presets.map((p) => this.#item(p))}
            </ul>
          `,
        )}
      </div>
    `;
  }

  readonly #onToggle = (event: ToggleEvent): void => {
    if (event.newState !== 'open') return;
    this.#place();
    import('../thumbnails/index.ts').then(
      ({ thumbnails }) => {
        this.thumbnails = thumbnails;
      },
      () => undefined,
    );
  };

  /** Under its button, but never over the window's edge. */
  #place(): void {
    const { left, bottom } = this.getBoundingClientRect();
    const room = document.documentElement.clientWidth - Math.min(960, innerWidth - 24) - 12;
    this.panel.style.left = `${Math.max(12, Math.min(left, room))}px`;
    this.panel.style.top = `${bottom + 4}px`;
  }

  #item(preset: Preset): TemplateResult {
    const current = preset.name === this.session.current.spec.preset;
    const here = this.session.catalog.has(preset);
    const thumbnail = this.thumbnails.get(preset.name);
    return html`<li>
      <button
        data-preset=${preset.name}
        aria-current=${current ? 'true' : nothing}
        ?disabled=${!here}
        @click=${() => {
          this.panel.hidePopover();
          void this.session.choosePreset(preset.name);
        }}
      >
        <span class="thumbnail"
          >${thumbnail ? html`<img src=${thumbnail} alt="" />` : nothing}</span
        >
        <strong>${preset.title}</strong>
        <span class="quiet small"
          >${here ? wholeSentence(preset.summary) : msg('Its images are not part of this site: whoever builds it adds them with “cargo xtask data”.')}</span
        >
      </button>
    </li>`;
  }
}

/** What the library is timed on has a page of its own. */
const isForPeople = ({ group }: Preset): boolean => group !== 'bench';

function grouped(presets: readonly Preset[]): Map<string, Preset[]> {
  const groups = new Map<string, Preset[]>();
  for (const preset of presets) {
    const group = groups.get(preset.group) ?? [];
    group.push(preset);
    groups.set(preset.group, group);
  }
  return groups;
}
