/** Words that more than one place says. */
import { language, msg } from '../words/locale.ts';
import { labelOf } from './label.ts';

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

/** German nouns have capitals, as labels have. */
export const dataWords = (name: string): string =>
  DATA[name] ?? (language === 'en' ? name.replaceAll('_', ' ') : labelOf(name));
