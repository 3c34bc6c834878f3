/** What is read aloud of the cells of a grid of images, by their number and what is marked in them. */
import { msg, str } from '../words/locale.ts';

export type NameOfCell = (number: number, mark: string | undefined) => string;

/** A sample, and the basket that it lies in. */
export const sample: NameOfCell = (number, mark) =>
  mark ? msg(str`Sample ${number}, in ${mark}`) : msg(str`Sample ${number}`);

/** A real image, and what the model calls it. */
export const namedImage: NameOfCell = (number, mark) =>
  mark ? msg(str`Image ${number}, called ${mark}`) : msg(str`Image ${number}`);

/** A sample in a basket, which a click takes out. */
export const takenOut: NameOfCell = (number) => msg(str`Take out sample ${number}`);
