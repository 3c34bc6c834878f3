/** What is on the page now: the model, and what was asked for. */
import type { Preset } from '../library.ts';
import type { Model } from '../protocol.ts';
import type { Catalog } from './catalog.ts';
import { type Change, changesOf, listed } from './changes.ts';
import { differences, getPath, type Json } from './json.ts';
import { type Control, isLocked, leavesOut, type Part } from './parts.ts';
import { DEFAULT_SPEC, type Spec, writeHash } from './url.ts';
import { VERSION } from '../version.ts';
import { msg, str } from '../words/locale.ts';

export class Current {
  model: Model | undefined;
  spec: Spec = DEFAULT_SPEC;

  constructor(private readonly catalog: Catalog) {}

  get preset(): Preset | undefined {
    return this.catalog.find(this.spec.preset);
  }

  /** How the run differs from its preset. */
  get changes(): Change[] {
    return changesOf(this.preset?.config, this.spec.overrides);
  }

  /** What the run is called: its preset, and what differs from it. */
  get title(): string {
    return this.titleOf(this.spec);
  }

  titleOf({ preset, overrides }: Pick<Spec, 'preset' | 'overrides'>): string {
    const found = this.catalog.find(preset);
    const changes = changesOf(found?.config, overrides);
    const name = found?.title ?? preset;
    const others = listed(changes);
    return changes.length > 0 ? msg(str`${name} with ${others}`) : name;
  }

  /** How many steps the run is meant to have. */
  get length(): number {
    const steps = getPath(this.model?.config, 'steps');
    return typeof steps === 'number' ? steps : (this.preset?.steps ?? 0);
  }

  /** What the address of the page itself says of what is there. */
  get hash(): string {
    return writeHash(this.spec);
  }

  /** The same as an address to share. */
  get link(): string {
    return this.catalog.at(`${this.hash}&v=${VERSION}`);
  }

  /** What a config changes about its preset. */
  overrides(config: Json): Record<string, Json> {
    return this.preset ? differences(this.preset.config, config) : {};
  }

  /** The preset's own value of a field. */
  presetValue(path: string): Json | undefined {
    return getPath(this.preset?.config, path);
  }

  /** The model goes on with another config. */
  configure(config: Json): void {
    if (this.model) this.model = { ...this.model, config };
    this.spec = { ...this.spec, overrides: this.overrides(config) };
  }

  /** Whether a lesson left a part of the page in. */
  shows(part: Part): boolean {
    return !this.spec.hide.includes(part) && !leavesOut(this.spec, part);
  }

  /** Whether a lesson keeps everything as it is. */
  get locked(): boolean {
    return this.spec.lock === 'all';
  }

  locks(path: string): boolean {
    return isLocked(this.spec.lock, path);
  }

  offers(control: Control): boolean {
    return this.shows('controls') && this.#listed(control);
  }

  #listed(control: Control): boolean {
    return this.spec.controls.length === 0 || this.spec.controls.includes(control);
  }
}

export type Kind = 'plane' | 'line' | 'image' | 'none';

/** Which stage a model needs; the benchmarks' data are of any size and have none. */
export function kindOf(model: Model): Kind {
  if (model.info.data.kind === 'image') return 'image';
  if (model.line) return 'line';
  return model.info.data.dim === 2 ? 'plane' : 'none';
}
