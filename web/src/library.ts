/**
 * What the page expects of the library that `lib/ganlet.js` holds.
 *
 * Kept by hand, because the generated `lib/ganlet.d.ts` exists only after a Rust build while the
 * page must type-check without one. The tests in e2e/ hold it against the real library.
 */

import type { JsonObject } from './state/json.ts';

export type Backend = 'webgpu' | 'cpu';
export type BackendChoice = 'auto' | Backend;

export interface Progress {
  stage: 'adapter' | 'data' | 'compile' | 'init';
  done: number;
  total: number;
  label?: string;
}

export type Metrics = { step: number; d_loss: number; g_loss: number } & Record<string, number>;

export interface DataInfo {
  kind: 'points' | 'image';
  dim: number;
  width: number;
  height: number;
  channels: number;
  range: [number, number];
  name: string;
  bounds?: [number, number, number, number] | null;
}

export interface Info {
  backend: Backend;
  adapter: string;
  software: boolean;
  fallback_reason?: string | null;
  kernels: number;
  dispatches_per_step: number;
  gpu_bytes: number;
  step: number;
  latent_dim: number;
  seed: number;
  data: DataInfo;
}

export type History = { step: Float64Array } & Record<string, Float64Array>;

export interface TrainerOptions {
  backend?: BackendChoice;
  seed?: number;
  dataUrl?: string;
  onProgress?: (progress: Progress) => void;
}

export interface Trainer {
  train(steps: number): Promise<Metrics>;
  step(which: 'd' | 'g'): Promise<Metrics>;
  sample(n: number): Promise<Float32Array>;
  generate(z: Float32Array): Promise<Float32Array>;
  real(n: number): Promise<Float32Array>;
  discriminate(x: Float32Array): Promise<Float32Array>;
  history(since: number): History;
  evaluate(): Promise<Record<string, number>>;
  density(points: Float32Array): Float32Array;
  set(path: string, value: unknown): void;
  config(): string;
  info(): Info;
  save(): Promise<Uint8Array>;
  reset(seed: number): Promise<void>;
  free(): void;
}

export interface TrainerClass {
  create(config: string, options?: TrainerOptions): Promise<Trainer>;
  load(bytes: Uint8Array, options?: TrainerOptions): Promise<Trainer>;
}

export interface Library {
  default: () => Promise<unknown>;
  Trainer: TrainerClass;
  presets: () => string;
  describe: () => string;
}

export interface Preset {
  name: string;
  title: string;
  teaches: string;
  summary: string;
  steps: number;
  data: string;
  group: string;
  /** The preset's full config, for marking what differs from it. */
  config: JsonObject;
}
