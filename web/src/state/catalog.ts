/** What there is to train: the library's presets and settings, and what lies beside the page for them. */
import type { BackendChoice, Preset } from '../library.ts';
import type { Channel } from './channel.ts';
import { isObject } from './json.ts';
import type { SchemaReader } from './schema.ts';
import { listOf } from './shipped.ts';
import type { Topics } from './topics.ts';
import { msg } from '../words/locale.ts';

export class Catalog {
  /** Undefined until the library is there. */
  presets: readonly Preset[] | undefined;
  /** What settings there are; undefined until somebody needs it. */
  schema: SchemaReader | undefined;
  /** The sets of images beside the page; undefined where nobody says. */
  #dataSets: readonly string[] | undefined;
  /** The presets that a trained model ships with. */
  #trained: readonly string[] | undefined;

  /** `site` is the address that the library, the data and the models lie below. */
  constructor(
    private readonly topics: Topics,
    private readonly channel: Channel,
    readonly site: string,
  ) {}

  /** Loads the library and what is known of it; false where that failed, and said so. */
  async open(backend: BackendChoice): Promise<boolean> {
    const description = await this.channel.try(msg('Loading the engine'), 'open', {
      library: this.at('lib/ganlet.js'),
      data: this.at('data/'),
      backend,
    });
    if (!description) return false;
    this.presets = description.presets;
    const lists = ['data/index.json', 'models/index.json'].map((path) => listOf(path, this.site));
    [this.#dataSets, this.#trained] = await Promise.all(lists);
    this.topics.tell('catalog');
    return true;
  }

  /** Sees to it that the schema is there: for the settings, and for a link that names some. */
  async describe(): Promise<void> {
    if (this.schema) return;
    const [schema, reader] = await Promise.all([
      this.channel.try('', 'describe', null),
      import('./schema.ts').catch(() => undefined),
    ]);
    if (!isObject(schema) || !reader) return;
    this.schema = new reader.SchemaReader(schema);
    this.topics.tell('catalog');
  }

  find(preset: string): Preset | undefined {
    return this.presets?.find(({ name }) => name === preset);
  }

  /** Whether a preset's data are here; toys draw theirs themselves. */
  has({ group, data }: Preset): boolean {
    return group !== 'images' || (this.#dataSets?.includes(data) ?? true);
  }

  ships(preset: string): boolean {
    return this.#trained?.includes(preset) ?? false;
  }

  /** The address of what lies beside the page. */
  at(path: string): string {
    return new URL(path, this.site).href;
  }
}
