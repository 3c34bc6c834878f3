/** Messages that need a person: what went wrong and what to try. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Notice } from '../state/notices.ts';
import type { Topic } from '../state/topics.ts';
import { icon } from '../style/icons.ts';
import { shared } from '../style/shared.ts';
import { msg } from '../words/locale.ts';
import { SessionElement } from './session-element.ts';

@customElement('gan-notices')
export class GanNotices extends SessionElement {
  protected readonly topics: readonly Topic[] = ['notices'];

  static override styles = [
    shared,
    css`
      :host {
        position: sticky;
        inset-block-start: 0;
        display: grid;
        padding: 4rem 0.75rem 0;
        justify-items: end;
        gap: 0.5rem;
        pointer-events: none;
      }
      .region {
        display: grid;
        gap: 0.5rem;
        width: min(27rem, 100%);
      }
      .notice {
        display: grid;
        grid-template-columns: 1fr auto;
        align-items: start;
        gap: 0.5rem;
        padding: 0.625rem 0.5rem 0.625rem 1rem;
        border: 1px solid var(--line);
        border-inline-start: 0.25rem solid var(--quiet);
        border-radius: 0.5rem;
        background: var(--raised);
        box-shadow: 0 0.5rem 1.5rem rgb(0 0 0 / 0.14);
        line-height: 1.45;
        pointer-events: auto;
      }
      .notice p {
        padding-block: 0.25rem;
        overflow-wrap: anywhere;
      }
      .error {
        border-inline-start-color: var(--fake);
      }
      .warning {
        border-inline-start-color: var(--warn);
      }
      button {
        min-height: 2rem;
        padding: 0 0.375rem;
      }
      .offer {
        grid-row: 2;
        justify-self: start;
        padding: 0 0.75rem;
      }
    `,
  ];

  override render(): TemplateResult {
    const { list } = this.session.notices;
    const errors = list.filter(({ tone }) => tone === 'error');
    const others = list.filter(({ tone }) => tone !== 'error');
    return html`
      <div role="alert" class="region">${errors.map((notice) => this.#notice(notice))}</div>
      <div role="status" class="region">${others.map((notice) => this.#notice(notice))}</div>
    `;
  }

  #notice({ id, tone, text, offer }: Notice): TemplateResult {
    return html`<div class="notice ${tone}">
      <p>${text}</p>
      ${
        offer
          ? html`<button
              class="offer"
              @click=${() => {
                this.session.notices.dismiss(id);
                offer.act();
              }}
            >
              ${offer.label}
            </button>`
          : nothing
      }
      <button
        class="plain"
        aria-label=${msg('Dismiss')}
        @click=${() => {
          this.session.notices.dismiss(id);
        }}
      >
        ${icon('close')}
      </button>
    </div>`;
  }
}
