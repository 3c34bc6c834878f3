/** The list of keys, shown on "?". */
import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { icon } from '../style/icons.ts';
import { dialog, shared } from '../style/shared.ts';
import { msg } from '../words/locale.ts';

const KEYS: [string, string][] = [
  [msg('Space'), msg('Train or pause')],
  ['d', msg('One update of the discriminator, in a game')],
  ['g', msg('One update of the generator')],
  ['s', msg('One step of training')],
  ['m', msg('Slow motion')],
  ['r', msg('Start again with the same seed')],
  ['l', msg('The latent studio, and back')],
  ['?', msg('This list')],
];

@customElement('gan-keys')
export class GanKeys extends LitElement {
  @query('dialog') private readonly dialog!: HTMLDialogElement;

  static override styles = [
    shared,
    dialog,
    css`
      dialog {
        width: min(24rem, 100vw - 2rem);
      }
      dl {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 0.625rem 1.25rem;
        align-items: baseline;
      }
      kbd {
        display: inline-block;
        min-width: 1.75rem;
        padding: 0.125rem 0.5rem;
        border: 1px solid var(--line);
        border-radius: 0.375rem;
        font: inherit;
        font-size: 0.875rem;
        text-align: center;
      }
    `,
  ];

  show(): void {
    if (!this.dialog.open) this.dialog.showModal();
  }

  override render(): TemplateResult {
    return html`<dialog aria-labelledby="title">
      <div class="head">
        <h2 id="title">${msg('Keys')}</h2>
        <button
          class="plain"
          aria-label=${msg('Close')}
          @click=${() => {
            this.dialog.close();
          }}
        >
          ${icon('close')}
        </button>
      </div>
      <dl>
        ${KEYS.map(
          ([key, meaning]) =>
            html`<dt><kbd>${key}</kbd></dt>
              <dd>${meaning}</dd>`,
        )}
      </dl>
    </dialog>`;
  }
}
