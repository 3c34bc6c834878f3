/** Importing this module defines `<gan-playground>`; its parts are loaded from where the module lies. */

/** What was done, in words, and how to take it back where that can be. */
export interface Done {
  said: string;
  undo?: (() => Promise<void>) | undefined;
}

/**
 * A game in the page. It sends `ready` when its model is there, and `reading` when there are new numbers. Its attributes are
 * listed in `custom-elements.json`.
 */
export interface GanPlayground extends HTMLElement {
  preset: string | null;
  seed: string | null;
  backend: string | null;
  scratch: string | null;
  hide: string | null;
  controls: string | null;
  /** The step to begin at. */
  at: string | null;
  /** Where training stops: `500`, `30s` or `modes>=8`. */
  stop: string | null;
  /** What is said of the run instead of the preset's sentence. */
  caption: string | null;
  /** The rest of a share link, such as `cost=minimax&batch=64`. */
  settings: string | null;
  theme: string | null;
  /** Goes on with training, as the button does. */
  train(): Promise<void>;
  pause(): Promise<void>;
  /** Does what a lesson's words do, such as `set?cost=minimax;train?steps=500`. */
  perform(actions: string): Promise<Done>;
  /** A number of the run as one reads it, such as `step`; none before there is one. */
  reading(name: string): Promise<string | undefined>;
}

declare global {
  interface HTMLElementTagNameMap {
    'gan-playground': GanPlayground;
  }
}
