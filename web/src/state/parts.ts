/** What a lesson can leave out, show or lock: the words of `hide`, `controls`, `layers` and `lock`, in a link and as attributes. */

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

/** What the stage of a toy can show, each on or off; the last two stand for all: what one player is told, and no more. */
export const LAYERS = [
  'real',
  'fake',
  'heat',
  'grid',
  'arrows',
  'optimal',
  'ratio',
  'd-sees',
  'g-sees',
] as const;
export type Layer = (typeof LAYERS)[number];

/** Which settings nobody may change here: all of them, or those at and below these paths. */
export type Lock = 'all' | readonly string[];

/** The parts by which settings are changed: gone where all are locked. A teacher's own ideas are no reader's changes, and stay. */
const CHANGING: readonly Part[] = ['presets', 'settings', 'ideas'];

export function leavesOut({ lock, ideas }: { lock: Lock; ideas: string }, part: Part): boolean {
  return lock === 'all' && CHANGING.includes(part) && !(part === 'ideas' && ideas !== '');
}

export function isLocked(lock: Lock, path: string): boolean {
  return lock === 'all' || lock.some((one) => path === one || path.startsWith(`${one}.`));
}

/** How large text and controls are. */
export const SIZES = ['normal', 'large'] as const;
export type Size = (typeof SIZES)[number];

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
