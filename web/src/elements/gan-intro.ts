/** A first visit in three sentences, over the stage, once: who plays, what the picture shows, and what comes back. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { kindOf } from '../state/current.ts';
import type { Topic } from '../state/topics.ts';
import { memory } from '../state/storage.ts';
import { roles } from '../style/palette.ts';
import { shared } from '../style/shared.ts';
import { msg, str } from '../words/locale.ts';
import { SessionElement } from './session-element.ts';

const KEY = 'ganlet.intro';

@customElement('gan-intro')
export class GanIntro extends SessionElement {
  protected readonly topics: readonly Topic[] = ['model', 'running'];
  @state() private seen = memory.getItem(KEY) !== null;

  static override styles = [
    shared,
    roles,
    css`
      section {
        display: grid;
        gap: 0.375rem;
        padding: 0.75rem 1rem;
        border: 1px solid var(--line);
        border-radius: 0.75rem;
        background: var(--raised);
        box-shadow: 0 0.5rem 1.5rem rgb(0 0 0 / 0.14);
        font-size: 0.9375rem;
        line-height: 1.45;
      }
      b {
        color: var(--word);
      }
      button {
        justify-self: end;
        min-height: 2rem;
      }
      @container (max-width: 40rem) {
        section {
          gap: 0.25rem;
          padding: 0.5rem 0.75rem;
          font-size: 0.8125rem;
        }
      }
    `,
  ];

  /** Whoever trains has read it, or did not need to. */
  protected override told(topic: Topic): void {
    if (topic === 'running' && this.session.run.running) this.#close();
    this.requestUpdate();
  }

  override render(): TemplateResult | typeof nothing {
    const { headStart } = this.session.models;
    const { model } = this.session.current;
    const shaded = model !== undefined && kindOf(model) === 'plane';
    const { step } = this.session.run;
    if (this.seen || headStart === 0 || step !== headStart) return nothing;
    return html`<section aria-label=${msg('What this is')}>
      <p>
        ${
          shaded
            ? msg(
                html`<b class="generator">G</b> is a forger: it turns random numbers, the noise,
                  into <b class="fake">samples</b>. <b class="discriminator">D</b> is a detective:
                  it sees <b class="real">real data</b> and samples, and the shading is how real it
                  thinks each place is. Only that verdict comes back to G, which never sees real
                  data.`,
              )
            : msg(
                html`<b class="generator">G</b> is a forger: it turns random numbers, the noise,
                  into <b class="fake">samples</b>. <b class="discriminator">D</b> is a detective:
                  it sees <b class="real">real data</b> and samples and says which are which. Only
                  that verdict comes back to G, which never sees real data.`,
              )
        }
      </p>
      <p class="quiet">
        ${msg(str`${headStart} steps have run by themselves. Press Train to go on.`)}
      </p>
      <button data-action="understood" @click=${this.#close}>${msg('Got it')}</button>
    </section>`;
  }

  readonly #close = (): void => {
    this.seen = true;
    memory.setItem(KEY, 'seen');
  };
}
