/** Ideas to try, each shown beside the run that it was tried on. */
import type { Evaluation, Frame, Model } from '../protocol.ts';
import type { Channel } from './channel.ts';
import type { Current } from './current.ts';
import type { Models } from './models.ts';
import type { Idea } from './next.ts';
import type { Run } from './run.ts';
import type { Stage } from './stage.ts';
import type { Topics } from './topics.ts';

/** What a run had come to, to be shown beside another. */
export interface Outcome {
  title: string;
  step: number;
  model: Model;
  frame: Frame;
  evaluation: Evaluation | undefined;
}

export class Comparison {
  /** What an idea was tried on. */
  before: Outcome | undefined;

  constructor(
    private readonly topics: Topics,
    private readonly channel: Channel,
    private readonly current: Current,
    private readonly run: Run,
    private readonly stage: Stage,
    private readonly models: Models,
  ) {}

  /** What to try next: a preset as it is but for what the idea says, so that one change shows what it does. It trains at
   * once, with the run before it kept to compare. */
  async tryIdea({ label, preset, overrides }: Idea): Promise<void> {
    this.channel.log.note('idea', label);
    const before = await this.#outcome();
    const { current } = this;
    const made = await this.models.create({ ...current.spec, preset, overrides });
    if (!made || current.spec.preset !== preset) return;
    this.before = before;
    this.topics.tell('before');
    await this.run.play();
  }

  /** Another run in the place of the one that is here, which is kept to compare; `open` says whether it came. */
  async beside(open: () => Promise<boolean>): Promise<void> {
    const before = await this.#outcome();
    if (!(await open())) return;
    this.before = before;
    this.topics.tell('before');
  }

  /** Looks no more at the run before. */
  forget(): void {
    this.before = undefined;
    this.topics.tell('before');
  }

  /** The run as it stands, with the numbers of just now, if there is something to remember. */
  async #outcome(): Promise<Outcome | undefined> {
    const { run, current, stage } = this;
    if (run.running) await run.pause();
    const { model, title } = current;
    const { frame } = stage;
    const { step } = run;
    if (!model || !frame || step === 0) return undefined;
    // Measuring images takes long; of points it does not.
    if (model.info.data.kind === 'points' && run.evaluation?.step !== step) {
      const evaluation = await this.channel.try('', 'evaluate', null);
      if (evaluation) run.measured(evaluation);
    }
    return { title, step, model, frame, evaluation: run.evaluation };
  }
}
