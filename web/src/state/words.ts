/** Words that more than one place says. */
import { language, msg } from '../words/locale.ts';
import { labelOf } from './label.ts';

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
