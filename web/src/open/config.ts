/** A config as JSON: what differs from a preset, as `ganlet run` takes it, or a file that holds one under `config`. */
import { isObject, type Json, type JsonObject } from '../state/json.ts';
import { parsed } from '../state/safetensors.ts';
import { MAX_SEED } from '../state/url.ts';
import { msg, str } from '../words/locale.ts';

export interface Config {
  preset: string;
  /** None where the config says none. */
  seed: number | undefined;
  own: JsonObject;
}

/** Throws with what is wrong. */
export function readConfig(text: string): Config {
  const whole = parsed(text);
  if (whole === undefined) throw new Error(msg('it is not JSON: it may have been cut short'));
  const config = isObject(whole) && isObject(whole.config) ? whole.config : whole;
  if (!isObject(config)) throw new Error(msg(str`it is not an object, such as ${EXAMPLE}`));
  const { preset, seed, ...own } = config;
  if (typeof preset !== 'string') {
    throw new Error(msg(str`it names no preset: a config begins as in ${EXAMPLE}`));
  }
  if (seed !== undefined && !isSeed(seed)) {
    throw new Error(msg(str`“seed” is a whole number from 0 to ${MAX_SEED}`));
  }
  return { preset, seed, own };
}

const EXAMPLE = '{"preset": "ring", "batch": 64}';

const isSeed = (seed: Json): seed is number =>
  typeof seed === 'number' && Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED;
