/** Going on from an earlier picture of the run, as a branch of it. */
import type { Channel } from './channel.ts';
import { count } from './format.ts';
import type { Models } from './models.ts';
import type { Run } from './run.ts';
import type { Stage } from './stage.ts';
import { msg, str } from '../words/locale.ts';

export class Timeline {
  constructor(
    private readonly channel: Channel,
    private readonly run: Run,
    private readonly stage: Stage,
    private readonly models: Models,
  ) {}

  /** Trains on from the picture that is looked at, with the weights and settings of its step. What came after it is put aside. */
  async branch(): Promise<void> {
    const { run, stage } = this;
    const { items } = stage.film;
    const step = items[stage.looking ?? items.length]?.step;
    if (step === undefined) return;
    if (run.running) await run.pause();
    const at = count(step);
    const busy = msg(str`Going back to step ${at}`);
    const model = await this.channel.try(busy, 'branch', { step });
    if (!model) return;
    const pictures = items.filter((frame) => frame.step <= step);
    this.models.replace(model, run.past);
    for (const frame of pictures) stage.add(frame);
    await run.play();
  }
}
