/** What was done on the page as text: a table for spreadsheets, or JSON. */
import { download } from '../elements/download.ts';
import type { Log } from '../state/log.ts';

/** A cell of a table. What begins like a formula is text to a spreadsheet too: a title may come from anybody's link. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const seconds = (exact: number): number => Number(exact.toFixed(1));

/** A row for each deed, in their order. */
export function csvOfLog({ deeds }: Pick<Log, 'deeds'>): string {
  const rows = deeds.map((deed) =>
    [seconds(deed.seconds), deed.step, deed.did, cell(deed.what)].join(','),
  );
  return ['seconds,step,action,detail', ...rows, ''].join('\n');
}

/** `left_out`: how many older ones were too many to keep. */
export function jsonOfLog({ deeds, leftOut }: Pick<Log, 'deeds' | 'leftOut'>): string {
  const whole = {
    left_out: leftOut,
    log: deeds.map((deed) => ({
      seconds: seconds(deed.seconds),
      step: deed.step,
      action: deed.did,
      detail: deed.what,
    })),
  };
  return `${JSON.stringify(whole, null, 1)}\n`;
}

/** Hands it to the reader as a file. */
export function saveLog(log: Log, kind: 'csv' | 'json'): void {
  const [text, type] =
    kind === 'csv' ? [csvOfLog(log), 'text/csv'] : [jsonOfLog(log), 'application/json'];
  download(new Blob([text], { type }), `ganlet-log.${kind}`);
}
