/** What to try next: a few experiments for each preset, one click each. They are the presets' own, in the library's catalog;
 * those that begin from a preset whose data are not here are left out. */
import type { Preset } from '../library.ts';
import { getPath, type Json, parseValue, sameJson } from './json.ts';
import { msg, str } from '../words/locale.ts';

export interface Idea {
  label: string;
  /** What to watch for. */
  why: string;
  preset: string;
  overrides: Record<string, Json>;
}

/**
 * A teacher's own: `More noise | Watch how far samples spread. | preset=ring&noise.dim=8 ; …`. Text alone, and settings as in a link,
 * from the preset as it is.
 */
export function readIdeas(text: string): { own: Idea[]; problem: string | undefined } {
  const own: Idea[] = [];
  for (const one of text.split(';').filter((part) => part.trim())) {
    const [label = '', why = '', changes = '', ...more] = one.split('|').map((part) => part.trim());
    const words = new URLSearchParams(changes);
    if (!label || words.size === 0 || more.length > 0) {
      const part = one.trim();
      const problem = msg(
        str`“${part}” is not an idea: it should be “title | what to watch | cost=minimax”, with “;” between two`,
      );
      return { own, problem };
    }
    const preset = words.get('preset') ?? '';
    words.delete('preset');
    const overrides = Object.fromEntries(
      [...words].map(([path, value]) => [path, parseValue(value)]),
    );
    own.push({ label, why, preset, overrides });
  }
  return { own, problem: undefined };
}

/** The same ideas, each saying which preset it begins from: that of the link that they came with, whatever is open by then. */
export function settledIdeas(text: string, preset: string): string {
  return text
    .split(';')
    .filter((part) => part.trim())
    .map((one) => {
      const [label = '', why = '', changes = ''] = one.split('|').map((part) => part.trim());
      const named = new URLSearchParams(changes).has('preset');
      return `${label} | ${why} | ${named ? '' : `preset=${encodeURIComponent(preset)}&`}${changes}`;
    })
    .join('; ');
}

export function ideas(
  preset: Preset,
  presets: readonly Preset[],
  /** What the run changes about its preset. */
  changed: Record<string, Json>,
  own: readonly Idea[] = [],
): Idea[] {
  const isHere = (idea: Idea): boolean =>
    idea.preset === preset.name && sameJson(idea.overrides, changed);
  if (own.length > 0) {
    return own.filter((idea) => presets.some(({ name }) => name === idea.preset) && !isHere(idea));
  }
  return (preset.ideas ?? [])
    .flatMap(({ label, why, preset: other, overrides = {} }) => {
      const fits =
        (other === undefined || presets.some(({ name }) => name === other)) &&
        Object.entries(overrides).every(
          // What the preset has already is no idea, and what is there already is none either.
          ([path, value]) => !sameJson(getPath(preset.config, path), value),
        );
      const idea = { label, why, preset: other ?? preset.name, overrides };
      return fits && !isHere(idea) ? [idea] : [];
    })
    .slice(0, 3);
}
