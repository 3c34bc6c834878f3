/** What one can take away: a picture, the run as a film, its curves, what was done. Each says how large it is before it is made. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { saveLog } from '../export/log.ts';
import { csvOf, jsonOf } from '../export/tables.ts';
import { count, decimal } from '../state/format.ts';
import { isObject } from '../state/json.ts';
import type { Topic } from '../state/topics.ts';
import { Still, SIDE } from '../stage/still.ts';
import { icon } from '../style/icons.ts';
import { dialog, shared } from '../style/shared.ts';
import { msg, str } from '../words/locale.ts';
import { download } from './download.ts';
import { ThemedElement } from './themed-element.ts';

const SCALES = [1, 2, 3, 4] as const;

@customElement('gan-take')
export class GanTake extends ThemedElement {
  protected readonly topics: readonly Topic[] = ['model'];
  @query('dialog') private readonly dialog!: HTMLDialogElement;
  @state() private scale = 2;
  @state() private captioned = true;
  /** About how many bytes the film would have. */
  @state() private filmSize: number | undefined;
  /** Pictures of the film that are done, while it is made. */
  @state() private done: number | undefined;
  @state() private problem = '';

  static override styles = [
    shared,
    dialog,
    css`
      dialog {
        width: min(28rem, 100vw - 2rem);
      }
      section {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        align-items: center;
        gap: 0.375rem 1rem;
      }
      section {
        padding-block: 0.75rem;
        border-block-start: 1px solid var(--line);
      }
      section > div {
        flex: 1 1 10rem;
      }
      .files {
        display: flex;
        gap: 0.5rem;
      }
      h3 {
        font-size: 0.9375rem;
      }
      label {
        display: inline-flex;
        align-items: center;
        gap: 0.375rem;
        font-size: 0.875rem;
      }
      select {
        min-height: 2rem;
      }
      progress {
        width: 100%;
        accent-color: var(--ink);
      }
      .problem {
        color: var(--fake-text);
      }
    `,
  ];

  show(): void {
    this.problem = '';
    this.filmSize = undefined;
    this.requestUpdate();
    if (!this.dialog.open) this.dialog.showModal();
    void this.#try(() => this.#measure());
  }

  override render(): TemplateResult {
    return html`<dialog aria-labelledby="title">
      <div class="head">
        <h2 id="title">${msg('Take away')}</h2>
        <button
          class="plain"
          aria-label=${msg('Close')}
          @click=${() => {
            this.dialog.close();
          }}
        >
          ${icon('close')}
        </button>
      </div>
      ${this.#picture()} ${this.#film()} ${this.#curves()} ${this.#log()}
      ${this.problem ? html`<p class="small problem" role="alert">${this.problem}</p>` : nothing}
    </dialog>`;
  }

  #picture(): TemplateResult {
    return html`<section>
      <div>
        <h3>${msg('Picture')}</h3>
        <label
          ><select
            aria-label=${msg('Size of the picture')}
            @change=${(event: Event) => {
              this.scale = Number((event.target as HTMLSelectElement).value);
            }}
          >
            ${SCALES.map(
              (scale) =>
                html`<option value=${scale} ?selected=${scale === this.scale}>
                  ${msg(str`${scale * SIDE} pixels`)}
                </option>`,
            )}
          </select></label
        >
        <label
          ><input
            type="checkbox"
            .checked=${this.captioned}
            @change=${(event: Event) => {
              this.captioned = (event.target as HTMLInputElement).checked;
            }}
          />${msg('with a caption')}</label
        >
      </div>
      <button data-take="png" @click=${() => void this.#try(() => this.#savePicture())}>PNG</button>
    </section>`;
  }

  #film(): TemplateResult {
    const { items: frames } = this.session.stage.film;
    return html`<section>
      <div>
        <h3>${msg('This run as a film')}</h3>
        <p class="small quiet">${filmText(frames.length, this.filmSize)}</p>
        ${
          this.done === undefined
            ? nothing
            : html`<progress
                aria-label=${msg('Pictures that are done')}
                max=${frames.length}
                value=${this.done}
              ></progress>`
        }
      </div>
      <button
        data-take="gif"
        ?disabled=${frames.length < 2 || this.done !== undefined}
        @click=${() => void this.#try(() => this.#saveFilm())}
      >
        GIF
      </button>
    </section>`;
  }

  #curves(): TemplateResult {
    const points = this.session.run.series.steps.length;
    return html`<section>
      <div>
        <h3>${msg('Curves')}</h3>
        <p class="small quiet">${curvesText(points)}</p>
      </div>
      <span class="files">
        <button
          data-take="csv"
          aria-label=${msg('Curves as CSV')}
          ?disabled=${points === 0}
          @click=${this.#saveCsv}
        >
          CSV
        </button>
        <button
          data-take="json"
          aria-label=${msg('Curves as JSON')}
          ?disabled=${points === 0}
          @click=${this.#saveJson}
        >
          JSON
        </button></span
      >
    </section>`;
  }

  #log(): TemplateResult {
    const { deeds, leftOut } = this.session.log;
    return html`<section>
      <div>
        <h3>${msg('What was done')}</h3>
        <p class="small quiet">
          ${deedsText(deeds.length, leftOut > 0)}
          ${msg('The list stays in this tab until you save it.')}
        </p>
      </div>
      <span class="files"
        >${(['csv', 'json'] as const).map(
          (kind) =>
            html`<button
              data-take="log-${kind}"
              aria-label=${msg(str`What was done, as ${kind.toUpperCase()}`)}
              @click=${() => {
                saveLog(this.session.log, kind);
              }}
            >
              ${kind.toUpperCase()}
            </button>`,
        )}</span
      >
    </section>`;
  }

  /** Whatever fails is said in its place. */
  async #try(job: () => Promise<void>): Promise<void> {
    this.problem = '';
    try {
      await job();
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    } finally {
      this.done = undefined;
    }
  }

  #still(scale: number): Still | undefined {
    const { model } = this.session.current;
    const { strengths } = this.session.stage;
    return model && new Still(model, strengths, this.theme.palette, scale);
  }

  #caption(step: number): string {
    const title = this.session.current.preset?.title ?? '';
    return msg(str`${title}, step ${count(step)}`);
  }

  #name(ending: string): string {
    return `ganlet-${this.session.current.spec.preset}-step-${this.session.run.step}.${ending}`;
  }

  async #savePicture(): Promise<void> {
    const { picture } = this.session.stage;
    const still = this.#still(this.scale);
    if (!still || !picture) throw new Error(msg('There is no picture yet.'));
    still.draw(picture, this.captioned ? this.#caption(picture.step) : '');
    const blob = await new Promise<Blob | null>((resolve) => {
      still.canvas.toBlob(resolve);
    });
    if (!blob)
      throw new Error(msg('This browser could not make so large a picture: choose a smaller one.'));
    download(blob, this.#name('png'));
  }

  get #reel(): Parameters<(typeof import('../export/gif.ts'))['gifOf']>[1] {
    return {
      frames: this.session.stage.film.items,
      caption: ({ step }) => this.#caption(step),
    };
  }

  async #measure(): Promise<void> {
    const still = this.#still(1);
    if (!still || this.session.stage.film.items.length < 2) return;
    const { sizeOf } = await import('../export/gif.ts');
    this.filmSize = await sizeOf(still, this.#reel);
  }

  async #saveFilm(): Promise<void> {
    const still = this.#still(1);
    if (!still) return;
    this.done = 0;
    const { gifOf } = await import('../export/gif.ts');
    const bytes = await gifOf(still, this.#reel, (done) => {
      this.done = done;
    });
    download(new Blob([bytes], { type: 'image/gif' }), this.#name('gif'));
  }

  get #names(): string[] {
    return (this.session.current.model?.info.metrics ?? []).map(({ name }) => name);
  }

  readonly #saveCsv = (): void => {
    const text = csvOf(this.session.run.series, this.#names);
    download(new Blob([text], { type: 'text/csv' }), this.#name('csv'));
  };

  readonly #saveJson = (): void => {
    const { model } = this.session.current;
    const { series, evaluation } = this.session.run;
    if (!isObject(model?.config)) return;
    const text = jsonOf(model.config, series, this.#names, evaluation);
    download(new Blob([text], { type: 'application/json' }), this.#name('json'));
  };
}

/** `size` is undefined until it is measured. */
function filmText(pictures: number, size: number | undefined): string {
  if (pictures < 2) return msg('There is nothing to play yet: train first.');
  return size === undefined
    ? msg(str`${pictures} pictures, …`)
    : msg(str`${pictures} pictures, about ${megabytes(size)}`);
}

function curvesText(points: number): string {
  if (points === 0) return msg('They begin with the first step.');
  return points === 1
    ? msg('1 point of each metric; JSON has the settings and figures too')
    : msg(str`${count(points)} points of each metric; JSON has the settings and figures too`);
}

/** `last`: there were more than are kept. */
function deedsText(deeds: number, last: boolean): string {
  if (deeds === 1) return msg('One action since the page was opened, each with its time and step.');
  return last
    ? msg(
        str`The last ${count(deeds)} actions since the page was opened, each with its time and step.`,
      )
    : msg(str`${count(deeds)} actions since the page was opened, each with its time and step.`);
}

const megabytes = (bytes: number): string =>
  bytes < 1e6 ? `${count(bytes / 1000)} KB` : `${decimal(bytes / 1e6, 1)} MB`;
