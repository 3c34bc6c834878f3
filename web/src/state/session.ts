/**
 * Everything a person can do on the page, by parts: elements read their fields, call their methods, and are told by topic
 * what changed. This is where the parts meet.
 */
import type { Event, Failure, Model } from '../protocol.ts';
import { Background } from './background.ts';
import { Catalog } from './catalog.ts';
import { Channel } from './channel.ts';
import { Comparison } from './comparison.ts';
import { Current, kindOf } from './current.ts';
import { Keep } from './keep.ts';
import { Links } from './links.ts';
import { Log } from './log.ts';
import { Models } from './models.ts';
import { Notices } from './notices.ts';
import { Recovery } from './recovery.ts';
import { Run } from './run.ts';
import { Settings } from './settings.ts';
import { Stage } from './stage.ts';
import type { Studio } from './studio.ts';
import { Timeline } from './timeline.ts';
import { type Topic, Topics } from './topics.ts';
import { msg, str } from '../words/locale.ts';

export class Session {
  readonly #topics = new Topics();
  readonly #recovery: Recovery;
  readonly notices: Notices;
  readonly log = new Log(() => this.run.step);
  readonly channel: Channel;
  readonly catalog: Catalog;
  readonly current: Current;
  readonly run: Run;
  readonly stage: Stage;
  readonly models: Models;
  readonly settings: Settings;
  readonly links: Links;
  readonly comparison: Comparison;
  readonly timeline: Timeline;
  readonly background: Background;
  readonly keep: Keep;
  #studio: Studio | undefined;

  /** `site` is the address that the library, the data and the models lie below. */
  constructor(site: string) {
    const topics = this.#topics;
    this.notices = new Notices(() => {
      topics.tell('notices');
    });
    const listeners = {
      event: this.#onEvent,
      failure: this.#onFailure,
      stop: (text: string) => {
        this.notices.add('error', text);
        this.run.setRunning(false);
      },
    };
    this.channel = new Channel(topics, this.notices, listeners, this.log);
    const { notices, channel, log } = this;
    this.catalog = new Catalog(topics, channel, site);
    this.current = new Current(this.catalog);
    const { catalog, current } = this;
    this.run = new Run(topics, channel, current);
    this.stage = new Stage(topics, channel, current);
    const { run, stage } = this;
    this.models = new Models(topics, notices, channel, catalog, current, run, this.#onAdopt);
    const { models } = this;
    this.settings = new Settings(topics, notices, channel, current, models);
    this.links = new Links(topics, notices, channel, catalog, current, models);
    this.comparison = new Comparison(topics, channel, current, run, stage, models);
    this.timeline = new Timeline(channel, run, stage, models);
    this.background = new Background(topics, notices, run, log);
    this.keep = new Keep(topics);
    this.#recovery = new Recovery(notices, channel, current, run, models, this.settings);
  }

  /** There is one once its element was there, with which it is loaded. */
  get studio(): Studio {
    if (!this.#studio) throw new Error('The studio was never opened.');
    return this.#studio;
  }

  openStudio(kind: typeof Studio): void {
    this.#studio ??= new kind(
      (call, args) => this.channel.call(call, args),
      () => {
        this.#topics.tell('studio');
      },
    );
  }

  /** Keeps in the link that the studio is open, and what lies in it; undefined: closed. */
  keepStudio(studio: string | undefined): void {
    const { current } = this;
    if (current.spec.studio === studio) return;
    current.spec = { ...current.spec, studio };
    this.#topics.tell('spec');
  }

  subscribe(listener: (topic: Topic) => void): () => void {
    return this.#topics.subscribe(listener);
  }

  close(): void {
    this.#topics.clear();
    this.channel.close();
  }

  choosePreset(preset: string): Promise<boolean> {
    this.comparison.forget();
    // Another game has other numbers to stop at, and other samples, measures and ideas.
    const { spec } = this.current;
    const studio = spec.studio === undefined ? undefined : '';
    return this.models.create({
      ...spec,
      preset,
      overrides: {},
      scratch: false,
      stop: undefined,
      layers: undefined,
      measures: [],
      ideas: '',
      studio,
    });
  }

  readonly #onAdopt = (before: Model | undefined): void => {
    this.settings.clear();
    this.#studio?.clear();
    this.stage.clear();
    this.stage.begin(before && kindOf(before));
  };

  readonly #onFailure = (text: string, failure: Failure): void => {
    this.settings.refused = failure;
    this.#recovery.fail(text, failure);
    this.#topics.tell('spec');
  };

  readonly #onEvent = (event: Event): void => {
    switch (event.event) {
      case 'progress':
        this.channel.report(event.progress);
        return;
      case 'running':
        this.run.setRunning(event.running, event.reached);
        return;
      case 'metrics':
        this.run.trained(event);
        return;
      case 'frame':
        this.stage.add(event.frame);
        return;
      case 'evaluation':
        this.run.measured(event.evaluation);
        return;
      case 'phase':
        this.run.setPhase(event.phase);
        return;
      case 'inverting':
        this.#studio?.inverting(event.progress);
        return;
      case 'failure':
        this.#recovery.fail(stoppedText(event.failure.message), event.failure);
        return;
    }
  };
}

const stoppedText = (why: string): string => msg(str`Training stopped: ${why}`);
