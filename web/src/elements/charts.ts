/** Which curves are drawn in which chart, and how. */
import type uPlot from 'uplot';
import type { Info, Metric } from '../library.ts';
import { viewOf } from '../state/describe.ts';
import { written } from '../state/format.ts';
import { type Palette, ROLES } from '../style/palette.ts';

/** Curves over the same scale. */
export interface ChartOf {
  metrics: readonly Metric[];
  /** What the scale reaches over, where that is known. */
  range: [number, number] | null;
}

/** Charts by what they tell of learning; the first few with curves are shown. */
const ORDER: readonly Metric['chart'][] = ['loss', 'score', 'other', 'gradient'];
const FEW = 2;

export const NO_CURVES: ChartOf = { metrics: [], range: null };

/** The dashes of a second run. */
const DASH = [6, 4];

export function chartsOf(info: Info | undefined): ChartOf[] {
  if (!info) return [NO_CURVES, NO_CURVES];
  const range = viewOf(info, 'score')?.range ?? null;
  return ORDER.map((chart) => ({
    metrics: info.metrics.filter((metric) => metric.chart === chart),
    range: chart === 'score' ? range : null,
  }))
    .filter(({ metrics }) => metrics.length > 0)
    .slice(0, FEW);
}

const short = (value: number): string =>
  Math.abs(value) >= 10_000
    ? `${written(Number((value / 1000).toPrecision(4)))}k`
    : written(Number(value.toPrecision(value >= 1000 ? 4 : 3)));

/** Whether curves can go on in the same charts. */
export function sameCharts(some: readonly ChartOf[], others: readonly ChartOf[]): boolean {
  return JSON.stringify(some) === JSON.stringify(others);
}

/** A line for each metric; of several runs, those after the first are dashed. */
export function chartOptions(
  { metrics, range }: ChartOf,
  palette: Palette,
  holder: HTMLElement,
  runs = 1,
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
    scales: { x: { time: false }, y: range ? { range } : {} },
    axes: [
      { ...axis, size: 24, grid: { show: false } },
      { ...axis, size: 44, space: 22 },
    ],
    series: [
      {},
      ...Array.from({ length: runs }, (_, run) =>
        metrics.map(({ title, colour }) => ({
          label: title,
          stroke: palette[ROLES[colour]],
          width: 1.75,
          points: { show: false },
          // One of two runs may be a stride ahead.
          spanGaps: runs > 1,
          ...(run > 0 ? { dash: DASH } : {}),
        })),
      ).flat(),
    ],
  };
}
