/** Changes of settings: live where they can be, else kept until they are applied to a new model; and taken back again. */
import { CallError } from '../client.ts';
import type { Failure } from '../protocol.ts';
import type { Channel } from './channel.ts';
import type { Current } from './current.ts';
import { getPath, isObject, type Json, sameJson, withPath } from './json.ts';
import type { Models } from './models.ts';
import type { Notices } from './notices.ts';
import type { Topics } from './topics.ts';

/** A setting and what it was. */
interface Edit {
  path: string;
  before: Json;
}

export class Settings {
  /** Structural edits that wait for Apply. */
  pending: Record<string, Json> = {};
  /** The last thing that the engine refused, and which field is wrong. */
  refused: Failure | undefined;
  #edits: Edit[] = [];
  /** Whose edits these are. */
  #preset: Json | undefined;

  constructor(
    private readonly topics: Topics,
    private readonly notices: Notices,
    private readonly channel: Channel,
    private readonly current: Current,
    private readonly models: Models,
  ) {}

  /** Another model took the place of the one before. */
  clear(): void {
    // Another preset has other settings.
    const preset = getPath(this.current.model?.config, 'preset');
    if (preset !== this.#preset) this.#edits = [];
    this.#preset = preset;
    this.pending = {};
    this.refused = undefined;
  }

  /** Changes a setting while training; what cannot change live waits for `apply`. Returns why it was refused. */
  async change(path: string, value: Json): Promise<string | undefined> {
    const before = this.pending[path] ?? getPath(this.current.model?.config, path);
    const refusal = await this.#put(path, value);
    if (refusal === undefined && before !== undefined && !sameJson(before, value)) {
      this.#edits.push({ path, before });
      this.topics.tell('spec');
    }
    return refusal;
  }

  /** What `undo` takes back. */
  get lastEdit(): Edit | undefined {
    return this.#edits.at(-1);
  }

  /** Takes the last change back. Like any change, it is live or waits for `apply`. */
  async undo(): Promise<void> {
    const last = this.#edits.pop();
    const refusal = last && (await this.#put(last.path, last.before));
    if (refusal !== undefined) this.notices.add('error', refusal);
    this.topics.tell('spec');
  }

  /** Takes one difference from the preset back: at once where the setting is live, with a new model where it is not. */
  async takeBack(path: string): Promise<void> {
    const own = this.current.presetValue(path);
    if (own !== undefined && (await this.#put(path, own)) === undefined && !(path in this.pending))
      return;
    this.#drop(path);
    const { spec } = this.current;
    const overrides = { ...spec.overrides };
    Reflect.deleteProperty(overrides, path);
    await this.models.create({ ...spec, overrides });
  }

  /** What the engine found wrong with a setting when it was applied. */
  refusalOf(path: string): string | undefined {
    const { field, message } = this.refused ?? {};
    return field !== undefined && (field === path || field.startsWith(`${path}.`))
      ? message
      : undefined;
  }

  async apply(): Promise<void> {
    const { spec, model } = this.current;
    let config = model?.config;
    for (const [path, value] of Object.entries(this.pending)) {
      if (isObject(config)) config = withPath(config, path, value);
    }
    if (config === undefined) return;
    await this.models.create({ ...spec, overrides: this.current.overrides(config) });
  }

  /** Forgets edits that wait for Apply. */
  discard(): void {
    this.pending = {};
    this.topics.tell('spec');
  }

  async #put(path: string, value: Json): Promise<string | undefined> {
    this.refused = undefined;
    try {
      const { config } = await this.channel.call('set', { path, value });
      this.current.configure(config);
      this.#drop(path);
      this.topics.tell('spec');
      this.topics.tell('model');
    } catch (error) {
      if (!(error instanceof CallError) || error.code !== 'structural') {
        return error instanceof Error ? error.message : String(error);
      }
      if (sameJson(value, getPath(this.current.model?.config, path))) this.#drop(path);
      else this.pending = { ...this.pending, [path]: value };
      this.topics.tell('spec');
    }
    return undefined;
  }

  #drop(path: string): void {
    const pending = { ...this.pending };
    Reflect.deleteProperty(pending, path);
    this.pending = pending;
  }
}
