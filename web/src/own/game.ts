/** Which game learns a set of a person's own images, and what it will take. */
import type { Json } from '../state/json.ts';
import type { OwnSet } from './file.ts';
import { msg, str } from '../words/locale.ts';

/** The sizes that there are networks for. */
export const SIZES = [16, 28, 32, 64] as const;
export type Size = (typeof SIZES)[number];

/** What is to come of the images: pictures like them, pictures of the class that is asked for, or the name of a picture's class. */
export const AIMS = ['make', 'ask', 'name'] as const;
export type Aim = (typeof AIMS)[number];

/** Fewer pictures are worth a warning. */
export const FEW = 1000;

interface Networks {
  preset: string;
  /** The size that the preset itself has. */
  own: Size;
  /** What the size changes about the preset's networks. */
  changes: Readonly<Record<string, Json>>;
  /** The number of units or channels that is the images' colours, or the number of classes. */
  colours?: string;
  classes?: string;
  /** Multiply-adds of all networks for one image, in millions, counted layer by layer. */
  work: number;
}

/** The generators double a small square two or three times; discriminators and classifiers take whatever size there is. */
const digits = (work: number, changes: Networks['changes'] = {}): Networks => ({
  preset: 'mnist-dcgan',
  own: 28,
  changes,
  colours: 'generator.layers.10.channels',
  work,
});
const faces = (work: number, changes: Networks['changes'] = {}): Networks => ({
  preset: 'faces-dcgan',
  own: 32,
  changes,
  colours: 'generator.layers.13.channels',
  work,
});
const asked = (work: number, square: number): Networks => ({
  preset: 'mnist-cgan',
  own: 28,
  changes: {
    'generator.layers.4.units': square * square * 64,
    'generator.layers.5.shape': [square, square, 64],
  },
  colours: 'generator.layers.11.channels',
  work,
});
const named = (work: number): Networks => ({
  preset: 'mnist-classifier',
  own: 28,
  changes: {},
  classes: 'network.layers.7.units',
  work,
});

const NETWORKS: Readonly<Record<Aim, Readonly<Record<Size, Networks>>>> = {
  make: {
    16: digits(1.9, { 'generator.layers.3.units': 1024, 'generator.layers.4.shape': [4, 4, 64] }),
    28: digits(5.9),
    32: faces(15),
    64: faces(60, { 'generator.layers.0.units': 8192, 'generator.layers.1.shape': [8, 8, 128] }),
  },
  ask: { 16: asked(2.3, 4), 28: asked(6.9, 7), 32: asked(9, 8), 64: asked(36, 16) },
  name: { 16: named(0.61), 28: named(2), 32: named(2.5), 64: named(9.8) },
};

export interface Game {
  preset: string;
  overrides: Record<string, Json>;
}

type Described = Pick<OwnSet, 'name' | 'size' | 'channels' | 'classes'>;

/** What can be done with images of so many classes: without two there is nothing to ask for and nothing to name. */
export const aimsFor = (classes: number): readonly Aim[] => (classes < 2 ? ['make'] : AIMS);

/** The preset whose networks fit images of this size, and what has to differ. Throws where there are none. */
export function gameFor({ name, size, channels, classes }: Described, aim: Aim = 'make'): Game {
  const { preset, changes, colours, classes: units } = networksOf(size, aim);
  const data = {
    kind: 'own_images',
    name,
    size,
    colour: channels === 3,
    classes: classes.length,
    // The classifier's images are as bright as its preset has them.
    black: aim === 'name' ? 0 : -1,
  };
  return {
    preset,
    overrides: {
      data,
      ...changes,
      ...(colours === undefined ? {} : { [colours]: channels }),
      ...(units === undefined ? {} : { [units]: classes.length }),
    },
  };
}

export function networksOf(size: number, aim: Aim = 'make'): Networks {
  const found = SIZES.find((known) => known === size);
  if (found === undefined) {
    const sizes = SIZES.join(', ');
    throw new Error(
      msg(
        str`There are no networks for images of ${size} pixels: make the set again with ${sizes}.`,
      ),
    );
  }
  return NETWORKS[aim][found];
}
