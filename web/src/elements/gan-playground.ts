/**
 * `<gan-playground preset="ring" controls>`: the whole page. Owns the session, lays the parts out,
 * and handles what belongs to no part: keys, dropped files, the link, the tab's visibility.
 */
import { html, LitElement, nothing, type TemplateResult } from 'lit';
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
import { styles } from './gan-playground.styles.ts';

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

  static override styles = [paletteTokens, shared, styles];

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
    if (!session?.model) return;
    if (kindOf(session.model) !== 'image') {
      session.notify(
        'warning',
        'The studio needs a model that makes images: choose one under “Images” in the list at the top.',
      );
      return;
    }
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
