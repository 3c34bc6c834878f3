/** The page's layout: the three zones, the studio in the place of two of them, bar, drawer and messages. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Data } from '../open/open.ts';
import { hasLatentImages, NO_STUDIO } from '../state/describe.ts';
import type { Session } from '../state/session.ts';
import type { Topic } from '../state/topics.ts';
import { shared } from '../style/shared.ts';
import { msg, said } from '../words/locale.ts';
import './gan-bar.ts';
import './gan-changes.ts';
import './gan-curves.ts';
import './gan-game.ts';
import './gan-next.ts';
import './gan-notices.ts';
import './gan-presets.ts';
import './gan-run.ts';
import './gan-stage.ts';
import './gan-status.ts';
import './gan-story.ts';
import './gan-tools.ts';
import type { GanKept } from './gan-kept.ts';
import type { GanKeys } from './gan-keys.ts';
import type { GanOwn } from './gan-own.ts';
import type { GanTake } from './gan-take.ts';
import { styles } from './gan-page.styles.ts';
import type { GanSettings } from './gan-settings.ts';
import { loadAgain } from './load-again.ts';
import { ThemedElement } from './themed-element.ts';

const LATER = {
  settings: {
    missing: msg('The settings could not be loaded, and the model here is as it was.'),
    load: () => import('./gan-settings.ts'),
  },
  kept: {
    missing: msg('The list of runs could not be loaded, and the model here is as it was.'),
    load: () => import('./gan-kept.ts'),
  },
  own: {
    missing: msg('“Your data” could not be loaded, and the model here is as it was.'),
    load: () => import('./gan-own.ts'),
  },
  take: {
    missing: msg('“Take away” could not be loaded, and the model here is as it was.'),
    load: () => import('./gan-take.ts'),
  },
  keys: {
    missing: msg('The list of keys could not be loaded, and the model here is as it was.'),
    load: () => import('./gan-keys.ts'),
  },
  studio: {
    missing: msg('The studio could not be loaded, and the model here is as it was.'),
    load: () => import('./gan-studio.ts'),
  },
} as const;
type Part = keyof typeof LATER;

@customElement('gan-page')
export class GanPage extends ThemedElement {
  protected readonly topics: readonly Topic[] = ['spec', 'model'];
  /** It is all of a page, and so has a page's landmarks. */
  @property({ type: Boolean }) whole = false;
  @state() private settingsOpen = false;
  /** The sample of the stage that opened the studio. */
  private sample: number | undefined;
  @state() private loaded: ReadonlySet<Part> = new Set();
  @query('gan-keys') private readonly keys!: GanKeys;
  @query('gan-kept') private readonly kept!: GanKept;
  @query('gan-own') private readonly own!: GanOwn;
  @query('gan-take') private readonly taker!: GanTake;
  @query('gan-settings') private readonly drawer!: GanSettings;

  static override styles = [shared, styles];

  protected override told(topic: Topic): void {
    this.requestUpdate();
    if (topic === 'model') this.#onModel();
  }

  readonly showKeys = async (): Promise<void> => {
    if (await this.#load('keys')) this.keys.show();
  };

  readonly #showTake = async (): Promise<void> => {
    if (await this.#load('take')) this.taker.show();
  };

  readonly #showKept = async (): Promise<void> => {
    if (await this.#load('kept')) this.kept.show();
  };

  readonly #showOwn = async (): Promise<void> => {
    if (await this.#load('own')) this.own.show();
  };

  /** Data that were dropped or pasted. */
  async showData(data: Data): Promise<void> {
    if (await this.#load('own')) await this.own.give(data);
  }

  /** Parts of the page that come when they are wanted: most visits begin and many end without them. */
  async #load(part: Part): Promise<boolean> {
    try {
      await loadAgain<unknown>(LATER[part].load);
    } catch {
      this.session.notices.add(
        'error',
        `${LATER[part].missing} ${msg('Check the connection and try again.')}`,
      );
      return false;
    }
    this.loaded = new Set([...this.loaded, part]);
    await this.updateComplete;
    return true;
  }

  /** Closes what lies over the page; false where nothing does. */
  readonly closeSettings = (): boolean => {
    const { settingsOpen } = this;
    this.settingsOpen = false;
    return settingsOpen;
  };

  /** The bar comes first in the document, so that Train is the first stop of whoever goes by the Tab key; it stands last. */
  override render(): TemplateResult {
    const { session } = this;
    const shows = session.current.shows.bind(session.current);
    const tools = shows('tools') || shows('settings');
    const story = shows('story') || shows('curves') || shows('ideas');
    return html`
      <div
        class="page"
        role=${this.whole ? nothing : 'group'}
        aria-label=${this.whole ? nothing : 'Ganlet'}
      >
        ${
          shows('controls')
            ? html`<section class="bottom" aria-label=${this.#name(msg('Controls'))}>
                <div>
                  <gan-bar .session=${session}></gan-bar>
                  <gan-run class="desk-run" .session=${session}></gan-run>
                </div>
              </section>`
            : nothing
        }
        ${tools || shows('presets') ? this.#header(session, tools) : nothing}
        <div
          role=${this.whole ? 'main' : nothing}
          class="main ${shows('game') ? '' : 'no-game'} ${story ? '' : 'no-story'}"
        >
          ${
            shows('game')
              ? html`<gan-game
                  .session=${session}
                  .theme=${this.theme}
                  @settings=${this.#onSettings}
                ></gan-game>`
              : nothing
          }
          ${this.#inStudio() ? this.#studio(session) : this.#stageAndStory(session, story)}
        </div>
        ${
          shows('status')
            ? html`<footer role=${this.#landmark}>
                <gan-status .session=${session} ?page=${this.whole}></gan-status>
              </footer>`
            : nothing
        }
      </div>
      <div class="over">
        <aside role=${this.#landmark} aria-label=${this.#name(msg('Settings'))}>
          ${
            this.loaded.has('settings')
              ? html`<gan-settings
                  .session=${session}
                  ?open=${this.settingsOpen}
                  @close=${() => {
                    this.settingsOpen = false;
                  }}
                ></gan-settings>`
              : nothing
          }
        </aside>
      </div>
      <div class="over"><gan-notices .session=${session}></gan-notices></div>
      ${this.loaded.has('keys') ? html`<gan-keys></gan-keys>` : nothing}
      ${
        this.loaded.has('take')
          ? html`<gan-take .session=${session} .theme=${this.theme}></gan-take>`
          : nothing
      }
      ${this.loaded.has('kept') ? html`<gan-kept .session=${session}></gan-kept>` : nothing}
      ${
        this.loaded.has('own')
          ? html`<gan-own .session=${session} .theme=${this.theme}></gan-own>`
          : nothing
      }
    `;
  }

  /** The landmarks of a page belong to the page; in somebody else's there is one group. */
  get #landmark(): typeof nothing | 'none' {
    return this.whole ? nothing : 'none';
  }

  #name(landmark: string): string | typeof nothing {
    return this.whole ? landmark : nothing;
  }

  #header(session: Session, tools: boolean): TemplateResult {
    return html`<header class="top" role=${this.#landmark}>
      <span class="name">Ganlet</span>
      <gan-presets .session=${session}></gan-presets>
      <gan-changes .session=${session}></gan-changes>
      ${
        tools
          ? html`<gan-tools
              .session=${session}
              .theme=${this.theme}
              @settings=${this.#onSettings}
              @keys=${this.showKeys}
              @kept=${this.#showKept}
              @take=${this.#showTake}
              @own=${this.#showOwn}
            ></gan-tools>`
          : nothing
      }
    </header>`;
  }

  #stageAndStory(session: Session, story: boolean): TemplateResult {
    return html`<gan-stage
        .session=${session}
        .theme=${this.theme}
        @studio=${this.toggleStudio}
        @under=${(event: CustomEvent<number>) => {
          this.style.setProperty('--under', `${event.detail}px`);
        }}
        @pick=${(event: CustomEvent<number>) => void this.#enterStudio(event.detail)}
      ></gan-stage>
      ${story ? this.#story(session) : nothing}`;
  }

  #story(session: Session): TemplateResult {
    return html`<section class="story" aria-label=${this.#name(msg('The story'))}>
      ${session.current.shows('story') ? html`<gan-story .session=${session} .theme=${this.theme}></gan-story>` : nothing}
      ${
        session.current.shows('curves')
          ? html`<gan-curves .session=${session} .theme=${this.theme}></gan-curves>`
          : nothing
      }
      ${session.current.shows('ideas') ? html`<gan-next .session=${session}></gan-next>` : nothing}
      ${
        session.current.shows('controls')
          ? html`<gan-run class="phone-run" .session=${session}></gan-run>`
          : nothing
      }
    </section>`;
  }

  #studio(session: Session): TemplateResult {
    return html`<section class="studio" aria-labelledby="studio-title">
      <header>
        <h2 id="studio-title">${msg('The latent studio')}</h2>
        <button data-action="close-studio" @click=${this.toggleStudio}>
          ${msg('Back to the stage')}
        </button>
      </header>
      <gan-studio .session=${session} .sample=${this.sample}></gan-studio>
    </section>`;
  }

  /** Whether the link says so, and it is there. */
  #inStudio(): boolean {
    const { spec } = this.session.current;
    return spec.studio !== undefined && this.loaded.has('studio') && this.#hasStudio();
  }

  #hasStudio(): boolean {
    const { current } = this.session;
    return (
      current.shows('studio') && current.model !== undefined && hasLatentImages(current.model.info)
    );
  }

  async #enterStudio(sample?: number): Promise<void> {
    const { session } = this;
    const { current, notices } = session;
    if (!current.model || !current.shows('studio')) return;
    if (!this.#hasStudio()) notices.add('warning', said(NO_STUDIO));
    else if (await this.#load('studio')) {
      this.sample = sample;
      session.keepStudio('');
    }
  }

  readonly toggleStudio = (): void => {
    if (this.#inStudio()) this.session.keepStudio(undefined);
    else void this.#enterStudio();
  };

  /** A link can ask for the studio; a model without images of latents closes it. */
  #onModel(): void {
    const { current } = this.session;
    if (!current.model || current.spec.studio === undefined) return;
    if (!this.#hasStudio()) this.session.keepStudio(undefined);
    else if (!this.loaded.has('studio')) void this.#load('studio');
  }

  readonly #onSettings = async ({ detail }: CustomEvent<string>): Promise<void> => {
    if (!(await this.#load('settings'))) return;
    if (detail) {
      this.settingsOpen = true;
      this.drawer.show(detail);
    } else this.settingsOpen = !this.settingsOpen;
  };
}
