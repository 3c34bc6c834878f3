/** What the bench page knows: recorded figures, and what a visitor's own run adds up to. */
import type { Backend } from '../library.ts';
import type { Timing } from '../protocol.ts';
import { written } from './format.ts';

export interface Figure {
  library: string;
  backend: Backend;
  workload: string;
  /** Milliseconds a step, a median. */
  ms: number;
}

/** public/bench.json: the figures of docs/performance.md. */
export interface Recorded {
  source: string;
  date: string;
  machine: string;
  /** Multiply-add work of one step, in millions of operations. */
  workloads: Record<string, { mflop: number }>;
  figures: Figure[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[middle - 1], sorted[middle]];
  if (high === undefined) return NaN;
  return sorted.length % 2 || low === undefined ? high : (low + high) / 2;
}

/** A time with three significant digits. */
export function milliseconds(ms: number): string {
  if (!Number.isFinite(ms)) return '–';
  return ms >= 100 ? String(Math.round(ms)) : written(ms.toPrecision(ms < 1 ? 2 : 3));
}

export function gigaflops(recorded: Recorded, workload: string, ms: number): number | undefined {
  const work = recorded.workloads[workload]?.mflop;
  return work === undefined ? undefined : work / ms;
}

/** What "Copy as JSON" gives: enough to compare machines by. */
export function report(timings: readonly Timing[], userAgent: string, date: Date): string {
  const rows = timings.map((timing) => ({
    ...timing,
    medianMs: median(timing.msPerStep),
    leastMs: Math.min(...timing.msPerStep),
    mostMs: Math.max(...timing.msPerStep),
  }));
  return JSON.stringify({ date: date.toISOString(), userAgent, timings: rows }, null, 1);
}
