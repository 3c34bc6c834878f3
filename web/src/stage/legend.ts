/** The words under the picture: the names of its layers, and what colours and marks of those that are on say. */
import type { Colour } from '../library.ts';
import type { Model } from '../protocol.ts';
import type { Kind } from '../state/current.ts';
import type { Layer } from '../state/parts.ts';
import { msg } from '../words/locale.ts';

export interface Entry {
  layer: Layer;
  text: string;
  colour: Colour;
}

const PLAYERS: readonly Entry[] = [
  { layer: 'd-sees', text: msg('D sees'), colour: 'discriminator' },
  { layer: 'g-sees', text: msg('G sees'), colour: 'generator' },
];

/** What is known where the density of the data is. */
const DENSITIES: readonly Entry[] = [
  { layer: 'optimal', text: msg('Best D'), colour: 'discriminator' },
  { layer: 'ratio', text: msg('Data / model'), colour: 'neutral' },
];

export const LEGEND: Record<Kind, readonly Entry[]> = {
  image: PLAYERS,
  none: [],
  plane: [
    { layer: 'real', text: msg('Real'), colour: 'real' },
    { layer: 'fake', text: msg('Samples'), colour: 'fake' },
    { layer: 'heat', text: msg('Opinion of D'), colour: 'discriminator' },
    ...DENSITIES,
    { layer: 'grid', text: msg('Noise grid'), colour: 'generator' },
    { layer: 'arrows', text: msg('Pull on G'), colour: 'generator' },
    ...PLAYERS,
  ],
  line: [
    { layer: 'real', text: msg('Data density'), colour: 'real' },
    { layer: 'fake', text: msg('Model density'), colour: 'fake' },
    { layer: 'heat', text: 'D(x)', colour: 'discriminator' },
    ...DENSITIES,
    { layer: 'grid', text: msg('Noise to data'), colour: 'generator' },
    ...PLAYERS,
  ],
};

/** Whether a layer stands for all others while it is on. */
export const isOneView = (layer: Layer): boolean => PLAYERS.some((one) => one.layer === layer);

type Strengths = Record<Layer, number>;

/** What the plane's tint says, from one end to the other; undefined where it has none. */
export function scaleOf({ critic }: Model, on: Strengths): readonly string[] | undefined {
  if (on['d-sees'] > 0 && on.heat === 0) return undefined;
  if (on.ratio > 0) return [msg('16 times the samples'), msg('even'), msg('16 times the data')];
  if (on.optimal > 0) return [msg('best D says fake'), '½', msg('best D says real')];
  if (on.heat === 0 && on['g-sees'] === 0) return undefined;
  return critic
    ? [msg('lowest score of D'), msg('highest score of D')]
    : [msg('D says fake'), msg('cannot tell (½)'), msg('D says real')];
}

/** What else there is to know of the picture, in a sentence, if there is. */
export function noteOf({ critic }: Model, kind: Kind, on: Strengths): string {
  if (on['g-sees'] > 0) {
    if (kind === 'image') {
      return critic
        ? msg(
            'G never sees the data. On each of its own images it hears D’s verdict, and how each pixel would raise it.',
          )
        : msg(
            'G never sees the data. On each of its own images it hears D’s verdict, in hundredths, and how each pixel would raise it.',
          );
    }
    return kind === 'plane'
      ? msg(
          'G never sees the data. It hears D’s verdict on each of its own samples (the colour), and which way would raise it (the arrows).',
        )
      : msg(
          'G never sees the data. It hears D’s verdict on each of its own samples (the height), and which way would raise it (the arrows).',
        );
  }
  if (on['d-sees'] > 0) {
    if (kind === 'image') {
      return critic
        ? msg(
            'D sees real images and G’s, here in rows by turns, and is to score data (+) above samples (–).',
          )
        : msg(
            'D sees real images and G’s, here in rows by turns, each with the answer that is wanted of it.',
          );
    }
    return critic
      ? msg(
          'D sees points of both kinds, blue data and orange samples, and is to score data (+) above samples (–).',
        )
      : msg(
          'D sees points of both kinds, blue data and orange samples, each with the answer that is wanted of it.',
        );
  }
  const densities = kind === 'plane' && (on.ratio > 0 || on.optimal > 0);
  return densities ? msg('Hatched: neither data nor samples come here.') : '';
}
