/** What learning a set takes, in words, before it begins. */
import { count, duration } from '../state/format.ts';
import { FEW, networksOf, type Size, WORK } from './game.ts';

/** Copies of the pixels while a set is learned: the page's file, the engine's two, and the device's. */
const COPIES = 4;
/** Every tenth image is held out. */
const HELD_OUT = 10;

export interface Ask {
  images: number;
  size: Size;
  channels: 1 | 3;
  /** Steps a second of the preset of this size, as it was seen to train here. */
  rate: number | undefined;
}

/** Sentences: how many images, what memory, how long. */
export function costOf({ images, size, channels, rate }: Ask): string[] {
  const held = Math.floor(images / HELD_OUT);
  const megabytes = (COPIES * images * size * size * channels) / 1e6;
  const { own } = networksOf(size);
  const seconds = rate === undefined ? undefined : WORK[size] / WORK[own] / rate;
  return [
    `${count(images - held)} images to learn from, and ${count(held)} held out to compare with.`,
    `${megabytes < 1 ? 'Less than 1' : count(megabytes)} MB of memory for the images.`,
    seconds === undefined
      ? 'How long a step takes here is known when it trains.'
      : `About ${written(seconds)} a step here, ${duration(seconds * 1000)} for 1,000 steps.`,
  ];
}

/** What there is to be warned of. */
export const warningOf = (images: number): string =>
  images > 0 && images < FEW
    ? `${count(images)} images are few: a model may not get far with them, or repeat them. While it trains, the page measures and says how near its samples come to them.`
    : '';

const written = (seconds: number): string =>
  seconds < 1 ? `${count(Math.max(1, seconds * 1000))} ms` : `${seconds.toFixed(1)} s`;
