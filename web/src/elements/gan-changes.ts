/** What this run changes about its preset, beside the title: one chip a change, which takes it back. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Topic } from '../state/topics.ts';
import { icon } from '../style/icons.ts';
import { shared } from '../style/shared.ts';
import { msg, str } from '../words/locale.ts';
import { SessionElement } from './session-element.ts';

@customElement('gan-changes')
export class GanChanges extends SessionElement {
  protected readonly topics: readonly Topic[] = ['spec', 'model', 'progress'];

  static override styles = [
    shared,
    css`
      :host {
        min-width: 0;
      }
      :host(:not([filled])) {
        display: none;
      }
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem;
      }
      li:has([hidden]) {
        min-height: 2.125rem;
        padding-inline-end: 0.625rem;
      }
      li {
        display: flex;
        align-items: center;
        max-width: 100%;
        padding-inline-start: 0.625rem;
        border: 1px solid var(--line);
        border-radius: 1rem;
        background: var(--raised);
        font-size: 0.8125rem;
        line-height: 1.2;
      }
      span {
        max-width: 16rem;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .link {
        padding-inline: 0.625rem;
        border-color: transparent;
        background: none;
      }
      a {
        color: inherit;
        line-height: 2rem;
      }
      button {
        min-height: 2rem;
        min-width: 2rem;
        padding: 0;
      }
      svg.icon {
        width: 0.75rem;
        height: 0.75rem;
      }
    `,
  ];

  override updated(): void {
    this.toggleAttribute('filled', this.renderRoot.querySelector('li') !== null);
  }

  override render(): TemplateResult | typeof nothing {
    const { session } = this;
    const { changes } = session.current;
    if (!session.current.model || changes.length === 0) return nothing;
    return html`<ul aria-label=${msg('What differs from the preset')}>
      ${changes.map(
        ({ path, name, is, was }) =>
          html`<li data-change=${path}>
            <span title=${`${name}: ${is}`}>${name}: ${is}</span>
            <button
              class="plain"
              ?hidden=${session.current.locks(path)}
              aria-label=${msg(str`Take back ${name}`)}
              title=${was === undefined ? msg('As the preset has it') : msg(str`Back to ${was}`)}
              ?disabled=${session.channel.busy !== ''}
              @click=${() => void session.settings.takeBack(path)}
            >
              ${icon('close')}
            </button>
          </li>`,
      )}
      <li class="link">
        <a
          href=${session.catalog.at(`compare.html${session.current.hash}`)}
          target="_blank"
          title=${msg('Beside the preset, both with the same seed, on a page of their own')}
          >${msg('Compare')}</a
        >
      </li>
    </ul>`;
  }
}
