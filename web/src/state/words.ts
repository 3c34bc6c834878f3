/** Words that more than one place says. */
import { msg } from '../words/locale.ts';

/** Why the studio stays shut. */
export const NO_STUDIO = msg(
  'The studio needs a model that makes images from latents: choose one under “Images” in the list at the top.',
);

/** Data whose name in a config is not how one says it. */
const DATA: Readonly<Record<string, string>> = {
  mixture1d: msg('bells on a line'),
  two_moons: msg('two moons'),
  mnist: msg('MNIST digits'),
  fashion_mnist: 'Fashion-MNIST',
  cifar10: 'CIFAR-10',
};

export const dataWords = (name: string): string => DATA[name] ?? name.replaceAll('_', ' ');
