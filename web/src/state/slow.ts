/** How slow slow motion is: of one update, how long it is shown. */

/** The words of the link, and milliseconds. */
export const PACES = { slow: 6000, medium: 3000, fast: 1200 } as const;
export type SlowPace = keyof typeof PACES;

export const PACE_NAMES = Object.keys(PACES) as SlowPace[];

/** The share of that which is left when weights have moved, to look at what it changed. */
export const LOOK = 0.25;

export const isPace = (text: string): text is SlowPace => Object.hasOwn(PACES, text);
