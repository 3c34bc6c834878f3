/** What the page knows of the library that `lib/ganlet.js` holds. */
import type { JsonObject } from './state/json.ts';

export type * from '../library/types.ts';

export type Library = typeof import('../library/ganlet.ts');

export interface Preset {
  name: string;
  title: string;
  teaches: string;
  summary: string;
  steps: number;
  data: string;
  group: string;
  /** The preset's full config, for marking what differs from it. */
  config: JsonObject;
}
