/** Puts the words of a page into its HTML: those of a place by its `data-words`, its name for a screen reader by `data-label`. */
export function say(words: Readonly<Record<string, string>>): void {
  for (const place of document.querySelectorAll<HTMLElement | SVGElement>(
    '[data-words], [data-label]',
  )) {
    const { words: text, label } = place.dataset;
    if (text !== undefined) place.textContent = words[text] ?? '';
    if (label !== undefined) place.ariaLabel = words[label] ?? '';
  }
}
