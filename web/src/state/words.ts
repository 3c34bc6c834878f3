/** Words that more than one place says, and classes of an attribute as one says them. */
import type { Attribute } from '../library.ts';

/** Why the studio stays shut. */
export const NO_STUDIO =
  'The studio needs a model that makes images from latents: choose one under “Images” in the list at the top.';

/** Data whose name in a config is not how one says it. */
const DATA: Readonly<Record<string, string>> = {
  mixture1d: 'bells on a line',
  two_moons: 'two moons',
  mnist: 'MNIST digits',
  fashion_mnist: 'Fashion-MNIST',
  cifar10: 'CIFAR-10',
};

export const dataWords = (name: string): string => DATA[name] ?? name.replaceAll('_', ' ');

/** Attributes whose classes are nouns already. */
const NOUNS: ReadonlySet<string> = new Set(['person']);

/** `alone`: nothing else is known of the images, so the class says it all ("7", "trouser"). */
export function wordsFor({ name, classes }: Attribute, label: string, alone: boolean): string {
  if (classes.includes('none')) {
    const thing = classes.find((other) => other !== 'none') ?? name;
    return label === 'none' ? `no ${thing}` : label;
  }
  if (alone) return `“${label}”`;
  return NOUNS.has(name) ? label : `${label} ${name.replaceAll('_', ' ')}`;
}
