/** What to try next: a few experiments for each preset, one click each. They are the presets' own, in the library's catalog;
 * those that begin from a preset whose data are not here are left out. */
import type { Preset } from '../library.ts';
import { getPath, type Json, sameJson } from './json.ts';

export interface Idea {
  label: string;
  /** What to watch for. */
  why: string;
  preset: string;
  overrides: Record<string, Json>;
}

export function ideas(
  preset: Preset,
  presets: readonly Preset[],
  /** What the run changes about its preset. */
  changed: Record<string, Json>,
): Idea[] {
  return (preset.ideas ?? [])
    .flatMap(({ label, why, preset: other, overrides = {} }) => {
      const fits =
        (other === undefined || presets.some(({ name }) => name === other)) &&
        Object.entries(overrides).every(
          // What the preset has already is no idea, and what is there already is none either.
          ([path, value]) => !sameJson(getPath(preset.config, path), value),
        );
      const idea = { label, why, preset: other ?? preset.name, overrides };
      return fits && !(idea.preset === preset.name && sameJson(overrides, changed)) ? [idea] : [];
    })
    .slice(0, 3);
}
