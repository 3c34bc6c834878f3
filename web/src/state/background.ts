/** What becomes of training while the tab is out of sight. */
import type { Log } from './log.ts';
import type { Notices } from './notices.ts';
import type { Run } from './run.ts';
import type { Topics } from './topics.ts';
import { msg } from '../words/locale.ts';

export class Background {
  /** Train on out of sight. */
  allowed = false;
  /** Training stopped because the tab went out of sight, and will go on by itself. */
  paused = false;

  constructor(
    topics: Topics,
    private readonly notices: Notices,
    private readonly run: Run,
    private readonly log: Log,
  ) {
    topics.subscribe((topic) => {
      if (topic === 'running' && run.running) this.paused = false;
    });
  }

  /** The page went out of sight or came back. */
  async visible(visible: boolean): Promise<void> {
    if (!visible && this.run.running && !this.allowed) {
      this.paused = true;
      this.log.note('hidden', 'paused while the tab is hidden');
      await this.run.pause();
    } else if (visible && this.paused) {
      this.paused = false;
      this.log.note('hidden', 'goes on: the tab is in sight again');
      this.notices.add(
        'info',
        msg('Training was paused while this tab was hidden, and goes on now.'),
      );
      await this.run.play();
    }
  }
}
