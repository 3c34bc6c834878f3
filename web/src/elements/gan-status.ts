/** The honest line: what runs where, what is loading and how far, and why it is not faster. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Info } from '../library.ts';
import { webgpuHelp } from '../state/browser.ts';
import { count, decimal, progressText } from '../state/format.ts';
import type { Topic } from '../state/topics.ts';
import { shared } from '../style/shared.ts';
import { VERSION } from '../version.ts';
import { LANGUAGE_NAMES, LANGUAGES } from '../words/choose.ts';
import { courseAddress } from '../words/course.ts';
import { language, msg, str } from '../words/locale.ts';
import { turnTo } from '../words/turn.ts';
import { SessionElement } from './session-element.ts';

@customElement('gan-status')
export class GanStatus extends SessionElement {
  protected readonly topics: readonly Topic[] = ['model', 'progress', 'running', 'catalog', 'spec'];
  @property({ type: Boolean }) page = false;

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0.25rem 1rem;
        font-size: 0.8125rem;
        line-height: 1.5;
        color: var(--quiet);
        min-height: 1.5rem;
      }
      strong {
        font-weight: 600;
        color: var(--ink);
      }
      progress {
        width: 8rem;
        height: 0.25rem;
        accent-color: var(--ink);
        vertical-align: middle;
      }
      summary {
        cursor: pointer;
        text-decoration: underline;
        text-underline-offset: 0.2em;
        text-decoration-color: var(--line);
      }
      details p {
        max-width: 44rem;
        padding-block: 0.25rem;
      }
      a,
      .back {
        color: inherit;
        text-underline-offset: 0.2em;
        text-decoration-color: var(--line);
      }
      .back {
        min-height: 0;
        padding: 0;
        border: 0;
        background: none;
        font: inherit;
        text-decoration-line: underline;
      }
      label {
        display: inline-flex;
        gap: 0.375rem;
        align-items: center;
      }
      /* One line, where a reason why there is no GPU stands in it too. */
      @container (max-width: 84rem) {
        .version {
          display: none;
        }
      }
      @container (max-width: 96rem) {
        .fine {
          display: none;
        }
      }
      @container (min-width: 56rem) {
        .local {
          margin-inline-start: auto;
        }
      }
    `,
  ];

  override render(): TemplateResult {
    const { session } = this;
    return html`
      <span role="status"
        >${session.channel.busy ? this.#busy() : this.#where(session.current.model?.info)}</span
      >
      ${session.background.paused ? html`<strong>${msg('Paused while this tab is hidden.')}</strong>` : nothing}
      ${session.channel.busy || !session.current.model ? nothing : this.#why(session.current.model.info)}
      ${session.channel.busy ? nothing : this.#back()}
      <label class="local">
        <input
          type="checkbox"
          .checked=${session.background.allowed}
          @change=${(event: Event) => {
            session.background.allowed = (event.target as HTMLInputElement).checked;
          }}
        />
        ${msg('Train in a hidden tab too')}
      </label>
      <span>${msg('Nothing leaves this tab.')}</span>
      ${
        this.page
          ? html`<span class="version">Ganlet ${VERSION}</span>
              <a href=${session.catalog.at(courseAddress())}>${msg('Lessons')}</a>
              <a href=${session.catalog.at('teach.html')}>${msg('For your own page')}</a>
              <a href=${session.catalog.at('bench.html')}>${msg('How fast is it here?')}</a>
              ${this.#languages()}`
          : html`<a href=${session.current.link} target="_blank"
              >${msg('Open in a page of its own')}</a
            >`
      }
    `;
  }

  /** The page in its other languages, by their own names. */
  #languages(): TemplateResult[] {
    return LANGUAGES.filter((one) => one !== language).map(
      (one) =>
        html`<button
          class="back"
          lang=${one}
          data-language=${one}
          @click=${() => {
            turnTo(one);
          }}
        >
          ${LANGUAGE_NAMES[one]}
        </button>`,
    );
  }

  #busy(): TemplateResult {
    const { busy, progress } = this.session.channel;
    const bar =
      progress && progress.total > 0
        ? html`<progress
            max=${progress.total}
            value=${progress.done}
            aria-label=${msg('Progress')}
          ></progress>`
        : nothing;
    return html`${busy}${progress ? html`: ${progressText(progress)}` : '…'} ${bar}`;
  }

  #where(info: Info | undefined): TemplateResult {
    if (!info) return html`${msg('No model yet.')}`;
    const name = info.backend === 'webgpu' ? 'WebGPU' : 'CPU';
    return html`<strong data-metric="backend">${name}</strong> · ${info.adapter} ·
      ${decimal(info.gpu_bytes / 1e6, 1)} MB <span class="fine">· ${kernelsText(info)}</span>`;
  }

  #back(): TemplateResult | typeof nothing {
    const { session } = this;
    const { aside } = session.models;
    if (!aside) return nothing;
    const { preset } = aside.spec;
    const title = session.catalog.find(preset)?.title ?? preset;
    const step = count(aside.step);
    return html`<button class="back" @click=${() => void session.models.bringBack()}>
      ${
        preset === session.current.spec.preset
          ? msg(str`Back to step ${step}`)
          : msg(str`Back to ${title}, step ${step}`)
      }
    </button>`;
  }

  #why(info: Info): TemplateResult | typeof nothing {
    if (info.backend === 'webgpu' && !info.software) return nothing;
    const asked = this.session.current.spec.backend === 'cpu';
    if (info.backend === 'cpu' && asked) return nothing;
    const help = webgpuHelp(navigator.userAgent);
    return html`<details>
      <summary>${info.backend === 'webgpu' ? msg('Why so slow?') : msg('Why no GPU?')}</summary>
      <p>${whyText(info)} ${msg(str`How to get a GPU here: ${help}`)}</p>
    </details>`;
  }
}

function kernelsText({ kernels, dispatches_per_step: dispatches }: Info): string {
  return msg(str`${count(kernels)} kernels, ${count(dispatches)} dispatches a step`);
}

function whyText({ backend, fallback_reason: reason }: Info): string {
  if (backend === 'webgpu')
    return msg(
      'This WebGPU runs on a software adapter, so it is slow: the CPU backend is faster here.',
    );
  return reason ? msg(str`No GPU is used: ${reason}.`) : msg('No GPU is used.');
}
