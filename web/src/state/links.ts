/** Opens what a link asks for: leniently for a visitor, to the letter for a page that embeds a playground. */
import type { Catalog } from './catalog.ts';
import type { Channel } from './channel.ts';
import type { Current } from './current.ts';
import { hasLatentImages, NO_STUDIO } from './describe.ts';
import type { Models } from './models.ts';
import type { Notices } from './notices.ts';
import type { Topics } from './topics.ts';
import { DEFAULT_SPEC, type Reading, readHash, type Spec } from './url.ts';
import { msg, said, str } from '../words/locale.ts';

/** Steps before the first picture for a visitor who comes without a link. */
const HEAD_START = 150;

export class Links {
  constructor(
    private readonly topics: Topics,
    private readonly notices: Notices,
    private readonly channel: Channel,
    private readonly catalog: Catalog,
    private readonly current: Current,
    private readonly models: Models,
  ) {}

  /** What a link says of the page itself holds before there is a model. */
  preview(link: string): void {
    this.current.spec = readHash(link).spec;
  }

  /** Takes what a link asks for, says what it could not take, and creates the model: an old link should still open
   * something sensible. */
  async follow(link: string): Promise<void> {
    const { spec, at, named, problems } = await this.#read(link);
    if (!this.catalog.find(spec.preset)) {
      const { preset: asked } = spec;
      this.notices.add(
        'error',
        msg(
          str`There is no preset “${asked}” in this version, so “${DEFAULT_SPEC.preset}” was opened. Choose another from the list at the top.`,
        ),
      );
      spec.preset = DEFAULT_SPEC.preset;
      spec.overrides = {};
    }
    const skip = (problem: string): void => void problems.push(problem);
    const made = await this.models.create(spec, at ?? (named ? 0 : HEAD_START), skip);
    problems.push(...this.#withoutStudio(spec));
    // One message, so that of many problems none pushes another away.
    if (problems.length) {
      const skipped = problems.map((problem) => msg(str`The link’s ${problem}. It was skipped.`));
      this.notices.add('warning', skipped.join(' '));
    }
    // What cannot be helped must not leave an empty page.
    if (!made && !this.current.model) {
      await this.models.create({ ...spec, backend: 'auto', overrides: {} });
    }
    // The address again says what is there.
    this.topics.tell('spec');
  }

  /** Creates what attributes ask for, to the letter; or says why that cannot be. */
  async obey(link: string): Promise<string[]> {
    const { spec, at, open, problems } = await this.#read(link);
    if (!this.catalog.find(spec.preset)) {
      const names = (this.catalog.presets?.map(({ name }) => name) ?? []).join(', ');
      problems.unshift(
        msg(str`“preset=${spec.preset}”: there is no such preset; there are ${names}`),
      );
    }
    if (problems.length === 0) await this.models.create(spec, open === undefined ? at : 0);
    if (problems.length === 0 && open !== undefined && this.current.model)
      problems.push(...(await this.#open(open)));
    problems.push(...this.#withoutStudio(spec));
    return problems;
  }

  /** The checkpoint that whoever wrote the element names. */
  async #open(address: string): Promise<string[]> {
    const end = this.channel.begin(msg('Fetching the checkpoint'));
    try {
      const { fetched } = await import('../open/fetched.ts');
      const url = new URL(address, document.baseURI);
      const name = url.pathname.split('/').at(-1) ?? '';
      const file = await fetched(url, name === '' ? url.host : name, (progress) => {
        this.channel.report(progress);
      });
      await this.models.load(file);
      return [];
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return [msg(str`“open=${address}”: ${why}`)];
    } finally {
      end();
    }
  }

  #withoutStudio({ studio }: Spec): string[] {
    const { model } = this.current;
    return studio === undefined || !model || hasLatentImages(model.info)
      ? []
      : [studioText(said(NO_STUDIO).replace(/\.$/, ''))];
  }

  async #read(link: string): Promise<Reading> {
    const reading = await this.#readWords(link);
    const { studio } = reading.spec;
    if (studio) {
      // Its words come with the studio.
      const reader = await import('./studio-link.ts').catch(() => undefined);
      const problem = reader?.readStudio(studio).problem;
      if (problem !== undefined) reading.problems.push(studioText(problem));
    }
    return reading;
  }

  async #readWords(link: string): Promise<Reading> {
    const reading = readHash(link);
    const { overrides, lock, ideas } = reading.spec;
    // Only names of settings have to be looked up.
    if (Object.keys(overrides).length === 0 && (lock === 'all' || lock.length === 0) && !ideas)
      return reading;
    await this.catalog.describe();
    return readHash(link, (path) => this.catalog.schema?.knows(path) ?? true);
  }
}

const studioText = (problem: string): string => msg(str`“studio”: ${problem}`);
