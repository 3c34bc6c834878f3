/** `<gan-bench>`: times the benchmark presets in the visitor's own browser, beside recorded figures,
 * so that anybody can check the claims on their own machine. */
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Client } from '../client.ts';
import type { Backend, Preset, Progress } from '../library.ts';
import type { Timing } from '../protocol.ts';
import { gigaflops, median, milliseconds, type Recorded, report } from '../state/bench.ts';
import { webgpuHelp } from '../state/browser.ts';
import { decimal, progressText } from '../state/format.ts';
import { paletteTokens } from '../style/palette.ts';
import { shared } from '../style/shared.ts';
import { connect } from '../state/worker.ts';
import { Theme } from '../style/theme.ts';
import { msg, str } from '../words/locale.ts';

const NAMES: Record<Backend, string> = { cpu: 'CPU (WebAssembly)', webgpu: 'WebGPU' };

const recordedText = ({ date, machine, source }: Recorded): string =>
  msg(str`Recorded on ${date}: ${machine}. Details are in ${source} of the project.`);

type Result = Timing | { error: string };

@customElement('gan-bench')
export class GanBench extends LitElement {
  @state() private presets: Preset[] = [];
  @state() private recorded: Recorded | undefined;
  @state() private problem = '';
  @state() private running = '';
  @state() private progress: Progress | undefined;
  @state() private copied = false;
  /** What the clipboard did not take. */
  @state() private uncopied = '';
  @state() private results: Readonly<Record<string, Result>> = {};
  #stop = new AbortController();
  #client: Client | undefined;

  static override styles = [
    paletteTokens,
    shared,
    css`
      :host {
        display: block;
        max-width: 62rem;
        margin-inline: auto;
        padding: 1rem 1.25rem 3rem;
        font:
          1rem/1.5 system-ui,
          -apple-system,
          'Segoe UI',
          Roboto,
          sans-serif;
      }
      a {
        color: var(--real-text);
      }
      h1 {
        padding-block: 1rem 0.5rem;
        font-size: 1.375rem;
      }
      h2 {
        padding-block: 1.5rem 0.25rem;
        font-size: 1.0625rem;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.75rem;
        padding-block: 1rem;
      }
      .primary {
        min-height: 2.75rem;
        border-color: var(--ink);
        background: var(--ink);
        color: var(--paper);
        font-weight: 600;
      }
      .primary:disabled {
        opacity: 0.45;
        color: var(--paper);
      }
      /* Tables do not move when a run begins, nor columns when its numbers come. */
      [role='status'] {
        flex: 1 0 100%;
        min-height: 1.5em;
      }
      td.here {
        min-width: 10rem;
      }
      .scroll {
        overflow-x: auto;
      }
      table {
        width: 100%;
        border-collapse: collapse;
      }
      th,
      td {
        padding: 0.375rem 0.75rem 0.375rem 0;
        border-block-end: 1px solid var(--line);
        text-align: end;
        white-space: nowrap;
      }
      th {
        font-size: 0.8125rem;
        font-weight: 400;
        color: var(--quiet);
      }
      th:first-child,
      td:first-child {
        text-align: start;
      }
      td.here {
        font-weight: 600;
      }
      td small {
        font-weight: 400;
        color: var(--quiet);
      }
      .recorded {
        padding-block-start: 1rem;
      }
      .error {
        color: var(--fake-text);
        white-space: normal;
        text-align: start;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    new Theme(document.documentElement, true);
    this.#client = connect((event) => {
      if (event.event === 'progress') this.progress = event.progress;
    }).client;
    void this.#open(this.#client);
  }

  async #open(client: Client): Promise<void> {
    const at = (path: string): string => new URL(path, document.baseURI).href;
    try {
      const [catalog, recorded] = await Promise.all([
        client.call('open', { library: at('lib/ganlet.js'), data: at('data/') }),
        fetch(at('bench.json')).then((response) => response.json() as Promise<Recorded>),
      ]);
      this.presets = catalog.presets.filter(({ group }) => group === 'bench');
      this.recorded = recorded;
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  override render(): TemplateResult {
    return html`
      <header><a href="./">Ganlet</a></header>
      <main>
        <h1>${msg('How fast is it here?')}</h1>
        <p>
          ${msg('One training step of each benchmark, timed in this browser: the median of five repetitions of about a second each. Nothing leaves this tab.')}
        </p>
        ${this.problem ? html`<p class="error" role="alert">${this.problem}</p>` : nothing}
        <div class="actions">
          <button
            class="primary"
            data-action="run"
            ?disabled=${!this.presets.length || this.running !== ''}
            @click=${() => void this.#run()}
          >
            ${msg('Run all')}
          </button>
          <button
            ?disabled=${this.running === ''}
            @click=${() => {
              this.#stop.abort();
            }}
          >
            ${msg('Stop after this one')}
          </button>
          <button
            data-action="copy"
            ?disabled=${this.#timings().length === 0}
            @click=${() => void this.#copy()}
          >
            ${this.copied ? msg('Copied') : msg('Copy as JSON')}
          </button>
          <span role="status" class="quiet">${this.#status()}</span>
        </div>
        ${
          this.uncopied
            ? html`<label>
                ${msg('This browser does not let the page copy; copy this by hand:')}
                <textarea readonly rows="8" .value=${this.uncopied}></textarea>
              </label>`
            : nothing
        }
        ${(['cpu', 'webgpu'] as const).map((backend) => this.#table(backend))}
        ${
          this.recorded
            ? html`<p class="quiet small recorded">${recordedText(this.recorded)}</p>`
            : nothing
        }
      </main>
    `;
  }

  #status(): string {
    if (!this.running) return '';
    const { progress } = this;
    return progress && progress.done < progress.total
      ? `${this.running}: ${progressText(progress)}`
      : msg(str`${this.running}: measuring`);
  }

  #table(backend: Backend): TemplateResult {
    const has = backend === 'cpu' || 'gpu' in navigator;
    return html`<h2>${NAMES[backend]}</h2>
      ${
        has
          ? html`<div class="scroll" tabindex="0" role="region" aria-label=${NAMES[backend]}>
              <table>
                <thead>
                  <tr>
                    <th>${msg('Milliseconds a step')}</th>
                    <th>${msg('Here')}</th>
                    <th>GFLOP/s</th>
                    <th>${msg('To the first step')}</th>
                    ${this.#libraries().map((library) => html`<th>${msg(str`${library}, recorded`)}</th>`)}
                  </tr>
                </thead>
                <tbody>
                  ${this.presets.map((preset) => this.#row(preset, backend))}
                </tbody>
              </table>
            </div>`
          : html`<p>${msg('This browser has no WebGPU.')} ${webgpuHelp(navigator.userAgent)}</p>`
      }`;
  }

  #libraries(): string[] {
    return [...new Set(this.recorded?.figures.map(({ library }) => library))];
  }

  #row(preset: Preset, backend: Backend): TemplateResult {
    const result = this.results[`${preset.name} ${backend}`];
    const figure = (library: string): number =>
      this.recorded?.figures.find(
        (one) => one.library === library && one.backend === backend && one.workload === preset.name,
      )?.ms ?? NaN;
    return html`<tr data-row="${preset.name} ${backend}">
      <td>${preset.title}</td>
      ${this.#cells(result, preset.name)}
      ${this.#libraries().map((library) => html`<td>${milliseconds(figure(library))}</td>`)}
    </tr>`;
  }

  #cells(result: Result | undefined, workload: string): TemplateResult {
    if (!result)
      return html`<td class="here">–</td>
        <td>–</td>
        <td>–</td>`;
    if ('error' in result) return html`<td class="error" colspan="3">${result.error}</td>`;
    const here = median(result.msPerStep);
    const [least, most] = [Math.min(...result.msPerStep), Math.max(...result.msPerStep)];
    const rate = this.recorded && gigaflops(this.recorded, workload, here);
    return html`<td class="here">
        ${milliseconds(here)}
        <small>[${milliseconds(least)}–${milliseconds(most)}]</small>
      </td>
      <td>${rate === undefined ? '–' : decimal(rate, rate < 10 ? 1 : 0)}</td>
      <td>${milliseconds(result.firstStepMs)}</td>`;
  }

  #timings(): Timing[] {
    return Object.values(this.results).filter((result): result is Timing => !('error' in result));
  }

  async #run(): Promise<void> {
    const { signal } = (this.#stop = new AbortController());
    this.results = {};
    const backends: Backend[] = 'gpu' in navigator ? ['cpu', 'webgpu'] : ['cpu'];
    for (const backend of backends) {
      for (const { name: preset, title } of this.presets) {
        if (signal.aborted) break;
        this.running = msg(str`${title} on ${NAMES[backend]}`);
        this.progress = undefined;
        const result = await this.#time(preset, backend);
        this.results = { ...this.results, [`${preset} ${backend}`]: result };
      }
    }
    this.running = '';
  }

  async #time(preset: string, backend: Backend): Promise<Result> {
    try {
      if (!this.#client) throw new Error(msg('The page is closing.'));
      return await this.#client.call('bench', { preset, backend });
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) };
    }
  }

  async #copy(): Promise<void> {
    const text = report(this.#timings(), navigator.userAgent, new Date());
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Frames and pages without a certificate have no clipboard; what is shown can be copied by hand.
      this.uncopied = text;
      return;
    }
    this.copied = true;
    setTimeout(() => {
      this.copied = false;
    }, 3000);
  }
}
