/** What to try next: one click each. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { ideas, readIdeas } from '../state/next.ts';
import type { Topic } from '../state/topics.ts';
import { icon } from '../style/icons.ts';
import { shared } from '../style/shared.ts';
import { msg } from '../words/locale.ts';
import { SessionElement } from './session-element.ts';

@customElement('gan-next')
export class GanNext extends SessionElement {
  protected readonly topics: readonly Topic[] = ['catalog', 'spec', 'model', 'progress'];

  static override styles = [
    shared,
    css`
      h2 {
        padding-block-end: 0.25rem;
        font-size: 0.75rem;
        font-weight: 400;
        color: var(--quiet);
      }
      button {
        display: grid;
        grid-template-columns: 1fr auto;
        align-items: center;
        gap: 0 0.75rem;
        width: 100%;
        padding: 0.125rem 0.5rem;
        margin-inline: -0.5rem;
        border-color: transparent;
        background: none;
        text-align: start;
        white-space: normal;
      }
      strong {
        font-weight: 600;
        font-size: 0.9375rem;
      }
      .why {
        grid-column: 1;
      }
      svg {
        grid-area: 1 / 2 / 3;
        color: var(--quiet);
      }
    `,
  ];

  override render(): TemplateResult | typeof nothing {
    const { session } = this;
    const { preset, model } = session.current;
    const { presets } = session.catalog;
    if (!preset || !model || !presets) return nothing;
    const { own } = readIdeas(session.current.spec.ideas);
    const list = ideas(
      preset,
      presets.filter((one) => session.catalog.has(one)),
      session.current.spec.overrides,
      own,
    ).filter(
      // Who locks settings says with ideas of their own which changes are meant.
      ({ overrides }) =>
        own.length > 0 || Object.keys(overrides).every((path) => !session.current.locks(path)),
    );
    if (list.length === 0) return nothing;
    return html`<h2>${msg('What to try next')}</h2>
      <ul>
        ${list.map(
          (idea) =>
            html`<li>
              <button data-idea @click=${() => void session.comparison.tryIdea(idea)}>
                <strong>${idea.label}</strong>
                <span class="why small quiet">${idea.why}</span>
                ${icon('next')}
              </button>
            </li>`,
        )}
      </ul>`;
  }
}
