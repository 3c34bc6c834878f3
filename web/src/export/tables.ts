/** The curves of a run as text: a table for spreadsheets, or JSON. */
import type { Evaluation } from '../protocol.ts';
import type { JsonObject } from '../state/json.ts';
import type { SeriesStore } from '../state/series.ts';
import { VERSION } from '../version.ts';

/** Numbers that are no numbers are empty cells. */
const cell = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? '' : String(value);

/** A row for each point of the curves, which are means over equally many steps where there were more than they keep. */
export function csvOf(series: SeriesStore, names: readonly string[]): string {
  const rows = series.steps.map((step, i) =>
    [step, ...names.map((name) => cell(series.column(name)[i]))].join(','),
  );
  return [['step', ...names].join(','), ...rows, ''].join('\n');
}

export function jsonOf(
  config: JsonObject,
  series: SeriesStore,
  names: readonly string[],
  evaluation: Evaluation | undefined,
): string {
  const curves = Object.fromEntries(
    names.map((name) => [
      name,
      series.column(name).map((value) => (Number.isNaN(value) ? null : value)),
    ]),
  );
  const whole = {
    version: VERSION,
    config,
    curves: { step: series.steps, ...curves },
    evaluation: evaluation ?? null,
  };
  return `${JSON.stringify(whole, null, 1)}\n`;
}
