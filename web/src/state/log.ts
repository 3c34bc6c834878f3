/**
 * What was done here, for whoever takes it away: each deed with the step and the time since the page was opened. Whatever changes the
 * game is a call to the worker and is noted in the one place where all of them pass (`Channel.call`). What led to calls and is none
 * itself (an idea, a question, words of a text) is noted by whoever does it, and stands before them.
 */
import type { CallName, Calls } from '../protocol.ts';
import { asText } from './json.ts';
import { writeStop } from './stop.ts';
import { DEFAULT_SPEC, writeHash } from './url.ts';

export type Did =
  | 'game'
  | 'open'
  | 'device'
  | 'reset'
  | 'branch'
  | 'recover'
  | 'train'
  | 'pause'
  | 'step'
  | 'set'
  | 'measure'
  | 'slow'
  | 'idea'
  | 'text'
  | 'question'
  | 'hidden';

export interface Deed {
  /** Since the page was opened. */
  seconds: number;
  /** Of the run, when it was asked for. */
  step: number;
  did: Did;
  what: string;
}

/** Deeds that are kept; the oldest go first. */
const MOST = 2000;
/** Of what a deed says: a person's own points fit into no table. */
const LONGEST = 400;

type Words = {
  [K in CallName]?: (args: Calls[K]['args']) => [did: Did, what: string];
};

/** What the calls that change a game, or measure it, are in the log. Who looks changes nothing. */
const WORDS: Words = {
  create: ({ preset, seed, backend, overrides, headStart }) => [
    'game',
    writeHash({ ...DEFAULT_SPEC, preset, seed, backend, overrides }).slice(1) +
      (headStart > 0 ? `&at=${headStart}` : ''),
  ],
  load: ({ name }) => ['open', name],
  move: ({ backend }) => ['device', backend],
  reset: ({ seed }) => ['reset', `seed ${seed}`],
  branch: ({ step }) => ['branch', `from step ${step}`],
  recover: () => ['recover', ''],
  play: ({ until, stop }) => [
    'train',
    [
      until === undefined ? '' : `to step ${until}`,
      stop && stop.kind !== 'step' ? `stop at ${writeStop(stop)}` : '',
    ]
      .filter(Boolean)
      .join(', '),
  ],
  pause: () => ['pause', ''],
  speed: ({ slow }) => ['slow', slow ?? 'off'],
  step: ({ update }) => ['step', update ?? 'all'],
  set: ({ path, value }) => ['set', `${path}=${asText(value)}`],
  evaluate: () => ['measure', ''],
};

export class Log {
  /** Older deeds that are kept no more. */
  leftOut = 0;
  readonly #begun = performance.now();
  #deeds: Deed[] = [];

  /** `step`: where the run is. */
  constructor(private readonly step: () => number) {}

  get deeds(): readonly Deed[] {
    return this.#deeds;
  }

  note(did: Did, what = ''): Deed {
    const deed = {
      seconds: (performance.now() - this.#begun) / 1000,
      step: this.step(),
      did,
      what: what.length > LONGEST ? `${what.slice(0, LONGEST)}…` : what,
    };
    this.#deeds.push(deed);
    if (this.#deeds.length > MOST) {
      this.#deeds.shift();
      this.leftOut += 1;
    }
    return deed;
  }

  /** A call to the worker; undefined where it changes nothing. */
  called<K extends CallName>(call: K, args: Calls[K]['args']): Deed | undefined {
    const words = WORDS[call]?.(args);
    return words && this.note(...words);
  }

  /** It was refused, so nothing was done. */
  strike(deed: Deed): void {
    this.#deeds = this.#deeds.filter((one) => one !== deed);
  }
}
