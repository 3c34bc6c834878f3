/** uPlot, which draws the curves: loaded late, and in browsers whose language it would not survive. */
import type uPlot from 'uplot';
import { msg, str } from '../words/locale.ts';

/**
 * uPlot formats numbers in `navigator.language`, and throws as it is loaded where that is no language tag: some systems call
 * it `c` or `en_US@posix`. A valid one stands in meanwhile; our axes write their numbers themselves.
 */
export async function loadUPlot(): Promise<typeof uPlot> {
  const needed = !isLanguage(navigator.language);
  if (needed) {
    const value = navigator.languages.find(isLanguage) ?? 'en';
    Object.defineProperty(navigator, 'language', { value, configurable: true });
  }
  try {
    return (await import('uplot')).default;
  } finally {
    // What the browser itself says lies below, in the prototype.
    if (needed) Reflect.deleteProperty(navigator, 'language');
  }
}

function isLanguage(tag: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(tag).length >= 0;
  } catch {
    return false;
  }
}

/** Why there are no curves. What could not be fetched is a TypeError in every browser. */
export function whyNoCurves(error: unknown): string {
  const cause = error instanceof Error ? error.message : String(error);
  return error instanceof TypeError
    ? msg(str`The curves could not be loaded (${cause}). Reload the page when you are online.`)
    : msg(str`The curves cannot be drawn in this browser: ${cause}. All else works without them.`);
}
