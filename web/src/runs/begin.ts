/** Begins to keep the runs of a page; loaded when its model is there. */
import type { Session } from '../state/session.ts';
import { Keeping } from './keeping.ts';
import { portraitOf } from './portrait.ts';
import * as store from './store.ts';

export async function keepRuns(session: Session): Promise<void> {
  await new Keeping(session, store, portraitOf).offer();
  // What was left behind is no concern of whoever sees the page.
  await store.tidy(Date.now()).catch(() => undefined);
}
