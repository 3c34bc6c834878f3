/** The latent studio: samples to choose from at the left; what is done with them at the right. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Attribute } from '../library.ts';
import { decimal } from '../state/format.ts';
import { getPath } from '../state/json.ts';
import { labelOf } from '../state/label.ts';
import type { Topic } from '../state/topics.ts';
import { BASKETS, SAMPLES, predictionText, Studio, type Tools } from '../state/studio.ts';
import { readStudio, writeStudio } from '../state/studio-link.ts';
import { row, shared } from '../style/shared.ts';
import { msg, said, str } from '../words/locale.ts';
import { sample } from './cells.ts';
import './gan-baskets.ts';
import './gan-images.ts';
import './gan-invert.ts';
import './gan-plane.ts';
import './gan-sliders.ts';
import './gan-walk.ts';
import { SessionElement } from './session-element.ts';
import { Throttled } from './throttled.ts';

const TOOLS: Record<Tool, string> = {
  walk: msg('Walk'),
  plane: msg('Plane'),
  sliders: msg('Directions'),
  invert: msg('Your image'),
};
type Tool = Tools['shown'];

/** While it trains, the studio follows at this pace. */
const FOLLOW_MS = 1000;
/** As often the link is written anew while something is dragged. */
const REMEMBER_MS = 300;

@customElement('gan-studio')
export class GanStudio extends SessionElement {
  protected readonly topics: readonly Topic[] = ['studio', 'model', 'frame'];
  /** The sample of the stage that it was opened with. */
  @property({ attribute: false }) sample: number | undefined;
  /** What the link says is there. */
  @state() private begun = false;
  @state() private wanted: Record<string, string> = {};
  #beginning = false;
  #step = -1;
  #followed = 0;
  readonly #remember = new Throttled(this, REMEMBER_MS, () => {
    const { session } = this;
    if (this.begun) session.keepStudio(writeStudio(session.studio));
  });

  static override styles = [
    shared,
    row,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(15rem, 23rem) minmax(0, 1fr);
        gap: 1rem 1.5rem;
        align-items: start;
      }
      .choose,
      .work {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 0.625rem;
        min-width: 0;
      }
      .segments {
        display: flex;
      }
      .segments button {
        border-radius: 0;
        margin-inline-start: -1px;
        font-weight: 600;
      }
      .segments button[aria-pressed='true'],
      [role='tab'][aria-selected='true'] {
        background: var(--ink);
        color: var(--paper);
      }
      label {
        display: inline-flex;
        align-items: center;
        gap: 0.375rem;
      }
      input[type='range'] {
        width: 7rem;
        accent-color: var(--ink);
      }
      .says {
        min-height: 1.3em;
      }
      .refusal {
        color: var(--fake-text);
      }
      .tools {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem;
        padding-block-start: 0.625rem;
        border-block-start: 1px solid var(--line);
      }
      .tools button {
        min-height: 2rem;
        border-color: transparent;
        background: none;
      }
      @container (max-width: 48rem) {
        :host {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  override willUpdate(): void {
    this.session.openStudio(Studio);
  }

  override firstUpdated(): void {
    void this.#begin(this.sample);
  }

  /** With what the link says, or with what was there when it was closed. */
  async #begin(sample?: number): Promise<void> {
    const { studio, current } = this.session;
    if (this.#beginning) return;
    this.#beginning = true;
    const { studio: link } = current.spec;
    if (link) await studio.restore(readStudio(link).kept);
    this.begun = true;
    this.#remember.ask();
    await studio.begin(sample);
    this.#beginning = false;
  }

  protected override told(topic: Topic): void {
    if (topic !== 'frame') {
      this.requestUpdate();
      if (topic === 'studio') this.#remember.ask();
      // Another model, which needs samples of its own.
      else if (!this.session.studio.samples && !this.#beginning) {
        this.begun = false;
        void this.#begin();
      }
      return;
    }
    const { frame } = this.session.stage;
    const { studio } = this.session;
    // The stage is not there to say so.
    this.session.stage.drawn();
    const now = performance.now();
    if (!frame || frame.step === this.#step || now - this.#followed < FOLLOW_MS) return;
    if (this.#step >= 0) studio.refresh();
    this.#step = frame.step;
    this.#followed = now;
  }

  override render(): TemplateResult {
    const { session } = this;
    const { studio } = session;
    const { model } = session.current;
    const marks = new Map(
      Array.from({ length: SAMPLES }, (_, i) => [i, studio.basketOf(i) ?? ''] as const).filter(
        ([, basket]) => basket,
      ),
    );
    const prediction =
      studio.looked === undefined ? '' : predictionText(studio.samples?.predictions[studio.looked]);
    return html`
      <section class="choose" aria-label=${msg('Samples')}>
        <div class="row">
          <span id="into">${msg('A click puts a sample into')}</span>
          <div class="segments" role="group" aria-labelledby="into">
            ${BASKETS.map(
              (name) =>
                html`<button
                  aria-pressed=${studio.chosen === name ? 'true' : 'false'}
                  @click=${() => {
                    studio.choose(name);
                  }}
                >
                  ${name}
                </button>`,
            )}
          </div>
        </div>
        <gan-images
          .cell=${sample}
          label=${msg('Samples of G')}
          .images=${studio.samples?.images}
          .data=${model?.info.data}
          .marks=${marks}
          @pick=${(event: CustomEvent<number>) => {
            studio.pick(event.detail);
          }}
          @look=${(event: CustomEvent<number | undefined>) => {
            void studio.look(event.detail);
          }}
        ></gan-images>
        <p class="small quiet says">${studio.busy ? `${studio.busy}…` : prediction}</p>
        ${this.#refusal('samples')} ${this.#samples()} ${this.#find(studio.attributes)}
      </section>
      <section class="work" aria-label=${msg('What is done with them')}>
        <gan-baskets .session=${session}></gan-baskets>
        <div class="tools" role="tablist" aria-label=${msg('Tools')} @keydown=${this.#onTabs}>
          ${(Object.keys(TOOLS) as Tool[]).map((tool) => this.#tab(tool))}
        </div>
        <div role="tabpanel" id="panel" aria-labelledby=${`tab-${studio.tools.shown}`}>
          ${this.begun ? this.#tool() : nothing}
        </div>
      </section>
    `;
  }

  #samples(): TemplateResult {
    const { studio, current } = this.session;
    // Signs are all as far from the middle: there is no safer part of them.
    const graded = getPath(current.model?.config, 'prior.kind') !== 'signs';
    return html`<div class="row">
      <button
        @click=${() => {
          studio.show({ seed: (studio.seed ?? 0) + 1 });
        }}
      >
        ${msg('Other samples')}
      </button>
      ${
        graded
          ? html`<label
              title=${msg('Truncation: noise from nearer the middle of the prior makes safer but less varied samples')}
            >
              ${msg('Play safe')}
              <input
                type="range"
                aria-label=${msg('Truncation, from play safe to varied')}
                min="0.1"
                max="1"
                step="0.05"
                .value=${String(studio.truncation)}
                @input=${(event: Event) => {
                  studio.show({ truncation: Number((event.target as HTMLInputElement).value) });
                }}
              />
              ${msg('varied')} <output>${decimal(studio.truncation, 2)}</output>
            </label>`
          : nothing
      }
    </div>`;
  }

  /** Baskets from labels: the classifier looks through many samples. */
  #find(attributes: readonly Attribute[]): TemplateResult | typeof nothing {
    if (attributes.length === 0) return nothing;
    const { studio } = this.session;
    const wanted = Object.fromEntries(Object.entries(this.wanted).filter(([, label]) => label));
    return html`<div class="row" role="group" aria-label=${msg('Fill from labels')}>
        ${attributes.map(
          ({ name, classes }) =>
            html`<select
              aria-label=${labelOf(name)}
              @change=${(event: Event) => {
                const { value } = event.target as HTMLSelectElement;
                this.wanted = { ...this.wanted, [name]: value };
              }}
            >
              <option value="">${msg(str`${labelOf(name)}: any`)}</option>
              ${classes.map((label) => html`<option value=${label}>${said(label)}</option>`)}
            </select>`,
        )}
        <button
          data-action="find"
          ?disabled=${Object.keys(wanted).length === 0 || studio.busy !== ''}
          @click=${() => void studio.fill(studio.chosen, wanted, 3)}
        >
          ${msg(str`Find 3 for ${studio.chosen}`)}
        </button>
      </div>
      ${this.#refusal('find')}`;
  }

  #refusal(who: string): TemplateResult | typeof nothing {
    const reason = this.session.studio.refusals[who];
    return reason ? html`<p class="small refusal" role="alert">${reason}</p>` : nothing;
  }

  #tab(tool: Tool): TemplateResult {
    const { studio } = this.session;
    const selected = studio.tools.shown === tool;
    return html`<button
      role="tab"
      id=${`tab-${tool}`}
      aria-selected=${selected ? 'true' : 'false'}
      aria-controls="panel"
      tabindex=${selected ? 0 : -1}
      @click=${() => {
        studio.use({ shown: tool });
      }}
    >
      ${TOOLS[tool]}
    </button>`;
  }

  readonly #onTabs = (event: KeyboardEvent): void => {
    const tools = Object.keys(TOOLS) as Tool[];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const { studio } = this.session;
    const at = tools.indexOf(studio.tools.shown) + step + tools.length;
    const next = tools[at % tools.length];
    if (!next) return;
    studio.use({ shown: next });
    this.renderRoot.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };

  #tool(): TemplateResult {
    const { session } = this;
    switch (session.studio.tools.shown) {
      case 'walk':
        return html`<gan-walk .session=${session}></gan-walk>`;
      case 'plane':
        return html`<gan-plane .session=${session}></gan-plane>`;
      case 'sliders':
        return html`<gan-sliders .session=${session}></gan-sliders>`;
      case 'invert':
        return html`<gan-invert .session=${session}></gan-invert>`;
    }
  }
}
