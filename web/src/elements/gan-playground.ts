/**
 * `<gan-playground preset="ring" controls>`: the whole page. Owns the session, lays the parts out,
 * and handles what belongs to no part: keys, dropped files, the link, the tab's visibility.
 */
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { kindOf, Session } from '../state/session.ts';
import { paletteTokens } from '../style/palette.ts';
import { shared } from '../style/shared.ts';
import './gan-bar.ts';
import './gan-curves.ts';
import './gan-game.ts';
import './gan-keys.ts';
import './gan-next.ts';
import './gan-notices.ts';
import './gan-presets.ts';
import './gan-run.ts';
import './gan-settings.ts';
import './gan-stage.ts';
import './gan-status.ts';
import './gan-story.ts';
import './gan-tools.ts';
import type { GanKeys } from './gan-keys.ts';
import type { GanSettings } from './gan-settings.ts';

const TITLE = document.title;

@customElement('gan-playground')
export class GanPlayground extends LitElement {
  @property() preset = 'ring';
  @property({ type: Boolean }) controls = false;
  @state() private settingsOpen = false;
  @state() private dropping = false;
  @state() private studioOpen = false;
  @query('gan-keys') private readonly keys!: GanKeys;
  @query('gan-settings') private readonly settings!: GanSettings;
  #session: Session | undefined;
  #leave: (() => void)[] = [];

  static override styles = [
    paletteTokens,
    shared,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-height: 100dvh;
        background: var(--paper);
        color: var(--ink);
        font:
          1rem/1.4 system-ui,
          -apple-system,
          'Segoe UI',
          Roboto,
          sans-serif;
        font-variant-numeric: tabular-nums;
        /* What the header and the bar leave of the window for the stage. */
        --chrome: 15.25rem;
      }
      .top,
      main,
      .bottom {
        width: 100%;
        max-width: 90rem;
        margin-inline: auto;
        padding-inline: 1.25rem;
      }
      .top {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        min-height: 3.5rem;
      }
      .name {
        font-weight: 700;
        letter-spacing: -0.02em;
        font-size: 1.125rem;
      }
      gan-tools {
        margin-inline-start: auto;
      }
      main {
        display: grid;
        grid-template-columns: 13.5rem min(100dvh - var(--chrome), 46vw) minmax(18rem, 1fr);
        grid-template-areas: 'game stage story';
        gap: 0 2rem;
        align-items: stretch;
        flex: 1;
        padding-block: 0.5rem 1rem;
      }
      gan-game {
        grid-area: game;
      }
      gan-stage {
        grid-area: stage;
      }
      .story {
        grid-area: story;
        display: grid;
        grid-template-rows: auto minmax(11rem, 1fr) auto;
        gap: 0.75rem;
        min-width: 0;
      }
      .studio {
        grid-column: 2 / -1;
        grid-row: 1 / -1;
        min-width: 0;
      }
      .studio header {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 1rem;
        padding-block-end: 0.75rem;
      }
      .studio h2 {
        margin: 0;
        font-size: 1.0625rem;
      }
      .bottom {
        position: sticky;
        inset-block-end: 0;
        z-index: 3;
        background: var(--paper);
        max-width: none;
        border-block-start: 1px solid var(--line);
      }
      .bottom > div {
        display: flex;
        align-items: center;
        gap: 0.5rem 2rem;
        max-width: 87.5rem;
        margin-inline: auto;
        padding-block: 0.75rem;
      }
      gan-bar {
        flex: 1;
      }
      footer {
        width: 100%;
        max-width: 90rem;
        margin-inline: auto;
        padding: 0 1.25rem 0.75rem;
        background: var(--paper);
      }
      .drop {
        position: fixed;
        inset: 0.75rem;
        z-index: 6;
        display: grid;
        place-content: center;
        border: 2px dashed var(--quiet);
        border-radius: 1rem;
        background: color-mix(in srgb, var(--paper) 88%, transparent);
        font-size: 1.25rem;
        pointer-events: none;
      }
      @media (max-width: 72rem) {
        main {
          grid-template-columns: min(100dvh - var(--chrome), 54vw) minmax(18rem, 1fr);
          grid-template-areas: 'stage game' 'stage story';
          grid-template-rows: auto 1fr;
          gap: 1rem 2rem;
        }
      }
      @media (max-width: 72rem) {
        .studio {
          grid-column: 1 / -1;
        }
        main:has(.studio) gan-game {
          display: none;
        }
      }
      @media (max-width: 48rem) {
        main {
          grid-template-columns: minmax(0, 1fr);
          grid-template-areas: 'stage' 'game' 'story';
          gap: 1rem;
        }
        .top,
        main,
        .bottom,
        footer {
          padding-inline: 1rem;
        }
        gan-stage {
          width: min(100%, 100dvh - 12rem);
          margin-inline: auto;
        }
        .desk-run {
          display: none;
        }
        footer {
          padding-block: 0 6rem;
          order: 1;
        }
        .bottom {
          order: 2;
        }
      }
      @media (min-width: 48.01rem) {
        .phone-run {
          display: none;
        }
      }
      @media (max-width: 26rem) {
        .name {
          display: none;
        }
        .top {
          gap: 0.25rem;
          padding-inline: 1rem 0.75rem;
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    // The library lies beside the page, whatever path the page is served from.
    const session = new Session(this.preset, document.baseURI);
    this.#session = session;
    this.#leave = [
      session.subscribe((topic) => {
        if (topic === 'spec') history.replaceState(null, '', session.link);
        else if (topic === 'model') this.#onModel();
      }),
      listen(window, 'hashchange', () => void session.follow(location.hash)),
      listen(document, 'visibilitychange', () => {
        void session.visible(document.visibilityState === 'visible');
        // A hidden tab has only its title to say so.
        document.title = session.hiddenPause ? `Paused: ${TITLE}` : TITLE;
      }),
      listen(document, 'keydown', this.#onKey),
      listen(document, 'dragover', this.#onDrag),
      listen(document, 'dragleave', () => {
        this.dropping = false;
      }),
      listen(document, 'drop', this.#onDrop),
    ];
    void session.open(location.hash);
  }

  override disconnectedCallback(): void {
    for (const leave of this.#leave) leave();
    this.#session?.close();
    this.#session = undefined;
    super.disconnectedCallback();
  }

  override render(): TemplateResult {
    const session = this.#session;
    if (!session) return html``;
    const run = (place: string): TemplateResult =>
      html`<gan-run class=${place} .session=${session}></gan-run>`;
    return html`
      <header class="top">
        <span class="name">Ganlet</span>
        <gan-presets .session=${session}></gan-presets>
        <gan-tools
          .session=${session}
          @settings=${this.#onSettings}
          @keys=${() => {
            this.keys.show();
          }}
        ></gan-tools>
      </header>
      <main>
        <gan-game .session=${session} @settings=${this.#onSettings}></gan-game>
        ${this.studioOpen ? this.#studio(session) : this.#stageAndStory(session, run)}
      </main>
      ${
        this.controls
          ? html`<section class="bottom" aria-label="Controls">
              <div><gan-bar .session=${session}></gan-bar>${run('desk-run')}</div>
            </section>`
          : nothing
      }
      <footer><gan-status .session=${session}></gan-status></footer>
      <aside aria-label="Settings">
        <gan-settings
          .session=${session}
          ?open=${this.settingsOpen}
          @close=${() => {
            this.settingsOpen = false;
          }}
        ></gan-settings>
      </aside>
      <gan-notices .session=${session}></gan-notices>
      <gan-keys></gan-keys>
      ${this.dropping ? html`<p class="drop">Drop a checkpoint to load it</p>` : nothing}
    `;
  }

  #stageAndStory(session: Session, run: (place: string) => TemplateResult): TemplateResult {
    return html`<gan-stage
        .session=${session}
        @studio=${this.#toggleStudio}
        @pick=${(event: CustomEvent<number>) => void this.#openStudio(event.detail)}
      ></gan-stage>
      <section class="story" aria-label="The story">
        <gan-story .session=${session}></gan-story>
        <gan-curves .session=${session}></gan-curves>
        <gan-next .session=${session}></gan-next>
        ${this.controls ? run('phone-run') : nothing}
      </section>`;
  }

  #studio(session: Session): TemplateResult {
    return html`<section class="studio" aria-labelledby="studio-title">
      <header>
        <h2 id="studio-title">The latent studio</h2>
        <button data-action="close-studio" @click=${this.#toggleStudio}>Back to the stage</button>
      </header>
      <gan-studio .session=${session}></gan-studio>
    </section>`;
  }

  /** Into the studio, with a sample of the stage in the chosen basket. */
  async #openStudio(sample?: number): Promise<void> {
    const session = this.#session;
    if (!session?.model || kindOf(session.model) !== 'image') return;
    // Loaded when it is wanted: most visits begin and many end without it.
    await import('./gan-studio.ts');
    this.studioOpen = true;
    await session.studio.begin();
    if (sample !== undefined) session.studio.pick(sample);
  }

  readonly #toggleStudio = (): void => {
    if (this.studioOpen) this.studioOpen = false;
    else void this.#openStudio();
  };

  #onModel(): void {
    const { model, studio } = this.#session ?? {};
    if (!this.studioOpen || !model || !studio || studio.samples) return;
    if (kindOf(model) === 'image') void studio.begin();
    else this.studioOpen = false;
  }

  readonly #onSettings = ({ detail }: CustomEvent<string>): void => {
    if (detail) {
      this.settingsOpen = true;
      this.settings.show(detail);
    } else this.settingsOpen = !this.settingsOpen;
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event)) return;
    const act = this.#action(event.key);
    if (!act) return;
    event.preventDefault();
    act();
  };

  #action(key: string): (() => void) | undefined {
    const session = this.#session;
    switch (key) {
      case ' ':
        return () => void session?.toggle();
      case 'd':
      case 'g':
        return () => void session?.stepOnce(key);
      case 's':
        return () => void session?.stepOnce('both');
      case 'l':
        return this.#toggleStudio;
      case 'm':
        return () => void session?.setSlow(!session.slow);
      case 'r':
        return () => void session?.reset();
      case '?':
        return () => {
          this.keys.show();
        };
      case 'Escape':
        return this.settingsOpen
          ? () => {
              this.settingsOpen = false;
            }
          : undefined;
      default:
        return undefined;
    }
  }

  readonly #onDrag = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.dropping = true;
  };

  readonly #onDrop = (event: DragEvent): void => {
    event.preventDefault();
    this.dropping = false;
    const file = event.dataTransfer?.files[0];
    if (file) void this.#session?.load(file);
  };
}

/** Listens until the returned function is called. */
function listen<K extends keyof (WindowEventMap & DocumentEventMap)>(
  target: EventTarget,
  type: K,
  act: (event: (WindowEventMap & DocumentEventMap)[K]) => void,
): () => void {
  target.addEventListener(type, act as EventListener);
  return () => {
    target.removeEventListener(type, act as EventListener);
  };
}

/** Whether a key belongs to what has the focus: text in a field, or space on a button. */
function typing(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('dialog')) return true;
  return (
    target.matches('input, select, textarea') ||
    (event.key === ' ' && target.matches('button, summary'))
  );
}
