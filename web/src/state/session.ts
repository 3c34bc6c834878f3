/**
 * Everything a person can do on the page. Elements read the session's fields, call its methods, and
 * are told by topic what changed.
 */
import { CallError } from '../client.ts';
import type { Failure, Model } from '../protocol.ts';
import { getPath, isObject, type Json, sameJson, withPath } from './json.ts';
import { Models } from './models.ts';
import type { Past } from './record.ts';
import { stepSizes } from './scene.ts';

export { type Kind, kindOf, type Topic } from './core.ts';

/** A setting and what it was. */
interface Change {
  path: string;
  before: Json;
}

export class Session extends Models {
  #changes: Change[] = [];

  async toggle(): Promise<void> {
    this.hiddenPause = false;
    if (!this.model) return;
    await (this.running ? this.try('', 'pause', null) : this.play());
  }

  /** Trains so many steps from here; comes back when they are done, or when somebody pauses. */
  async trainFor(steps: number): Promise<void> {
    const over = new Promise<void>((resolve) => {
      const leave = this.subscribe((topic) => {
        if (topic !== 'running' || this.running) return;
        leave();
        resolve();
      });
    });
    await this.play(this.step + steps);
    await over;
  }

  async setSlow(slow: boolean): Promise<void> {
    this.slow = slow;
    this.tell('running');
    await this.try('', 'speed', { slow });
  }

  /** One update, or without one a whole step. */
  async stepOnce(update?: string): Promise<void> {
    if (this.model) await this.try('', 'step', { update });
  }

  /** The page went out of sight or came back. */
  async visible(visible: boolean): Promise<void> {
    if (!visible && this.running && !this.keepInBackground) {
      this.hiddenPause = true;
      await this.try('', 'pause', null);
    } else if (visible && this.hiddenPause) {
      this.hiddenPause = false;
      this.notices.add('info', 'Training was paused while this tab was hidden, and goes on now.');
      await this.play();
    }
  }

  async evaluate(): Promise<void> {
    this.evaluating = true;
    this.tell('evaluation');
    const evaluation = await this.try('', 'evaluate', null);
    this.evaluating = false;
    if (evaluation) this.measured(evaluation);
    else this.tell('evaluation');
  }

  /** The preset's own value of a field. */
  presetValue(path: string): Json | undefined {
    return getPath(this.preset?.config, path);
  }

  /** Takes one difference from the preset back: at once where the setting is live, with a new model where it is not. */
  async takeBack(path: string): Promise<void> {
    const own = this.presetValue(path);
    if (own !== undefined && (await this.#put(path, own)) === undefined && !(path in this.pending))
      return;
    this.drop(path);
    const overrides = { ...this.spec.overrides };
    Reflect.deleteProperty(overrides, path);
    await this.create({ ...this.spec, overrides });
  }

  /** What `undo` takes back. */
  get lastChange(): Change | undefined {
    return this.#changes.at(-1);
  }

  /** Changes a setting while training; what cannot change live waits for `apply`. */
  async change(path: string, value: Json): Promise<string | undefined> {
    const before = this.pending[path] ?? getPath(this.model?.config, path);
    const refusal = await this.#put(path, value);
    if (refusal === undefined && before !== undefined && !sameJson(before, value)) {
      this.#changes.push({ path, before });
      this.tell('spec');
    }
    return refusal;
  }

  /** Takes the last change back. Like any change, it is live or waits for `apply`. */
  async undo(): Promise<void> {
    const last = this.#changes.pop();
    const refusal = last && (await this.#put(last.path, last.before));
    if (refusal !== undefined) this.notices.add('error', refusal);
    this.tell('spec');
  }

  protected override adopt(model: Model, past?: Past): void {
    // Another preset has other settings.
    const preset = getPath(model.config, 'preset');
    if (preset !== getPath(this.model?.config, 'preset')) this.#changes = [];
    super.adopt(model, past);
  }

  async #put(path: string, value: Json): Promise<string | undefined> {
    this.refused = undefined;
    try {
      const { config } = await this.client.call('set', { path, value });
      if (this.model) this.model = { ...this.model, config };
      this.spec = { ...this.spec, overrides: this.overrides(config) };
      this.drop(path);
      this.tell('spec');
      this.tell('model');
    } catch (error) {
      if (!(error instanceof CallError) || error.code !== 'structural') {
        return error instanceof Error ? error.message : String(error);
      }
      if (sameJson(value, getPath(this.model?.config, path))) this.drop(path);
      else this.pending = { ...this.pending, [path]: value };
      this.tell('spec');
    }
    return undefined;
  }

  /** What the engine found wrong with a setting when it was applied. */
  refusalOf(path: string): string | undefined {
    const { field, message } = this.refused ?? {};
    return field !== undefined && (field === path || field.startsWith(`${path}.`))
      ? message
      : undefined;
  }

  async apply(): Promise<void> {
    let config = this.model?.config;
    for (const [path, value] of Object.entries(this.pending)) {
      if (isObject(config)) config = withPath(config, path, value);
    }
    if (config !== undefined) {
      await this.create({ ...this.spec, overrides: this.overrides(config) });
    }
  }

  /** Forgets edits that wait for Apply. */
  discard(): void {
    this.pending = {};
    this.tell('spec');
  }

  protected drop(path: string): void {
    const pending = { ...this.pending };
    Reflect.deleteProperty(pending, path);
    this.pending = pending;
  }

  /** Says what went wrong, and offers the way on where there is one. */
  protected fail(text: string, { code }: Failure): void {
    if (code === 'lost' && !this.recovering && this.model?.info.backend === 'cpu') {
      void this.recover(`${text} `);
    } else if (code === 'lost' && !this.recovering) {
      this.notices.add(
        'error',
        `${text.replace(/\.?$/, '.')} The model can go on from where it was last kept. A GPU goes away where its driver was reset, the computer slept, or another program took it; reloading the page gets it back.`,
        { label: 'Go on, on the CPU, from the last checkpoint', act: () => void this.recover() },
      );
    } else if (code === 'diverged') {
      this.notices.add('error', text, {
        label: 'Halve the step sizes and go on',
        act: () => void this.calm(),
      });
    } else this.notices.add('error', text);
  }

  /** After training diverged: the library is back at the last good step; smaller steps go further. */
  protected async calm(): Promise<void> {
    for (const [path, rate] of stepSizes(this.model?.config)) await this.change(path, rate / 2);
    await this.play();
  }
}
