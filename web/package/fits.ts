/** The element is what embed.d.ts says of it. */
import type { GanPlayground } from '../src/elements/gan-playground.ts';
import type { GanPlayground as Published } from './ganlet/embed.d.ts';

type Fits<Is extends Wanted, Wanted> = Is;

export type Checked = Fits<GanPlayground, Published>;
