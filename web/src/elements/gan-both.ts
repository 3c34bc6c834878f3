/** The curves of two runs in one plot: those of the first solid, those of the second dashed. */
import { css, html, LitElement, type PropertyValues, type TemplateResult, unsafeCSS } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type uPlot from 'uplot';
import uPlotStyles from 'uplot/dist/uPlot.min.css?inline';
import type { Info } from '../library.ts';
import type { Curves } from '../state/series.ts';
import { paletteTokens, roles } from '../style/palette.ts';
import { shared } from '../style/shared.ts';
import { Theme } from '../style/theme.ts';
import { type ChartOf, chartOptions, chartsOf } from './charts.ts';
import { loadUPlot, whyNoCurves } from './load-uplot.ts';

/** What a run recorded. */
export interface Recorded {
  info: Info;
  curves: Curves;
}

@customElement('gan-both')
export class GanBoth extends LitElement {
  @property({ attribute: false }) runs: readonly Recorded[] = [];
  /** Why there are no curves, in words. */
  @state() private missing = '';
  #plot: typeof uPlot | undefined;
  #plots: uPlot[] = [];
  readonly #theme = new Theme(document.documentElement, true);
  readonly #resize = new ResizeObserver(() => {
    this.#holders().forEach((holder, i) => {
      this.#plots[i]?.setSize({ width: holder.clientWidth, height: holder.clientHeight });
    });
  });

  static override styles = [
    unsafeCSS(uPlotStyles),
    paletteTokens,
    shared,
    roles,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr));
        gap: 1rem 1.5rem;
      }
      figure {
        min-width: 0;
        margin: 0;
      }
      figcaption {
        display: flex;
        flex-wrap: wrap;
        gap: 0 1rem;
        font-size: 0.8125rem;
      }
      figcaption span {
        color: var(--word);
      }
      .plot {
        height: 9rem;
      }
    `,
  ];

  override firstUpdated(): void {
    this.#resize.observe(this);
    this.#theme.addEventListener('change', () => {
      this.#build();
    });
    loadUPlot().then(
      (plot) => {
        this.#plot = plot;
        this.#build();
      },
      (error: unknown) => {
        this.missing = whyNoCurves(error);
      },
    );
  }

  override render(): TemplateResult {
    if (this.missing) return html`<p class="quiet">${this.missing}</p>`;
    return html`${this.#charts.map(
      ({ metrics }) => html`
        <figure>
          <figcaption>
            ${metrics.map(({ title, colour }) => html`<span class=${colour}>${title}</span>`)}
          </figcaption>
          <div class="plot"></div>
        </figure>
      `,
    )}`;
  }

  override updated(changed: PropertyValues): void {
    if (!changed.has('runs')) return;
    if (this.#plots.length !== this.#charts.length) this.#build();
    this.#plots.forEach((plot, i) => {
      plot.setData(this.#data(i));
    });
  }

  /** Runs of one game have the same charts. */
  get #charts(): readonly ChartOf[] {
    const [first] = this.runs;
    return first ? chartsOf(first.info) : [];
  }

  #holders(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('.plot')];
  }

  #build(): void {
    const Plot = this.#plot;
    if (!Plot) return;
    for (const plot of this.#plots) plot.destroy();
    const { palette } = this.#theme;
    this.#plots = this.#holders().flatMap((holder, i) => {
      const chart = this.#charts[i];
      if (!chart) return [];
      const options = chartOptions(chart, palette, holder, this.runs.length);
      return [new Plot(options, this.#data(i), holder)];
    });
  }

  /** The steps of both, each with the values of either where it has them. */
  #data(chart: number): uPlot.AlignedData {
    const metrics = this.#charts[chart]?.metrics ?? [];
    const tables = this.runs.map(({ curves: { steps, columns } }): uPlot.AlignedData => [
      [...steps],
      ...metrics.map(({ name }) => steps.map((_, i) => columns[name]?.[i] ?? null)),
    ]);
    return this.#plot?.join(tables) ?? [[]];
  }
}
