/**
 * The share link. The hash holds the preset, the seed, the backend and only what differs from the
 * preset: `#preset=ring&seed=7&g_optimizer.lr=0.0005`. Reading is forgiving: a bad key is skipped
 * with a warning that names it, because an old link should still open something sensible.
 */
import type { BackendChoice } from '../library.ts';
import type { Json } from './json.ts';

export interface Spec {
  preset: string;
  seed: number;
  backend: BackendChoice;
  /** Dotted path to value, for everything that differs from the preset. */
  overrides: Record<string, Json>;
  /** Train from the first step, though a trained model ships with the preset. */
  scratch: boolean;
}

export interface Reading {
  spec: Spec;
  /** Whether the link names a preset, so a visitor without a link can be given a head start. */
  named: boolean;
  warnings: string[];
}

export const DEFAULT_SPEC: Spec = {
  preset: 'ring',
  seed: 0,
  backend: 'auto',
  overrides: {},
  scratch: false,
};

const BACKENDS: readonly string[] = ['auto', 'webgpu', 'cpu'] satisfies BackendChoice[];
const PATH = /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/i;
/** Keys that would reach an object's prototype when a path is written into a config. */
const FORBIDDEN = /(^|\.)(__proto__|constructor|prototype)(\.|$)/;
export const MAX_SEED = 0xffff_ffff;

export function parseSeed(text: string): number | undefined {
  const seed = Number(text);
  return text.trim() !== '' && Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED
    ? seed
    : undefined;
}

/** A value in a link: JSON where it parses, otherwise the bare word (`cost=minimax`). */
function parseValue(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function writeValue(value: Json): string {
  return typeof value === 'string' && parseValue(value) === value ? value : JSON.stringify(value);
}

/** `known` says whether a config path exists; without it (before the library is loaded) all pass. */
export function readHash(hash: string, known: (path: string) => boolean = () => true): Reading {
  const spec: Spec = { ...DEFAULT_SPEC, overrides: {} };
  const warnings: string[] = [];
  let named = false;
  for (const [key, text] of new URLSearchParams(hash.replace(/^#/, ''))) {
    if (key === 'preset') {
      spec.preset = text;
      named = true;
    } else if (key === 'seed') {
      const seed = parseSeed(text);
      if (seed === undefined) {
        warnings.push(
          `“seed=${text}” was skipped: a seed is a whole number from 0 to ${MAX_SEED}.`,
        );
      } else spec.seed = seed;
    } else if (key === 'scratch') {
      spec.scratch = text !== '0';
    } else if (key === 'backend') {
      if (BACKENDS.includes(text)) spec.backend = text as BackendChoice;
      else warnings.push(`“backend=${text}” was skipped: it is one of ${BACKENDS.join(', ')}.`);
    } else if (!PATH.test(key) || FORBIDDEN.test(key) || !known(key)) {
      warnings.push(`“${key}” was skipped: this version has no such setting.`);
    } else {
      spec.overrides[key] = parseValue(text);
    }
  }
  return { spec, named, warnings };
}

export function writeHash(spec: Spec): string {
  const pairs: [string, string][] = [['preset', spec.preset]];
  if (spec.seed !== DEFAULT_SPEC.seed) pairs.push(['seed', String(spec.seed)]);
  if (spec.backend !== DEFAULT_SPEC.backend) pairs.push(['backend', spec.backend]);
  if (spec.scratch) pairs.push(['scratch', '1']);
  for (const path of Object.keys(spec.overrides).sort()) {
    pairs.push([path, writeValue(spec.overrides[path] ?? null)]);
  }
  return '#' + new URLSearchParams(pairs).toString();
}
