/**
 * The curves: losses of both players, and what D thinks of real and fake. uPlot, which draws them, is more than a third of
 * the page's code, so it comes when there is something to draw, and in view: on a phone when one scrolls to it.
 */
import { css, html, nothing, type TemplateResult, unsafeCSS } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type uPlot from 'uplot';
import uPlotStyles from 'uplot/dist/uPlot.min.css?inline';
import type { Topic } from '../state/session.ts';
import { shared } from '../style/shared.ts';
import type { Palette } from '../style/palette.ts';
import { whenInView } from './in-view.ts';
import { ThemedElement } from './themed-element.ts';

interface Curve {
  metric: string;
  label: string;
  colour: 'real' | 'fake' | 'd' | 'g';
}

const CHARTS: { title: string; opinions?: boolean; curves: Curve[] }[] = [
  {
    title: 'Loss',
    curves: [
      { metric: 'd_loss', label: 'D', colour: 'd' },
      { metric: 'g_loss', label: 'G', colour: 'g' },
    ],
  },
  {
    title: 'Opinion of D',
    opinions: true,
    curves: [
      { metric: 'd_real', label: 'of real', colour: 'real' },
      { metric: 'd_fake', label: 'of fake', colour: 'fake' },
    ],
  },
];

const short = (value: number): string =>
  Math.abs(value) >= 10_000
    ? `${Number((value / 1000).toPrecision(4))}k`
    : String(Number(value.toPrecision(value >= 1000 ? 4 : 3)));

@customElement('gan-curves')
export class GanCurves extends ThemedElement {
  protected readonly topics: readonly Topic[] = ['metrics', 'model'];
  @state() private empty = true;
  /** The point of the curves that the pointer is over, in both charts. */
  @state() private at: number | null = null;
  @state() private missing = false;
  #plot: typeof uPlot | undefined;
  #plots: uPlot[] = [];
  /** Gives up waiting to come into view. */
  #begun = false;
  #scheduled = false;
  #critic = false;
  readonly #resize = new ResizeObserver(() => {
    this.#fit();
  });

  static override styles = [
    unsafeCSS(uPlotStyles),
    shared,
    css`
      :host {
        display: grid;
        gap: 0.5rem;
        grid-template-rows: 1fr 1fr;
        min-width: 0;
        min-height: 16rem;
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
        gap: 1rem;
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
        background: var(--swatch);
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
      .d {
        color: var(--d-text);
        --swatch: var(--d-text);
      }
      .g {
        color: var(--g-text);
        --swatch: var(--g-text);
      }
      .real {
        color: var(--real-text);
        --swatch: var(--real-text);
      }
      .fake {
        color: var(--fake-text);
        --swatch: var(--fake-text);
      }
    `,
  ];

  override render(): TemplateResult {
    return html`${CHARTS.map(
      ({ title, curves }) => html`
        <figure>
          <figcaption>
            ${title}
            ${curves.map(
              ({ label, colour, metric }) =>
                html`<span class=${colour}>${label} ${this.#valueOf(metric)}</span>`,
            )}
            ${this.#pointed === undefined ? nothing : html`<em>step ${this.#pointed}</em>`}
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
    const text = this.missing
      ? 'The curves could not be loaded. Reload the page when you are online.'
      : 'Comes with the first step.';
    return this.missing || this.empty ? html`<p class="small quiet">${text}</p>` : nothing;
  }

  override firstUpdated(): void {
    this.#resize.observe(this);
  }

  async #begin(): Promise<void> {
    try {
      this.#plot = (await import('uplot')).default;
    } catch {
      this.missing = true;
      return;
    }
    this.#build();
  }

  protected override rethemed(): void {
    this.#build();
  }

  /** New numbers come many times a second; a curve that grows ten times a second looks as live. */
  protected override told(topic: Topic): void {
    const critic = this.session.model?.critic ?? false;
    if (topic === 'model' && critic !== this.#critic) {
      this.#critic = critic;
      this.#build();
    }
    if (this.#scheduled) return;
    this.#scheduled = true;
    setTimeout(() => {
      this.#scheduled = false;
      this.empty = this.session.series.steps.length === 0;
      if (!this.empty && !this.#begun) {
        this.#begun = true;
        whenInView(this, '0px', () => void this.#begin());
      }
      this.#plots.forEach((plot, i) => {
        plot.setData(this.#data(i));
      });
    }, 100);
  }

  get #pointed(): number | undefined {
    return this.at === null ? undefined : this.session.series.steps[this.at];
  }

  /** A curve's value where the pointer is. */
  #valueOf(metric: string): string {
    const value = this.at === null ? undefined : this.session.series.column(metric)[this.at];
    return value === undefined || Number.isNaN(value) ? '' : value.toFixed(2);
  }

  #data(chart: number): uPlot.AlignedData {
    const { series } = this.session;
    const columns = (CHARTS[chart]?.curves ?? []).map(({ metric }) =>
      series.steps.map((_, i) => series.column(metric)[i] ?? null),
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
    const { curves = [], opinions = false } = CHARTS[chart] ?? {};
    // A critic's scores have no fixed range.
    return {
      ...options(curves, opinions && !this.session.model?.critic, palette, holder),
      hooks: {
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

function options(
  curves: Curve[],
  probabilities: boolean,
  palette: Palette,
  holder: HTMLElement,
): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: palette.quiet,
    font: '11px system-ui, sans-serif',
    grid: { stroke: palette.line, width: 1 },
    ticks: { show: false },
    values: (_, splits) => splits.map(short),
  };
  return {
    width: Math.max(1, holder.clientWidth),
    height: Math.max(1, holder.clientHeight),
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false, sync: { key: 'curves' } },
    scales: { x: { time: false }, y: probabilities ? { range: [0, 1] } : {} },
    axes: [
      { ...axis, size: 24, grid: { show: false } },
      { ...axis, size: 44, space: 22 },
    ],
    series: [
      {},
      ...curves.map(({ label, colour }) => ({
        label,
        stroke: palette[colour],
        width: 1.75,
        points: { show: false },
      })),
    ],
  };
}
