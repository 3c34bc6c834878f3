/** The runs that this browser keeps: open one, lay it beside the one that is here, call it something, delete it. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { askToLast } from '../runs/files.ts';
import { list, MOST, MOST_BYTES, remove, rename, room, type Room } from '../runs/store.ts';
import { calledOf, type KeptRun } from '../state/keep.ts';
import { figuresText, roomText, sizeText, whenText } from '../state/kept-words.ts';
import type { Topic } from '../state/topics.ts';
import { icon } from '../style/icons.ts';
import { dialog, shared } from '../style/shared.ts';
import { msg, str } from '../words/locale.ts';
import { styles } from './gan-kept.styles.ts';
import { SessionElement } from './session-element.ts';

const LONGEST_NAME = 80;

@customElement('gan-kept')
export class GanKept extends SessionElement {
  protected readonly topics: readonly Topic[] = ['keep', 'progress', 'model'];
  @query('dialog') private readonly dialog!: HTMLDialogElement;
  /** Undefined until they are read. */
  @state() private runs: readonly KeptRun[] | undefined;
  @state() private room: Room | undefined;
  @state() private problem = '';
  /** What a person is about to do, and with which run. */
  @state() private asked: { id: string; what: 'rename' | 'delete' } | undefined;

  static override styles = [shared, dialog, styles];

  show(): void {
    this.asked = undefined;
    this.problem = '';
    if (!this.dialog.open) this.dialog.showModal();
    void this.#read();
  }

  protected override told(topic: Topic): void {
    if (topic === 'keep' && this.dialog.open) void this.#read();
    this.requestUpdate();
  }

  override render(): TemplateResult {
    return html`<dialog aria-labelledby="title">
      <div class="head">
        <h2 id="title">${msg('Runs')}</h2>
        <button class="plain close" aria-label=${msg('Close')} @click=${this.#close}>
          ${icon('close')}
        </button>
      </div>
      <p class="small quiet">
        ${msg('Runs are kept in this browser as they train.')}
        ${msg(str`The newest ${MOST} stay, or as many as fit into ${MOST_BYTES / 1e6} MB; one that you name stays until you delete it.`)}
      </p>
      ${this.#list()}
      ${this.problem ? html`<p class="small problem" role="alert">${this.problem}</p>` : nothing}
      ${
        this.runs
          ? html`<p class="small quiet foot">${roomText(this.runs, this.room)}</p>`
          : nothing
      }
    </dialog>`;
  }

  #list(): TemplateResult | typeof nothing {
    const { runs } = this;
    if (!runs) return nothing;
    if (runs.length === 0) {
      return html`<p class="runs">${msg('There are none yet: train for a few seconds.')}</p>`;
    }
    return html`<ul class="runs">
      ${runs.map((run) => this.#run(run))}
    </ul>`;
  }

  #run(run: KeptRun): TemplateResult {
    const called = calledOf(run);
    const asked = this.asked?.id === run.id ? this.asked.what : undefined;
    return html`<li data-run=${run.id}>
      ${
        run.picture
          ? html`<img class="picture" src=${run.picture} alt=${msg(str`Samples of ${called}`)} />`
          : html`<span class="picture"></span>`
      }
      <div class="what">
        ${asked === 'rename' ? this.#naming(run) : html`<h3>${called}</h3>`}
        ${run.name !== undefined && asked !== 'rename' ? html`<p class="small">${run.title}</p>` : nothing}
        <p class="small">${figuresText(run)}</p>
        <p class="small quiet">${whenText(run.at, Date.now())} · ${sizeText(run.bytes)}</p>
      </div>
      <div class="row">
        ${asked === 'delete' ? this.#deleting(run) : asked === 'rename' ? nothing : this.#actions(run)}
      </div>
    </li>`;
  }

  #actions(run: KeptRun): TemplateResult {
    const { session } = this;
    const isHere = session.run.identity.id === run.id && session.run.step === run.step;
    const off = session.channel.busy !== '';
    const ask = (what: 'rename' | 'delete') => () => {
      this.asked = { id: run.id, what };
      this.#focus('[data-asked]');
    };
    return html`${
        isHere
          ? html`<span class="small quiet">${msg('on the page now')}</span>`
          : html`<button data-kept="open" ?disabled=${off} @click=${() => void this.#open(run)}>
                ${msg('Open')}
              </button>
              <button
                data-kept="compare"
                title=${msg('Open it, with the run that is here beside it')}
                ?disabled=${off || session.run.step === 0}
                @click=${() => void this.#compare(run)}
              >
                ${msg('Compare')}
              </button>`
      }
      <button class="plain" data-kept="rename" @click=${ask('rename')}>${msg('Rename')}</button>
      <button class="plain" data-kept="delete" @click=${ask('delete')}>${msg('Delete')}</button>`;
  }

  #naming(run: KeptRun): TemplateResult {
    return html`<form
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        const field = (event.currentTarget as HTMLFormElement).querySelector('input');
        const name = field?.value.trim() ?? '';
        // A person may be asked in turn, so nothing waits for the answer but the words about it.
        if (name) void askToLast().then(() => this.#read());
        void this.#try(() => rename(run.id, name)).then(() => {
          this.#focus(`[data-run='${run.id}'] [data-kept=rename]`);
        });
      }}
    >
      <input
        type="text"
        data-asked
        aria-label=${msg('What to call this run; empty for its own title')}
        maxlength=${LONGEST_NAME}
        placeholder=${run.title}
        .value=${run.name ?? ''}
        @keydown=${this.#onKey}
      />
      <button type="submit">${msg('Save name')}</button>
      <button type="button" class="plain" @click=${() => (this.asked = undefined)}>
        ${msg('Cancel')}
      </button>
    </form>`;
  }

  #deleting(run: KeptRun): TemplateResult {
    return html`<span class="small">${msg('Delete it for good?')}</span>
      <button
        class="delete"
        data-asked
        data-kept="really-delete"
        @click=${() =>
          void this.#try(async () => {
            await remove(run.id);
            this.session.keep.drop(run.id);
          }).then(() => {
            this.#focus('.close');
          })}
      >
        ${msg('Delete')}
      </button>
      <button class="plain" @click=${() => (this.asked = undefined)}>${msg('Cancel')}</button>`;
  }

  /** What a person goes on with when what they pressed is gone. */
  #focus(selector: string): void {
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>(selector)?.focus(),
    );
  }

  /** Escape leaves the name, not the dialog. */
  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    this.asked = undefined;
  };

  async #open(run: KeptRun): Promise<void> {
    if (await this.session.keep.open?.(run)) {
      // What stood beside the run before stands beside nothing now.
      this.session.comparison.forget();
    }
    this.#close();
  }

  async #compare(run: KeptRun): Promise<void> {
    const { comparison, keep } = this.session;
    await comparison.beside(async () => (await keep.open?.(run)) ?? false);
    this.#close();
  }

  async #read(): Promise<void> {
    try {
      [this.runs, this.room] = await Promise.all([list(), room()]);
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  async #try(act: () => Promise<void>): Promise<void> {
    this.problem = '';
    this.asked = undefined;
    try {
      await act();
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
    await this.#read();
  }

  readonly #close = (): void => {
    this.dialog.close();
  };
}
