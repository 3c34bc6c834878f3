/** Which game learns a set of a person's own images, and what it will take. */
import type { Json } from '../state/json.ts';
import type { OwnSet } from './file.ts';
import { msg, str } from '../words/locale.ts';

/** The sizes that there are networks for. */
export const SIZES = [16, 28, 32, 64] as const;
export type Size = (typeof SIZES)[number];

/** Fewer pictures are worth a warning. */
export const FEW = 1000;

interface Networks {
  preset: string;
  /** What the size changes about the preset's generator. */
  changes: Readonly<Record<string, Json>>;
  /** The generator's last convolution, whose channels are the colours. */
  last: string;
  /** The size that the preset itself has. */
  own: Size;
}

/** The generator doubles a small square two or three times; the discriminator takes whatever size there is. */
const digits = (changes: Networks['changes']): Networks => ({
  preset: 'mnist-dcgan',
  own: 28,
  changes,
  last: 'generator.layers.10.channels',
});
const faces = (changes: Networks['changes']): Networks => ({
  preset: 'faces-dcgan',
  own: 32,
  changes,
  last: 'generator.layers.9.channels',
});
const NETWORKS: Readonly<Record<Size, Networks>> = {
  16: digits({ 'generator.layers.3.units': 1024, 'generator.layers.4.shape': [4, 4, 64] }),
  28: digits({}),
  32: faces({}),
  64: faces({ 'generator.layers.0.units': 8192, 'generator.layers.1.shape': [8, 8, 128] }),
};

export interface Game {
  preset: string;
  overrides: Record<string, Json>;
}

type Described = Pick<OwnSet, 'name' | 'size' | 'channels' | 'classes'>;

/** The preset whose networks fit images of this size, and what has to differ. Throws where there are none. */
export function gameFor({ name, size, channels, classes }: Described): Game {
  const networks = networksOf(size);
  const data = {
    kind: 'own_images',
    name,
    size,
    colour: channels === 3,
    classes: classes.length,
    black: -1,
  };
  return {
    preset: networks.preset,
    overrides: { data, ...networks.changes, [networks.last]: channels },
  };
}

export function networksOf(size: number): Networks {
  const found = SIZES.find((known) => known === size);
  if (found === undefined) {
    const sizes = SIZES.join(', ');
    throw new Error(
      msg(
        str`There are no networks for images of ${size} pixels: make the set again with ${sizes}.`,
      ),
    );
  }
  return NETWORKS[found];
}

/** Multiply-adds of both networks for one image, in millions, counted layer by layer. */
export const WORK: Readonly<Record<Size, number>> = {
  16: 1.9,
  28: 5.9,
  32: 9.3,
  64: 37,
};
