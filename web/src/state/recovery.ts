/** What went wrong in the worker, said with the way on where there is one. */
import type { Failure } from '../protocol.ts';
import type { Channel } from './channel.ts';
import type { Current } from './current.ts';
import { count } from './format.ts';
import type { Models } from './models.ts';
import type { Notices } from './notices.ts';
import type { Run } from './run.ts';
import { stepSizes } from './scene.ts';
import type { Settings } from './settings.ts';
import { msg, str } from '../words/locale.ts';

export class Recovery {
  /** One attempt is enough: where it fails too, that is said. */
  #recovering = false;

  constructor(
    private readonly notices: Notices,
    private readonly channel: Channel,
    private readonly current: Current,
    private readonly run: Run,
    private readonly models: Models,
    private readonly settings: Settings,
  ) {}

  fail(text: string, { code }: Failure): void {
    const lost = code === 'lost' && !this.#recovering;
    if (lost && this.current.model?.info.backend === 'cpu') {
      void this.#recover(`${text} `);
    } else if (lost) {
      this.notices.add(
        'error',
        `${text.replace(/\.?$/, '.')} ${msg('The model can go on from where it was last kept. A GPU goes away where its driver was reset, the computer slept, or another program took it; reloading the page gets it back.')}`,
        {
          label: msg('Go on, on the CPU, from the last checkpoint'),
          act: () => void this.#recover(),
        },
      );
    } else if (code === 'diverged') {
      this.notices.add('error', text, {
        label: msg('Halve the step sizes and go on'),
        act: () => void this.#calm(),
      });
    } else this.notices.add('error', text);
  }

  /** After the GPU went away, or the engine ended; `why` is said with what came of it. */
  async #recover(why = ''): Promise<void> {
    this.#recovering = true;
    const { current } = this;
    const onCpu = current.model?.info.backend === 'cpu';
    const model = await this.channel.try(
      msg('Going on from the last checkpoint'),
      'recover',
      null,
      [],
      why,
    );
    this.#recovering = false;
    if (!model) return;
    if (!onCpu) current.spec = { ...current.spec, backend: 'cpu' };
    this.models.adopt(model, this.run.past, this.run.identity);
    const step = count(model.info.step);
    const back = msg(str`Back at step ${step}, on the CPU.`);
    this.notices.add(why ? 'error' : 'info', `${why}${back}`);
  }

  /** After training diverged: the library is back at the last good step; smaller steps go further. */
  async #calm(): Promise<void> {
    for (const [path, rate] of stepSizes(this.current.model?.config)) {
      await this.settings.change(path, rate / 2);
    }
    await this.run.play();
  }
}
