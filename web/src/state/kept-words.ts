/** What the list of runs says of each, and of the room that they take. */
import { count } from './format.ts';
import type { KeptRun } from './keep.ts';

export const sizeText = (bytes: number): string =>
  bytes < 1e6
    ? `${count(Math.ceil(bytes / 1000))} KB`
    : bytes < 1e9
      ? `${(bytes / 1e6).toFixed(1)} MB`
      : `${(bytes / 1e9).toFixed(1)} GB`;

/** “Step 1,400 · Modes covered: 8 of 8” */
export const figuresText = ({ step, figures }: Pick<KeptRun, 'step' | 'figures'>): string =>
  [`Step ${count(step)}`, ...figures.map(({ label, value }) => `${label}: ${value}`)].join(' · ');

const TIME = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });

export function whenText(at: number, now: number): string {
  const minutes = (now - at) / 60_000;
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${count(Math.floor(minutes))} min ago`;
  const [day, today] = [new Date(at), new Date(now)].map((date) => DAY.format(date));
  return day === today ? `today, ${TIME.format(at)}` : `${day ?? ''}, ${TIME.format(at)}`;
}

/** `room`: what the browser says, where it says something. */
export function roomText(
  runs: readonly Pick<KeptRun, 'bytes'>[],
  room: { used: number; granted: number; lasting: boolean | undefined } | undefined,
): string {
  const bytes = runs.reduce((sum, run) => sum + run.bytes, 0);
  const all = `In all: ${sizeText(bytes)}.`;
  if (!room) return all;
  const left = Math.max(0, room.granted - room.used);
  const more = `This browser has room for about ${sizeText(left)} more.`;
  return [all, more, lastingText(room.lasting)].filter(Boolean).join(' ');
}

/** What the browser answered when it was asked, or would do unasked. */
export function lastingText(lasting: boolean | undefined): string {
  if (lasting === undefined) return '';
  return lasting
    ? 'It promises not to clear any of this by itself.'
    : 'It may clear all of this when it runs short of room: save what matters as a file.';
}
