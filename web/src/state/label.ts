/** What the page calls a field or a number. */
import { said } from '../words/locale.ts';

/** `g_optimizer` becomes `G optimizer`: the players in capitals, and whole what papers abbreviate. */
export function labelOf(key: string): string {
  const words = key
    .replaceAll(/[_-]+/g, ' ')
    .replace(/\blr\b/g, 'learning rate')
    .replace(/\b(g|d)\b/g, (word) => word.toUpperCase());
  return said(words.charAt(0).toUpperCase() + words.slice(1));
}
