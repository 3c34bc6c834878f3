/** Groups of samples that differ in what is wanted and are alike in all else, so that the difference of their means is that alone. */
import type { Prediction, Three } from '../protocol-studio.ts';

/** How sure the classifier has to be of what is wanted; the library asks as much of what it finds. */
const SURE = 0.9;

/**
 * The numbers of up to `n` samples for each group, in threes: one of each group with the same labels of every other attribute.
 * The kinds of others take turns, so that no one look prevails.
 */
export function matched(
  predictions: readonly (readonly Prediction[])[],
  wanted: Three<Record<string, string>>,
  n: number,
): Three<number[]> {
  const named = new Set(wanted.flatMap((labels) => Object.keys(labels)));
  const shows = (seen: readonly Prediction[], labels: Record<string, string>): boolean =>
    Object.entries(labels).every(([attribute, label]) =>
      seen.some(
        (one) => one.attribute === attribute && one.label === label && one.probability > SURE,
      ),
    );
  const alike = new Map<string, Three<number[]>>();
  for (const [i, seen] of predictions.entries()) {
    const group = wanted.findIndex((labels) => shows(seen, labels));
    const others = seen.filter(({ attribute }) => !named.has(attribute));
    const key = others.map(({ label }) => label).join('/');
    const found = alike.get(key) ?? [[], [], []];
    alike.set(key, found);
    found[group]?.push(i);
  }
  const taken: Three<number[]> = [[], [], []];
  for (let left = true; left;) {
    left = false;
    for (const [a, b, c] of alike.values()) {
      if (taken[0].length === n) return taken;
      const three = [a.shift(), b.shift(), c.shift()];
      if (three.includes(undefined)) continue;
      for (const [group, i] of three.entries()) if (i !== undefined) taken[group]?.push(i);
      left = true;
    }
  }
  return taken;
}
