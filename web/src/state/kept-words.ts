/** What the list of runs says of each, and of the room that they take. */
import { count, decimal } from './format.ts';
import type { KeptRun } from './keep.ts';
import { language, msg, str } from '../words/locale.ts';

export const sizeText = (bytes: number): string =>
  bytes < 1e6
    ? `${count(Math.ceil(bytes / 1000))} KB`
    : bytes < 1e9
      ? `${decimal(bytes / 1e6, 1)} MB`
      : `${decimal(bytes / 1e9, 1)} GB`;

/** “Step 1,400 · Modes covered: 8 of 8” */
export function figuresText({ step, figures }: Pick<KeptRun, 'step' | 'figures'>): string {
  const at = count(step);
  const said = figures.map(({ label, value }) => `${label}: ${value}`);
  return [msg(str`Step ${at}`), ...said].join(' · ');
}

const TIME = new Intl.DateTimeFormat(language, {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
const DAY = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});

export function whenText(at: number, now: number): string {
  const minutes = (now - at) / 60_000;
  if (minutes < 1) return msg('just now');
  if (minutes < 60) {
    const past = count(Math.floor(minutes));
    return msg(str`${past} min ago`);
  }
  const [day, today] = [new Date(at), new Date(now)].map((date) => DAY.format(date));
  const time = TIME.format(at);
  return day === today ? msg(str`today, ${time}`) : `${day ?? ''}, ${time}`;
}

/** `room`: what the browser says, where it says something. */
export function roomText(
  runs: readonly Pick<KeptRun, 'bytes'>[],
  room: { used: number; granted: number; lasting: boolean | undefined } | undefined,
): string {
  const bytes = runs.reduce((sum, run) => sum + run.bytes, 0);
  const taken = sizeText(bytes);
  const all = msg(str`In all: ${taken}.`);
  if (!room) return all;
  const left = sizeText(Math.max(0, room.granted - room.used));
  const more = msg(str`This browser has room for about ${left} more.`);
  return [all, more, lastingText(room.lasting)].filter(Boolean).join(' ');
}

/** What the browser answered when it was asked, or would do unasked. */
export function lastingText(lasting: boolean | undefined): string {
  if (lasting === undefined) return '';
  return lasting
    ? msg('It promises not to clear any of this by itself.')
    : msg('It may clear all of this when it runs short of room: save what matters as a file.');
}
