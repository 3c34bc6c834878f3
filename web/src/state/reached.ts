/** A stop, and whether a run has come to it: what the worker knows of `stop.ts`, which has words. */
export type Stop =
  | { kind: 'step'; step: number }
  | { kind: 'time'; seconds: number }
  | { kind: 'metric'; name: string; bound: '>=' | '<='; value: number };

/** Whether a metric is where it was to go; what was not measured is nowhere. */
export function isReached(stop: Stop | undefined, values: Record<string, number>): boolean {
  if (stop?.kind !== 'metric') return false;
  const value = values[stop.name] ?? NaN;
  return stop.bound === '<=' ? value <= stop.value : value >= stop.value;
}
