/** The last run of an earlier visit, offered until somebody trains something else. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { count } from '../state/format.ts';
import { calledOf } from '../state/keep.ts';
import type { Topic } from '../state/topics.ts';
import { icon } from '../style/icons.ts';
import { shared } from '../style/shared.ts';
import { msg, str } from '../words/locale.ts';
import { SessionElement } from './session-element.ts';

@customElement('gan-last')
export class GanLast extends SessionElement {
  protected readonly topics: readonly Topic[] = ['keep', 'progress'];

  static override styles = [
    shared,
    css`
      :host(:not([filled])) {
        display: none;
      }
      section {
        display: grid;
        grid-template-columns: 1fr auto;
        align-items: start;
        font-size: 0.8125rem;
      }
      p {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.75rem;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      button {
        min-height: 2rem;
      }
      .plain {
        min-width: 2rem;
        padding: 0;
      }
    `,
  ];

  override updated(): void {
    this.toggleAttribute('filled', this.renderRoot.querySelector('section') !== null);
  }

  override render(): TemplateResult | typeof nothing {
    const { keep, channel } = this.session;
    const { last } = keep;
    if (!last) return nothing;
    const called = calledOf(last);
    const step = count(last.step);
    return html`<section aria-label=${msg('Your last run')}>
      <p>
        <span>${msg(str`Your last run is kept: ${called}, step ${step}.`)}</span>
        <button
          data-action="go-on-last"
          ?disabled=${channel.busy !== ''}
          @click=${() => void this.#open()}
        >
          ${msg('Go on with it')}
        </button>
      </p>
      <button
        class="plain"
        aria-label=${msg('Leave it in the list of runs')}
        @click=${() => {
          keep.offer(undefined);
        }}
      >
        ${icon('close')}
      </button>
    </section>`;
  }

  async #open(): Promise<void> {
    const { keep } = this.session;
    if (keep.last && (await keep.open?.(keep.last))) keep.offer(undefined);
  }
}
