/** Back in time: every picture of this run that is kept, on a line that one drags or plays. Training goes on meanwhile. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { count } from '../state/format.ts';
import type { Topic } from '../state/topics.ts';
import { icon } from '../style/icons.ts';
import { shared } from '../style/shared.ts';
import { msg, str } from '../words/locale.ts';
import { SessionElement } from './session-element.ts';

/** Fewer pictures are no film. */
const FEWEST = 3;
/** Between pictures while it plays, in milliseconds. */
const PAUSE = 80;

@customElement('gan-film')
export class GanFilm extends SessionElement {
  protected readonly topics: readonly Topic[] = ['frame', 'model', 'progress'];
  @state() private playing = false;

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.25rem 0.5rem;
        min-width: 0;
        font-size: 0.875rem;
      }
      :host([hidden]) {
        display: none;
      }
      button {
        min-width: 2.25rem;
        padding: 0 0.375rem;
      }
      button.now {
        padding-inline: 0.75rem;
      }
      input {
        flex: 1;
        min-width: 4rem;
        min-height: 2rem;
        margin: 0;
        accent-color: var(--ink);
      }
      output {
        min-width: 6.5rem;
        color: var(--quiet);
      }
    `,
  ];

  override render(): TemplateResult | typeof nothing {
    const { items: frames } = this.session.stage.film;
    this.hidden = frames.length < FEWEST;
    if (this.hidden) return nothing;
    const last = frames.length - 1;
    const at = this.session.stage.looking ?? last;
    const step = frames[at]?.step ?? 0;
    const play = this.playing ? msg('Stop the film') : msg('Play this run as a film');
    return html`
      <button
        class="plain"
        aria-label=${play}
        title=${play}
        data-action="film"
        @click=${() => {
          this.playing = !this.playing;
          if (this.playing) void this.#play(at === last ? 0 : at);
        }}
      >
        ${icon(this.playing ? 'pause' : 'play')}
      </button>
      <input
        type="range"
        aria-label=${msg('Picture of this run')}
        aria-valuetext=${msg(str`step ${step}`)}
        min="0"
        max=${last}
        .value=${String(at)}
        @input=${(event: Event) => {
          this.playing = false;
          this.#look(Number((event.target as HTMLInputElement).value));
        }}
      />
      <output>${msg(str`step ${count(step)}`)}</output>
      ${
        this.session.stage.looking === undefined
          ? nothing
          : html`<button
                class="now"
                @click=${() => {
                  this.playing = false;
                  this.session.stage.look(undefined);
                }}
              >
                ${msg('Now')}
              </button>
              <button
                class="now"
                data-action="branch"
                title=${msg('Train on from this step, exactly as it was then')}
                ?disabled=${this.session.channel.busy !== ''}
                @click=${() => {
                  this.playing = false;
                  void this.session.timeline.branch();
                }}
              >
                ${msg('Go on from here')}
              </button>`
      }
    `;
  }

  #look(at: number): void {
    this.session.stage.look(at >= this.session.stage.film.items.length - 1 ? undefined : at);
  }

  async #play(from: number): Promise<void> {
    for (let at = from; this.playing && this.isConnected; at++) {
      this.#look(at);
      if (at >= this.session.stage.film.items.length - 1) break;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    this.playing = false;
  }
}
