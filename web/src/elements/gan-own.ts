/** One's own data, as points or as images: a dialog with a part for each. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import type { Topic } from '../state/topics.ts';
import { icon } from '../style/icons.ts';
import { dialog, shared } from '../style/shared.ts';
import type { Data } from '../open/open.ts';
import { msg } from '../words/locale.ts';
import type { GanOwnImages } from './gan-own-images.ts';
import './gan-own-points.ts';
import type { GanOwnPoints } from './gan-own-points.ts';
import { ThemedElement } from './themed-element.ts';

type Part = 'points' | 'images';

@customElement('gan-own')
export class GanOwn extends ThemedElement {
  protected readonly topics: readonly Topic[] = ['model'];
  @query('dialog') private readonly dialog!: HTMLDialogElement;
  @query('gan-own-images') private readonly images!: GanOwnImages | null;
  @query('gan-own-points') private readonly table!: GanOwnPoints | null;
  @state() private chosen: Part = 'points';

  static override styles = [
    shared,
    dialog,
    css`
      dialog {
        width: min(46rem, 100vw - 1rem);
      }
      [role='tablist'] {
        display: flex;
        gap: 0.5rem;
        margin-block-end: 1rem;
      }
      [aria-selected='true'] {
        border-color: var(--ink);
      }
    `,
  ];

  show(): void {
    if (this.dialog.open) return;
    void this.#choose(this.session.current.model?.info.data.kind === 'image' ? 'images' : 'points');
    this.dialog.showModal();
  }

  /** Shows data that were given to the page; nothing is learned before somebody says so. */
  async give(data: Data): Promise<void> {
    if (!this.dialog.open) this.dialog.showModal();
    await this.#choose('table' in data ? 'points' : 'images');
    await this.updateComplete;
    if ('table' in data) this.table?.give(data.table);
    else this.images?.give(data.images);
  }

  override render(): TemplateResult {
    return html`<dialog aria-labelledby="title" @close=${this.#rest}>
      <div class="head">
        <h2 id="title">${msg('Your own data')}</h2>
        <button class="plain" aria-label=${msg('Close')} @click=${this.#close}>
          ${icon('close')}
        </button>
      </div>
      <div role="tablist" aria-label=${msg('Kinds of data')} @keydown=${this.#onKey}>
        ${this.#tab('points', msg('Points'))} ${this.#tab('images', msg('Images'))}
      </div>
      <div id="panel" role="tabpanel" aria-labelledby=${this.chosen}>${this.#shown()}</div>
    </dialog>`;
  }

  #tab(part: Part, text: string): TemplateResult {
    const chosen = part === this.chosen;
    return html`<button
      id=${part}
      role="tab"
      data-own=${`tab-${part}`}
      aria-selected=${chosen}
      aria-controls="panel"
      tabindex=${chosen ? 0 : -1}
      @click=${() => void this.#choose(part)}
    >
      ${text}
    </button>`;
  }

  #shown(): TemplateResult | typeof nothing {
    if (this.chosen === 'images') {
      return html`<gan-own-images .session=${this.session} @used=${this.#close}></gan-own-images>`;
    }
    return html`<gan-own-points
      .session=${this.session}
      .theme=${this.theme}
      @used=${this.#close}
    ></gan-own-points>`;
  }

  /** What reads images is a file of its own, which comes when it is wanted. */
  async #choose(part: Part): Promise<void> {
    if (part === 'images') await import('./gan-own-images.ts');
    this.chosen = part;
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.stopPropagation();
    const other = this.chosen === 'points' ? 'images' : 'points';
    void this.#choose(other)
      .then(() => this.updateComplete)
      .then(() => this.renderRoot.querySelector<HTMLElement>(`#${other}`)?.focus());
  };

  readonly #close = (): void => {
    this.dialog.close();
  };

  readonly #rest = (): void => {
    this.images?.rest();
  };
}
