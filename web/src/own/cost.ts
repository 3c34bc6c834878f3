/** What learning a set takes, in words, before it begins. */
import { count, decimal, duration } from '../state/format.ts';
import { type Aim, FEW, networksOf, type Size } from './game.ts';
import { msg, str } from '../words/locale.ts';

/** Copies of the pixels while a set is learned: the page's file, the engine's two, and the device's. */
const COPIES = 4;
/** Every tenth image is held out. */
const HELD_OUT = 10;

export interface Ask {
  images: number;
  size: Size;
  channels: 1 | 3;
  aim: Aim;
  /** Steps a second of the preset of this size, as it was seen to train here. */
  rate: number | undefined;
}

/** Sentences: how many images, what memory, how long. */
export function costOf({ images, size, channels, aim, rate }: Ask): string[] {
  const held = Math.floor(images / HELD_OUT);
  const megabytes = (COPIES * images * size * size * channels) / 1e6;
  const { own, work } = networksOf(size, aim);
  const seconds = rate === undefined ? undefined : work / networksOf(own, aim).work / rate;
  const [left, aside, room] = [images - held, held, megabytes].map(count);
  return [
    msg(str`${left} images to learn from, and ${aside} held out to compare with.`),
    megabytes < 1
      ? msg('Less than 1 MB of memory for the images.')
      : msg(str`${room} MB of memory for the images.`),
    timeOf(seconds),
  ];
}

function timeOf(seconds: number | undefined): string {
  if (seconds === undefined) return msg('How long a step takes here is known when it trains.');
  const one = seconds < 1 ? `${count(Math.max(1, seconds * 1000))} ms` : `${decimal(seconds, 1)} s`;
  const thousand = duration(seconds * 1000);
  return msg(str`About ${one} a step here, ${thousand} for 1,000 steps.`);
}

/** What there is to be warned of. */
export function warningOf(images: number, aim: Aim): string {
  const few = count(images);
  if (images === 0 || images >= FEW) return '';
  return aim === 'name'
    ? msg(
        str`${few} images are few: a classifier may know them by heart and name others badly. How many it names rightly is measured on those that are held out.`,
      )
    : msg(
        str`${few} images are few: a model may not get far with them, or repeat them. While it trains, the page measures and says how near its samples come to them.`,
      );
}
