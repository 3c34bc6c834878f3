/**
 * The curves of what a model records, in charts of what goes together. uPlot, which draws them, is more than a third of
 * the page's code, so it comes when there is something to draw, and in view: on a phone when one scrolls to it.
 */
import { css, html, nothing, type TemplateResult, unsafeCSS } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type uPlot from 'uplot';
import uPlotStyles from 'uplot/dist/uPlot.min.css?inline';
import { decimal } from '../state/format.ts';
import type { Topic } from '../state/topics.ts';
import { type Palette, roles } from '../style/palette.ts';
import { shared } from '../style/shared.ts';
import { msg, str } from '../words/locale.ts';
import { type ChartOf, chartOptions, chartsOf, NO_CURVES, sameCharts } from './charts.ts';
import { whenInView } from './in-view.ts';
import { loadUPlot, whyNoCurves } from './load-uplot.ts';
import { ThemedElement } from './themed-element.ts';
import { Throttled } from './throttled.ts';

/** How long curves of a run that is not going on let the rest of the page come first, in milliseconds. */
const AFTER_THE_GAME = 1500;

@customElement('gan-curves')
export class GanCurves extends ThemedElement {
  protected readonly topics: readonly Topic[] = ['metrics', 'model', 'show'];
  @state() private empty = true;
  /** The point of the curves that the pointer is over, in both charts. */
  @state() private at: number | null = null;
  /** Why there are no curves, in words. */
  @state() private missing = '';
  #plot: typeof uPlot | undefined;
  #plots: uPlot[] = [];
  /** Gives up waiting to come into view. */
  #begun = false;
  #later: ReturnType<typeof setTimeout> | undefined;
  /** New numbers come many times a second; a curve that grows ten times a second looks as live. */
  readonly #grow = new Throttled(this, 100, () => {
    this.#update();
  });
  @state() private charts: readonly ChartOf[] = chartsOf(undefined);
  readonly #resize = new ResizeObserver(() => {
    this.#fit();
  });

  static override styles = [
    unsafeCSS(uPlotStyles),
    shared,
    roles,
    css`
      :host {
        display: grid;
        gap: 0.5rem;
        grid-template-rows: 1fr 1fr;
        min-width: 0;
        min-height: 16rem;
      }
      /* Side by side where the window is low, so that what to try next is in sight. */
      @media (max-height: 60rem) and (min-width: 75rem) {
        :host {
          grid-template: 1fr / 1fr 1fr;
          min-height: 9rem;
        }
      }
      figure {
        display: flex;
        flex-direction: column;
        min-width: 0;
        min-height: 7.75rem;
        margin: 0;
      }
      figcaption {
        display: flex;
        flex-wrap: wrap;
        gap: 0 1rem;
        font-size: 0.8125rem;
        color: var(--quiet);
      }
      em {
        margin-inline-start: auto;
        font-style: normal;
      }
      figcaption span::before {
        content: '';
        display: inline-block;
        width: 0.75rem;
        height: 0.1875rem;
        margin-inline-end: 0.375rem;
        border-radius: 1px;
        vertical-align: middle;
        background: currentColor;
        /* The curves keep their colours whatever the reader's are, and these are the key to them. */
        forced-color-adjust: none;
      }
      .plot {
        position: relative;
        flex: 1;
        min-height: 0;
      }
      .plot > * {
        position: absolute;
        inset: 0;
      }
      .empty > div {
        visibility: hidden;
      }
      .plot > p {
        z-index: 1;
        inset: 40% 0 auto;
        text-align: center;
      }
      figcaption span {
        color: var(--word);
      }
    `,
  ];

  override render(): TemplateResult {
    return html`${this.charts.map(
      ({ metrics }) => html`
        <figure>
          <figcaption>
            ${metrics.map(
              ({ name, title, unit, colour }) =>
                html`<span class=${colour}>${title} ${this.#valueOf(name, unit)}</span>`,
            )}
            ${this.#pointed === undefined ? nothing : html`<em>${msg(str`step ${this.#pointed}`)}</em>`}
          </figcaption>
          <div class="plot ${this.empty ? 'empty' : ''}">
            <div></div>
            ${this.#instead()}
          </div>
        </figure>
      `,
    )}`;
  }

  #instead(): TemplateResult | typeof nothing {
    const text = this.missing || (this.empty ? msg('Press Train to draw this curve.') : '');
    return text ? html`<p class="small quiet">${text}</p>` : nothing;
  }

  override firstUpdated(): void {
    this.#resize.observe(this);
  }

  async #begin(): Promise<void> {
    try {
      this.#plot = await loadUPlot();
      this.#build();
    } catch (error) {
      this.missing = whyNoCurves(error);
    }
  }

  protected override rethemed(): void {
    this.#build();
  }

  protected override told(topic: Topic): void {
    if (topic === 'show') {
      this.#light();
      return;
    }
    const charts = chartsOf(this.session.current.model?.info);
    if (topic === 'model' && !sameCharts(charts, this.charts)) {
      this.charts = charts;
      // Their places are there when these charts are shown.
      void this.updateComplete.then(() => {
        this.#build();
      });
    }
    this.#grow.ask();
  }

  /** The curve that is pointed at stands out. */
  #light(): void {
    this.#plots.forEach((plot, i) => {
      const at = (this.charts[i]?.metrics ?? []).findIndex(({ name }) =>
        this.session.stage.lit.includes(name),
      );
      plot.setSeries(at < 0 ? null : at + 1, { focus: true });
    });
  }

  #update(): void {
    this.empty = this.session.run.series.steps.length === 0;
    if (!this.empty) this.#beginSoon();
    this.#plots.forEach((plot, i) => {
      plot.setData(this.#data(i));
    });
  }

  /** At once while it trains; where a run is there already, the game comes first, and its curves after it. */
  #beginSoon(): void {
    if (this.#begun) return;
    if (this.session.run.running) this.#start();
    else if (this.#later === undefined) {
      this.#later = setTimeout(() => {
        this.#start();
      }, AFTER_THE_GAME);
    }
  }

  #start(): void {
    if (this.#begun) return;
    this.#begun = true;
    whenInView(this, '0px', () => void this.#begin());
  }

  get #pointed(): number | undefined {
    return this.at === null ? undefined : this.session.run.series.steps[this.at];
  }

  /** A curve's value where the pointer is. */
  #valueOf(metric: string, unit: string): string {
    const value = this.at === null ? undefined : this.session.run.series.column(metric)[this.at];
    return value === undefined || Number.isNaN(value) ? '' : `${decimal(value, 2)} ${unit}`;
  }

  #data(chart: number): uPlot.AlignedData {
    const { series } = this.session.run;
    const columns = (this.charts[chart]?.metrics ?? []).map(({ name }) =>
      series.steps.map((_, i) => series.column(name)[i] ?? null),
    );
    return [[...series.steps], ...columns];
  }

  #holders(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('.plot > div')];
  }

  #build(): void {
    const Plot = this.#plot;
    if (!Plot) return;
    for (const plot of this.#plots) plot.destroy();
    const { palette } = this.theme;
    this.#plots = this.#holders().map(
      (holder, i) => new Plot(this.#options(i, palette, holder), this.#data(i), holder),
    );
  }

  #options(chart: number, palette: Palette, holder: HTMLElement): uPlot.Options {
    return {
      ...chartOptions(this.charts[chart] ?? NO_CURVES, palette, holder),
      hooks: {
        draw: [
          (plot) => {
            const { length } = this.session.current;
            const { step } = this.session.run;
            if (step < length) return;
            const { ctx, bbox } = plot;
            const x = Math.round(plot.valToPos(length, 'x', true));
            ctx.fillStyle = palette.quiet;
            ctx.fillRect(x, bbox.top, 1, bbox.height);
          },
        ],
        setCursor: [
          ({ cursor }) => {
            this.at = cursor.idx ?? null;
          },
        ],
      },
    };
  }

  #fit(): void {
    this.#holders().forEach((holder, i) => {
      this.#plots[i]?.setSize({ width: holder.clientWidth, height: holder.clientHeight });
    });
  }
}
