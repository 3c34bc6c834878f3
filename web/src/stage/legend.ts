/** The words under the picture: the names of its layers, and what colours and marks of those that are on say. */
import type { Colour } from '../library.ts';
import type { Model } from '../protocol.ts';
import type { Kind } from '../state/current.ts';
import type { Layer } from '../state/parts.ts';

export interface Entry {
  layer: Layer;
  text: string;
  colour: Colour;
}

const PLAYERS: readonly Entry[] = [
  { layer: 'd-sees', text: 'D sees', colour: 'discriminator' },
  { layer: 'g-sees', text: 'G sees', colour: 'generator' },
];

/** What is known where the density of the data is. */
const DENSITIES: readonly Entry[] = [
  { layer: 'optimal', text: 'Best D', colour: 'discriminator' },
  { layer: 'ratio', text: 'Data / model', colour: 'neutral' },
];

export const LEGEND: Record<Kind, readonly Entry[]> = {
  image: PLAYERS,
  none: [],
  plane: [
    { layer: 'real', text: 'Real', colour: 'real' },
    { layer: 'fake', text: 'Samples', colour: 'fake' },
    { layer: 'heat', text: 'Opinion of D', colour: 'discriminator' },
    ...DENSITIES,
    { layer: 'grid', text: 'Noise grid', colour: 'generator' },
    { layer: 'arrows', text: 'Pull on G', colour: 'generator' },
    ...PLAYERS,
  ],
  line: [
    { layer: 'real', text: 'Data density', colour: 'real' },
    { layer: 'fake', text: 'Model density', colour: 'fake' },
    { layer: 'heat', text: 'D(x)', colour: 'discriminator' },
    ...DENSITIES,
    { layer: 'grid', text: 'Noise to data', colour: 'generator' },
    ...PLAYERS,
  ],
};

/** Whether a layer stands for all others while it is on. */
export const isOneView = (layer: Layer): boolean => PLAYERS.some((one) => one.layer === layer);

type Strengths = Record<Layer, number>;

/** What the plane's tint says, from one end to the other; undefined where it has none. */
export function scaleOf({ critic }: Model, on: Strengths): readonly string[] | undefined {
  if (on['d-sees'] > 0 && on.heat === 0) return undefined;
  if (on.ratio > 0) return ['16 times the samples', 'even', '16 times the data'];
  if (on.optimal > 0) return ['best D says fake', '½', 'best D says real'];
  if (on.heat === 0 && on['g-sees'] === 0) return undefined;
  return critic
    ? ['lowest score of D', 'highest score of D']
    : ['D says fake', 'cannot tell (½)', 'D says real'];
}

/** What else there is to know of the picture, in a sentence, if there is. */
export function noteOf({ critic }: Model, kind: Kind, on: Strengths): string {
  if (on['g-sees'] > 0) {
    if (kind === 'image') {
      const scale = critic ? '' : ', in hundredths';
      return `G never sees the data. On each of its own images it hears D’s verdict${scale}, and how each pixel would raise it.`;
    }
    const verdict = kind === 'plane' ? 'colour' : 'height';
    return `G never sees the data. It hears D’s verdict on each of its own samples (the ${verdict}), and which way would raise it (the arrows).`;
  }
  if (on['d-sees'] > 0) {
    const both =
      kind === 'image'
        ? 'real images and G’s, here in rows by turns'
        : 'points of both kinds, blue data and orange samples';
    return critic
      ? `D sees ${both}, and is to score data (+) above samples (–).`
      : `D sees ${both}, each with the answer that is wanted of it.`;
  }
  const densities = kind === 'plane' && (on.ratio > 0 || on.optimal > 0);
  return densities ? 'Hatched: neither data nor samples come here.' : '';
}
