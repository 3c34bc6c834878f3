/** How a network of the config reads: its layers in order, with how wide each one is. */
import { getPath, isObject, type Json } from './json.ts';
import { msg, str } from '../words/locale.ts';

export interface LayerGlance {
  kind: string;
  /** Units or channels; undefined for layers that keep the width of what they get. */
  width: number | undefined;
}

export function layersOf(config: Json, network: string): LayerGlance[] {
  const layers = getPath(config, `${network}.layers`);
  if (!Array.isArray(layers)) return [];
  return layers.filter(isObject).map((layer) => {
    const width = layer.units ?? layer.channels ?? layer.filters;
    return {
      kind: typeof layer.kind === 'string' ? layer.kind : '',
      width: typeof width === 'number' ? width : undefined,
    };
  });
}

/** Priors, by their kind. */
const KINDS: Readonly<Record<string, string>> = {
  normal: msg('normal'),
  uniform: msg('uniform'),
  signs: msg('minus or plus'),
};

/** The prior in a few words: "64 numbers, normal". */
export function priorText(config: Json): string {
  const dim = Number(getPath(config, 'prior.dim') ?? 0);
  const kind = getPath(config, 'prior.kind');
  const numbers = dim === 1 ? msg('1 number') : msg(str`${dim} numbers`);
  const known = typeof kind === 'string' ? kind : 'normal';
  return `${numbers}, ${KINDS[known] ?? known}`;
}
