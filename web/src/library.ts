/** What the page knows of the library that `lib/ganlet.js` holds. */
import type { Json, JsonObject } from './state/json.ts';

export type * from '../library/types.ts';

export type Library = typeof import('../library/ganlet.ts');

/** An experiment that one click makes of a preset. */
export interface Suggestion {
  label: string;
  /** What to watch for. */
  why: string;
  /** Another preset; without it the same one with other settings. */
  preset?: string;
  /** What differs, by dotted path. */
  overrides?: Record<string, Json>;
}

export interface Preset {
  name: string;
  title: string;
  teaches: string;
  summary: string;
  steps: number;
  data: string;
  group: string;
  /** What to try next. */
  ideas?: readonly Suggestion[] | null;
  /** The preset's full config, for marking what differs from it. */
  config: JsonObject;
}
