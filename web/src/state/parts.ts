/** What a lesson can leave out: the words of `hide` and `controls`, in a link and as attributes. */

/** The parts of the page. */
export const PARTS = [
  'presets',
  'tools',
  'settings',
  'game',
  'story',
  'curves',
  'ideas',
  'controls',
  'status',
  'studio',
] as const;
export type Part = (typeof PARTS)[number];

/** The controls in the bar. */
export const CONTROLS = [
  'train',
  'step',
  'reset',
  'slow',
  'counter',
  'seed',
  'stop',
  'backend',
] as const;
export type Control = (typeof CONTROLS)[number];

/** The words of a list that are known, each once and in the order of `known`, and those that are not. */
export function readWords<W extends string>(
  text: string,
  known: readonly W[],
): { words: W[]; unknown: string[] } {
  const given = text.split(/[\s,]+/).filter(Boolean);
  return {
    words: known.filter((word) => given.includes(word)),
    unknown: given.filter((word) => !(known as readonly string[]).includes(word)),
  };
}
