/** Begins to keep the runs of a page; loaded when its model is there. */
import type { Session } from '../state/session.ts';
import { Keeping } from './keeping.ts';
import { portraitOf } from './portrait.ts';
import { bytesOf, list, put, tidy } from './store.ts';

export async function keepRuns(session: Session): Promise<void> {
  await new Keeping(session, { bytesOf, list, put }, portraitOf).offer();
  // What was left behind is no concern of whoever sees the page.
  await tidy(Date.now()).catch(() => undefined);
}
