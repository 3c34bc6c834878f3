/** Changes to a list of things in a row, such as the layers of a network. Each gives a new list. */
import type { Json, JsonObject } from './json.ts';

export const without = (list: readonly Json[], i: number): Json[] =>
  list.filter((_, at) => at !== i);

/** With `item` before the element `i`. */
export const inserted = (list: readonly Json[], i: number, item: Json): Json[] => [
  ...list.slice(0, i),
  item,
  ...list.slice(i),
];

/** With element `i` one place earlier. */
export function earlier(list: readonly Json[], i: number): Json[] {
  const item = list[i];
  return i < 1 || item === undefined ? [...list] : inserted(without(list, i), i - 1, item);
}

/** With one field of element `i` replaced. */
export const withField = (list: readonly Json[], i: number, field: string, value: Json): Json[] =>
  list.map((item, at) => (at === i ? { ...(item as JsonObject), [field]: value } : item));
