/** Classes of an attribute as one says them. */
import type { Attribute } from '../library.ts';

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
