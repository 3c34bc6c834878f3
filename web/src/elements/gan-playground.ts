/**
 * `<gan-playground preset="ring">`: the whole page, or a part of somebody else's. Owns the session, lays the parts
 * out, and handles what belongs to no part: keys, dropped files, attributes or the link, the tab's visibility.
 *
 * With the attribute `page` it is the page: its link is the address, keys and dropped files are its own wherever the
 * focus is. Without it, it asks nothing of the page that it stands in, and starts when it comes into view.
 */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Info } from '../library.ts';
import type { Data } from '../open/open.ts';
import { rootsOf } from '../own/roots.ts';
import { siteOf } from '../site.ts';
import { LINK_ATTRIBUTES, readAttributes } from '../state/attributes.ts';
import { tabTitle } from '../state/changes.ts';
import { Latest } from '../state/latest.ts';
import type { Done, Line } from '../state/perform.ts';
import type { Curves } from '../state/series.ts';
import { Session } from '../state/session.ts';
import { readHash } from '../state/url.ts';
import { paletteTokens } from '../style/palette.ts';
import { shared } from '../style/shared.ts';
import { Theme } from '../style/theme.ts';
import { msg, str } from '../words/locale.ts';
import './gan-page.ts';
import type { GanPage } from './gan-page.ts';
import { styles } from './gan-playground.styles.ts';
import { whenInView } from './in-view.ts';
import { enlargePage, undoRem } from './rem.ts';
import { listen, onKey, shortcut, typing } from './shortcuts.ts';

/** What only lessons need comes when one does. */
const lessons = () => import('../state/perform.ts');

/** What is for later comes when the model is there, and what keeps runs and the page when it has been for so long. */
const LATER_MS = 1000;
const offline = () => import('../offline/register.ts');
const runs = () => import('../runs/begin.ts');
const opening = () => import('../open/open.ts');

/**
 * A game: train it, watch it, change it. What is written here, package/manifest.config.js tells others' editors.
 *
 * @fires ready - its model is there
 * @fires reading - there are new numbers, for `reading`
 */
@customElement('gan-playground')
export class GanPlayground extends LitElement {
  /** What is trained, such as `ring`. */
  @property({ reflect: true }) preset: string | null = null;
  /** What every random number depends on: a whole number. */
  @property({ reflect: true }) seed: string | null = null;
  /** `auto`, `webgpu` or `cpu`. */
  @property({ reflect: true }) backend: string | null = null;
  /** Begins untrained, where a trained model ships for the preset. */
  @property({ reflect: true }) scratch: string | null = null;
  /** Parts to leave out: `presets tools settings game story curves ideas controls status studio`. */
  @property({ reflect: true }) hide: string | null = null;
  /** What the bar offers, all unless given: `train step reset slow counter seed stop backend`. */
  @property({ reflect: true }) controls: string | null = null;
  /** The step to begin at: so many are trained before the first picture. */
  @property({ reflect: true }) at: string | null = null;
  /** Where training stops: a step (`500`), a time (`30s`), a metric and its bound (`modes>=8`). */
  @property({ reflect: true }) stop: string | null = null;
  /** What is said of the run instead of the preset's sentence; plain text. */
  @property({ reflect: true }) caption: string | null = null;
  /** The measures that are shown, the first of them large: `modes high_quality`. */
  @property({ reflect: true }) measures: string | null = null;
  /** What to try next: `title | what to watch | cost=minimax`, with `;` between two; plain text. */
  @property({ reflect: true }) ideas: string | null = null;
  /** The address of a checkpoint to begin with. */
  @property({ reflect: true }) open: string | null = null;
  /** The layers of the stage that are on: `real fake heat grid arrows optimal ratio d-sees g-sees`. */
  @property({ reflect: true }) layers: string | null = null;
  /** Begins in slow motion: `slow`, `medium` or `fast`. */
  @property({ reflect: true }) slow: string | null = null;
  /** Settings that cannot be changed: paths such as `g_optimizer.lr`, or `all`, which hides the presets too. */
  @property({ reflect: true }) lock: string | null = null;
  /** Opens the latent studio with these samples in its baskets: `A 3 12 B 7 C 20`; empty for none. */
  @property({ reflect: true }) studio: string | null = null;
  /** `large` for a projector. */
  @property({ reflect: true }) size: string | null = null;
  /** The rest of a share link, such as `cost=minimax&batch=64`. */
  @property({ reflect: true }) settings: string | null = null;
  /** `light`, `dark` or `auto`, which follows the page. */
  @property({ reflect: true }) theme: string | null = null;
  /** It is the whole page, with its link as the address. */
  @property({ type: Boolean }) page = false;
  @state() private dropping = false;
  /** Why the attributes cannot be followed; shown in the element's place. */
  @state() private problems: readonly string[] = [];
  @query('gan-page') private readonly layout!: GanPage | null;
  #session: Session | undefined;
  #theme: Theme | undefined;
  #leave: (() => void)[] = [];
  #opened: Promise<boolean> | undefined;
  /** Who waits for a model, or to hear that there will be none; each says whether it has what it waited for. */
  #waiting: (() => boolean)[] = [];
  /** The frame in which new numbers are told of. */
  #reading: number | undefined;
  /** The timer of an element that was taken out of its document. */
  #removed: ReturnType<typeof setTimeout> | undefined;
  readonly #wishes = new Latest<Session>((session) => this.#obey(session));

  static override styles = [paletteTokens, shared, styles];

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.#removed !== undefined) {
      // It was only moved.
      clearTimeout(this.#removed);
      this.#removed = undefined;
      return;
    }
    this.#theme = new Theme(this.page ? document.documentElement : this, this.page);
    this.#leave = [
      this.#theme.close.bind(this.#theme),
      listen(this.page ? document : this, 'keydown', (event) => {
        onKey(event, this.#shortcut);
      }),
      ...this.#listenForFiles(this.page ? document : this),
    ];
    if (this.page) void this.#openPage(this.#begin());
    else {
      undoRem(this);
      this.#leave.push(
        whenInView(this, '25%', () => {
          this.#wishes.ask(this.#begin());
        }),
      );
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // To move an element is to remove it and to put it elsewhere, in one go.
    this.#removed = setTimeout(() => {
      this.#removed = undefined;
      this.#end();
    });
  }

  /** Frees everything; where it comes back, it begins anew. */
  #end(): void {
    for (const leave of this.#leave) leave();
    this.#leave = [];
    this.#session?.close();
    this.#session = undefined;
    this.#opened = undefined;
    this.problems = [];
    // What shows the session goes with it.
    this.requestUpdate();
  }

  override updated(changed: PropertyValues): void {
    if (this.page) return;
    if (changed.has('theme')) {
      const { theme } = this;
      this.#theme?.choose(theme === 'light' || theme === 'dark' ? theme : undefined);
    }
    const ours = [...LINK_ATTRIBUTES, 'settings', 'theme'].some((name) => changed.has(name));
    if (ours && this.#session) this.#wishes.ask(this.#session);
  }

  /** Goes on with training, as the button does. */
  async train(): Promise<void> {
    if (this.#session && !this.#session.run.running) await this.#session.run.toggle();
  }

  async pause(): Promise<void> {
    if (this.#session?.run.running) await this.#session.run.toggle();
  }

  /**
   * Does what docs/lessons.md lists, such as `set?cost=minimax;train?steps=500`. Rejects with the reason where that cannot
   * be done.
   */
  async perform(actions: string): Promise<Done> {
    const session = await this.ready();
    return (await lessons()).perform(session, actions);
  }

  /** The session, once it has a model; rejects where it gets none. For modules of this repository: it is no interface of the package. */
  ready(): Promise<Session> {
    const found = (): Session | undefined =>
      this.#session?.current.model ? this.#session : undefined;
    return new Promise((resolve, reject) => {
      const look = (): boolean => {
        const session = found();
        const [problem] = this.problems;
        if (session) resolve(session);
        else if (problem !== undefined) reject(new Error(problem));
        return session !== undefined || problem !== undefined;
      };
      if (!look()) this.#waiting.push(look);
    });
  }

  #tellWaiting(): void {
    this.#waiting = this.#waiting.filter((look) => !look());
  }

  /** A number of the run as one reads it: `step`, a measured figure or the last value of a curve; none before there is one. */
  async reading(name: string): Promise<string | undefined> {
    return this.#session && (await lessons()).readingOf(this.#session, name);
  }

  /** Of a game on the line: its places and the two densities there, of which the model's is estimated from samples. */
  async line(): Promise<Line> {
    const session = await this.ready();
    return (await lessons()).lineOf(session);
  }

  /** D's scores on the places of the line. */
  async scores(): Promise<Float32Array | undefined> {
    return (await this.ready()).stage.frame?.scores;
  }

  /** Lays a curve over the game's line, as high as a probability; undefined takes it away. */
  async propose(values: Float32Array | undefined): Promise<void> {
    (await this.ready()).stage.propose(values);
  }

  /** Marks in the picture what a reader points at: layers, fields whose box in the diagram it is, metrics; none: no more. */
  light(parts: readonly string[]): void {
    this.#session?.stage.light(parts);
  }

  /** What was recorded so far, thinned out as it is drawn; none before there is a model. */
  get recorded(): { info: Info; curves: Curves } | undefined {
    const { model } = this.#session?.current ?? {};
    return model && this.#session && { info: model.info, curves: this.#session.run.past.curves };
  }

  #begin(): Session {
    const session = new Session(siteOf());
    this.#session = session;
    this.#leave.push(
      session.subscribe((topic) => {
        if (topic === 'model') this.#tellWaiting();
        if (topic === 'metrics' || topic === 'evaluation' || topic === 'model') this.#tellReading();
      }),
      listen(document, 'visibilitychange', () => {
        void session.background.visible(document.visibilityState === 'visible');
      }),
    );
    this.requestUpdate();
    return session;
  }

  /** Says at most once a frame that numbers are new. */
  readonly #tellReading = (): void => {
    if (this.#reading !== undefined) return;
    this.#reading = requestAnimationFrame(() => {
      this.#reading = undefined;
      this.dispatchEvent(new Event('reading'));
    });
  };

  /** The page follows its address, and keeps it true. */
  async #openPage(session: Session): Promise<void> {
    const name = (): void => {
      if (!session.catalog.presets) return;
      document.title = tabTitle(session.current.title, session.background.paused);
    };
    this.#leave.push(
      session.subscribe((topic) => {
        if (topic === 'spec') writeAddress(session.current.hash);
        if (topic === 'spec' || topic === 'model') name();
        if (topic === 'spec') enlargePage(session.current.spec.size);
      }),
      listen(window, 'hashchange', () => void this.#follow(session, location.hash)),
      listen(document, 'paste', (event) => {
        if (event.clipboardData && !typing(event) && !session.current.locked)
          this.#paste(session, event.clipboardData);
      }),
      // A hidden tab has only its title to say that it is paused.
      listen(document, 'visibilitychange', name),
    );
    // In a frame it is a part of somebody else's page, where another game may stand beside it.
    session.keep.on = window.top === window;
    const link = location.hash || location.search;
    // What is hidden is hidden from the first moment.
    session.links.preview(link);
    enlargePage(session.current.spec.size);
    this.requestUpdate();
    if (await session.catalog.open(session.current.spec.backend)) await this.#follow(session, link);
    // The first picture comes first, and what trains.
    await new Promise((resolve) => setTimeout(resolve, LATER_MS));
    // Where that cannot be loaded, the page works without.
    if (session.keep.on)
      runs()
        .then(({ keepRuns }) => keepRuns(session))
        .catch(() => undefined);
    void offline().then(({ keepOffline }) => keepOffline(session));
  }

  /** Opens what the address names; a file in it, once somebody agrees. */
  async #follow(session: Session, link: string): Promise<void> {
    // The address says what is there as soon as a model is.
    const { open } = readHash(link);
    await session.links.follow(link);
    if (open !== undefined)
      this.#opening(session, (opener) => {
        opener.offerLinked(session, open, this.#showData);
      });
  }

  /** What was given has to be taken before what opens it is there. */
  #paste(session: Session, data: DataTransfer): void {
    const given = { files: [...data.files], text: data.getData('text/plain') };
    this.#opening(session, ({ openPasted }) => openPasted(session, given, this.#showData));
  }

  #drop(session: Session, items: DataTransferItemList): void {
    const roots = rootsOf(items);
    this.#opening(session, ({ openDropped }) => openDropped(session, roots, this.#showData));
  }

  #opening(
    { notices }: Session,
    act: (opener: Awaited<ReturnType<typeof opening>>) => void | Promise<void>,
  ): void {
    opening()
      .then(act)
      .catch((error: unknown) => {
        notices.add(
          'error',
          msg(
            str`It could not be opened, and the model here is as it was (${String(error)}). Check the connection and try again.`,
          ),
        );
      });
  }

  readonly #showData = (data: Data): void => void this.layout?.showData(data);

  /** Follows the attributes to the letter, or says why not. */
  async #obey(session: Session): Promise<void> {
    const { link, problems } = readAttributes(this.attributes);
    if (problems.length === 0) {
      session.links.preview(link);
      undoRem(this, session.current.spec.size);
      this.#opened ??= session.catalog.open(session.current.spec.backend);
      if (await this.#opened) problems.push(...(await session.links.obey(link)));
      if (!session.current.model) {
        problems.push(...session.notices.take().map(({ text }) => text));
      }
    }
    // It may have been taken away meanwhile.
    if (session !== this.#session) return;
    this.problems = problems;
    this.#tellWaiting();
    if (problems.length === 0) this.dispatchEvent(new Event('ready', { bubbles: true }));
  }

  override render(): TemplateResult {
    if (this.problems.length) return this.#refusal();
    if (!this.#session) return html`<div class="later"></div>`;
    return html`<gan-page
        .session=${this.#session}
        .theme=${this.#theme}
        ?whole=${this.page}
      ></gan-page>
      ${this.dropping ? html`<p class="drop">${msg('Drop a checkpoint, a config or data to open it')}</p>` : nothing}`;
  }

  #refusal(): TemplateResult {
    return html`<div class="refused" role="alert">
      <p><strong>${msg('This playground cannot be shown as it was asked for.')}</strong></p>
      <ul>
        ${this.problems.map((problem) => html`<li>${problem.replace(/\.?$/, '.')}</li>`)}
      </ul>
    </div>`;
  }

  readonly #shortcut = (key: string): (() => void) | undefined =>
    this.#session && this.layout ? shortcut(key, this.#session, this.layout) : undefined;

  #listenForFiles(target: EventTarget): (() => void)[] {
    return [
      listen(target, 'dragover', (event) => {
        if (!event.dataTransfer?.types.includes('Files')) return;
        if (this.#session?.current.locked) return;
        event.preventDefault();
        this.dropping = true;
      }),
      listen(target, 'dragleave', () => {
        this.dropping = false;
      }),
      listen(target, 'drop', (event) => {
        event.preventDefault();
        this.dropping = false;
        const { items } = event.dataTransfer ?? {};
        if (items && this.#session && !this.#session.current.locked)
          this.#drop(this.#session, items);
      }),
    ];
  }
}

/** The address of a frame that is not a page of its own, such as one of `srcdoc`, cannot be changed. */
function writeAddress(hash: string): void {
  try {
    history.replaceState(null, '', location.pathname + hash);
  } catch {
    // The link can be shared all the same.
  }
}
