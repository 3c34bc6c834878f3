/** The bar at the thumb: train, single steps, reset. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Colour, Update } from '../library.ts';
import { colourOf, shortName } from '../state/describe.ts';
import { count, duration, rate } from '../state/format.ts';
import { isPace, PACE_NAMES, type SlowPace } from '../state/slow.ts';
import { type Stop, stopText } from '../state/stop.ts';
import type { Topic } from '../state/topics.ts';
import { icon } from '../style/icons.ts';
import { roles } from '../style/palette.ts';
import { shared } from '../style/shared.ts';
import { msg, str } from '../words/locale.ts';
import { SessionElement } from './session-element.ts';
import { keyOfUpdate } from './shortcuts.ts';

const PLAYERS: readonly Pick<Update, 'name' | 'title' | 'networks' | 'times'>[] = ['d', 'g'].map(
  (name) => ({ name, title: name.toUpperCase(), networks: [name], times: 1 }),
);

const STEP = msg('Step');
const ONE_STEP = msg('One step of training');

const PACES: Readonly<Record<SlowPace, string>> = {
  slow: msg('slow'),
  medium: msg('medium'),
  fast: msg('fast'),
};

/** How long it still trains, and how fast where it does. */
function untilText(stop: Stop, pace: string | undefined): string {
  const goal = stopText(stop);
  if (stop.kind === 'time')
    return pace === undefined ? msg(str`for ${goal}`) : msg(str`${pace} a second, for ${goal}`);
  return pace === undefined ? msg(str`until ${goal}`) : msg(str`${pace} a second, until ${goal}`);
}

@customElement('gan-bar')
export class GanBar extends SessionElement {
  protected readonly topics: readonly Topic[] = ['running', 'model', 'progress', 'metrics', 'spec'];

  static override styles = [
    shared,
    roles,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 0.5rem 1rem;
      }
      .train {
        min-width: 8.5rem;
        min-height: 3rem;
        border-color: var(--ink);
        border-radius: 0.75rem;
        background: var(--ink);
        color: var(--paper);
        font-size: 1.0625rem;
        font-weight: 600;
      }
      .train:disabled {
        opacity: 0.45;
        color: var(--paper);
      }
      .steps {
        display: flex;
      }
      .steps button {
        min-height: 2.75rem;
        border-radius: 0;
        margin-inline-start: -1px;
      }
      .steps button:first-child {
        border-start-start-radius: 0.5rem;
        border-end-start-radius: 0.5rem;
      }
      .steps button:last-child {
        border-start-end-radius: 0.5rem;
        border-end-end-radius: 0.5rem;
      }
      .steps button {
        color: var(--word);
      }
      .steps button:disabled {
        color: var(--quiet);
      }
      .reset,
      .slow {
        min-height: 2.75rem;
      }
      .slow[aria-pressed='true'] {
        border-color: var(--ink);
        box-shadow: inset 0 0 0 1px var(--ink);
      }
      /* Both say one thing. */
      .pace {
        min-height: 2.75rem;
        margin-inline-start: -0.75rem;
        padding: 0 0.375rem;
      }
      .counter {
        display: grid;
        justify-items: end;
        margin-inline-start: auto;
        min-width: 0;
        line-height: 1.25;
        text-align: end;
      }
      .counter strong {
        font-size: 1.0625rem;
        font-weight: 600;
      }
      @container (max-width: 84rem) {
        .reset .label,
        .slow:has(+ .pace) .label {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
      }
      @container (max-width: 76rem) {
        .label {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
      }
      @container (max-width: 40rem) {
        :host {
          flex-wrap: wrap;
          gap: 0.375rem 0.5rem;
        }
        .train {
          flex: 1;
          min-width: max-content;
          padding-inline: 0.5rem;
          font-size: 1rem;
        }
        /* A longer word has the room of the sign beside it. */
        .train:lang(de) svg {
          display: none;
        }
        .steps:lang(de) button,
        .reset:lang(de),
        .slow:lang(de) {
          padding-inline: 0.4375rem;
        }
        .steps button {
          padding: 0 0.5rem;
        }
        .reset,
        .slow {
          padding: 0 0.625rem;
        }
        .pace {
          order: -1;
          min-height: 2rem;
          margin: 0;
        }
        .counter {
          min-width: auto;
          white-space: nowrap;
        }
        .pace ~ .counter {
          flex-basis: 0;
        }
        .wide {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
        .counter {
          display: flex;
          flex: 1 0 100%;
          order: -1;
          align-items: baseline;
          gap: 0.375rem;
          line-height: 1;
        }
        .counter strong {
          font-size: 0.8125rem;
        }
      }
    `,
  ];

  override render(): TemplateResult {
    const { session } = this;
    const off = !session.current.model;
    const offers = session.current.offers.bind(session.current);
    return html`
      ${offers('train') ? this.#train(off) : nothing} ${offers('step') ? this.#steps(off) : nothing}
      ${offers('reset') ? this.#reset(off) : nothing} ${offers('slow') ? this.#slow(off) : nothing}
      ${offers('counter') ? this.#counter() : nothing}
    `;
  }

  #train(off: boolean): TemplateResult {
    const { session } = this;
    return html`<button
      class="train"
      data-action="train"
      ?disabled=${off}
      aria-keyshortcuts="Space"
      @click=${() => {
        void session.run.toggle();
      }}
    >
      ${session.run.running ? icon('pause') : icon('play')}
      ${session.run.running ? msg('Pause') : msg('Train')}
    </button>`;
  }

  /** A button for every update of a step, and one for the whole. */
  #steps(off: boolean): TemplateResult {
    const info = this.session.current.model?.info;
    // What is loading is a game, most of the time.
    const updates = info?.updates ?? PLAYERS;
    if (updates.length === 1) {
      return html`<div class="steps">${this.#step(off, STEP, ONE_STEP)}</div>`;
    }
    return html`<span class="quiet wide" aria-hidden="true">${STEP}</span>
      <div class="steps" role="group" aria-label=${msg('Single steps')}>
        ${updates.map((update) =>
          this.#step(
            off,
            shortName(update.name, update.title),
            update.title,
            info && colourOf(info, update),
            update.name,
          ),
        )}
        ${this.#step(off, updates.length > 2 ? msg('all') : msg('both'), ONE_STEP)}
      </div>`;
  }

  #reset(off: boolean): TemplateResult {
    const { session } = this;
    return html`<button
      class="reset"
      data-action="reset"
      title=${msg('Start again with the same seed (r)')}
      ?disabled=${off}
      aria-keyshortcuts="r"
      @click=${() => {
        void session.models.reset();
      }}
    >
      ${icon('reset')} <span class="label">${msg('Reset')}</span>
    </button>`;
  }

  #slow(off: boolean): TemplateResult {
    const { session } = this;
    return html`<button
        class="slow"
        data-action="slow"
        title=${msg('One update at a time, explained (m)')}
        aria-pressed=${session.run.slow ? 'true' : 'false'}
        aria-keyshortcuts="m"
        ?disabled=${off}
        @click=${() => {
          void session.run.setSlow(!session.run.slow);
        }}
      >
        ${icon('slow')} <span class="label">${msg('Slow motion')}</span>
      </button>
      ${session.run.slow ? this.#pace(off) : nothing}`;
  }

  #pace(off: boolean): TemplateResult {
    const { session } = this;
    return html`<select
      class="pace"
      aria-label=${msg('How slow')}
      title=${msg('How long each update is shown')}
      ?disabled=${off}
      @change=${({ target }: Event) => {
        const { value } = target as HTMLSelectElement;
        if (isPace(value)) void session.run.setPace(value);
      }}
    >
      ${PACE_NAMES.map(
        (pace) =>
          html`<option value=${pace} ?selected=${session.run.pace === pace}>
            ${PACES[pace]}
          </option>`,
      )}
    </select>`;
  }

  #counter(): TemplateResult {
    return html`<div class="counter">
      <strong data-metric="step">${count(this.session.run.step)}</strong>
      <span class="quiet small"> ${this.#progress()} </span>
    </div>`;
  }

  /** How far it is, how fast, and how long it takes on this machine. */
  #progress(): string {
    const { step, stepsPerSecond, running, expected } = this.session.run;
    const { length } = this.session.current;
    const goal = step < length ? length : undefined;
    const { stop } = this.session.run;
    if (stop) {
      return untilText(stop, running && stepsPerSecond > 0 ? rate(stepsPerSecond) : undefined);
    }
    if (!running || stepsPerSecond <= 0) {
      if (expected !== undefined)
        return msg(str`of about ${count(goal ?? 0)}, ${duration(expected)} here`);
      return goal === undefined ? msg('steps') : msg(str`of about ${count(goal)} steps`);
    }
    const pace = rate(stepsPerSecond);
    if (goal === undefined) return msg(str`${pace} a second`);
    return msg(str`${pace} a second, ${duration((goal - step) / stepsPerSecond)} left`);
  }

  /** One update, or without one a whole step. */
  #step(
    off: boolean,
    name: string,
    title: string,
    colour?: Colour,
    update?: string,
  ): TemplateResult {
    const key = update === undefined ? 's' : keyOfUpdate(update);
    return html`<button
      class=${colour ?? ''}
      data-step=${update ?? 'all'}
      title=${key ? `${title} (${key})` : title}
      ?disabled=${off}
      aria-keyshortcuts=${key ?? nothing}
      @click=${() => {
        void this.session.run.stepOnce(update);
      }}
    >
      ${name === STEP ? nothing : html`<span class="visually-hidden">${STEP}</span>`} ${name}
    </button>`;
  }
}
