/**
 * A stand-in for lib/ganlet.js with the same interface: no learning, only points that drift toward
 * the data. For unit tests and for work on the page without a Rust build; never part of dist.
 */
import type {
  Ask,
  BackendChoice,
  Code,
  History,
  Info,
  LibraryError,
  Metrics,
  Preset,
  Progress,
  Trainer as TrainerType,
  TrainerOptions,
  View,
} from '../src/library.ts';
import type { Json, JsonObject } from '../src/state/json.ts';
import { LatentMock } from './mock-latent.ts';

type Config = JsonObject & { preset: string };

const PRESETS: Preset[] = [
  [
    'ring',
    'Ring of eight',
    'Tutorial, sections 3.2 and 5.1.1; the game on a toy',
    'Eight clusters on a circle: does G find them all?',
    3000,
    'ring',
    'toys',
  ],
  [
    'ring-collapse',
    'Ring, collapsing',
    '5.1.1, figure 22',
    'The same ring without the cure: G hops from mode to mode.',
    3000,
    'ring',
    'toys',
  ],
  ['ring-vae', 'A model without D', '2.3.2', 'One update, no score.', 3000, 'ring', 'toys'],
  ['ring-cgan', 'A model with labels', '2014', 'A class to ask for.', 3000, 'ring', 'toys'],
  ['moons', 'Two moons', '2.3', 'Two interleaved arcs.', 3000, 'moons', 'toys'],
  [
    'line-1d',
    'The classic figure',
    '2014 paper, figure 1',
    'One dimension: densities, D, and where noise lands.',
    2000,
    'line',
    'toys',
  ],
  [
    'mnist-mlp',
    'Handwritten digits',
    '3.3',
    'MNIST from scratch in this tab.',
    6000,
    'mnist',
    'images',
  ],
].map(([name, title, teaches, summary, steps, data, group]) => ({
  name,
  title,
  teaches,
  summary,
  steps,
  data,
  group,
  config: baseOf(String(name)),
})) as Preset[];

function baseOf(preset: string): Config {
  const dim = preset.startsWith('mnist') ? 100 : preset === 'line-1d' ? 1 : 2;
  return {
    preset,
    cost: 'non_saturating',
    batch: 256,
    d_steps: 1,
    real_label: 1,
    gradient_penalty: null,
    prior: { kind: 'normal', dim, scale: 1 },
    g_optimizer: { kind: 'adam', lr: 0.001, beta1: 0.5 },
    d_optimizer: { kind: 'adam', lr: 0.001, beta1: 0.5 },
  };
}

const SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    preset: { type: 'string' },
    cost: {
      description: 'What D and G optimize.',
      oneOf: [
        { const: 'minimax', description: 'Equation 10: G’s gradient fades when D wins.' },
        {
          const: 'non_saturating',
          description: 'Equation 13: G’s gradient is strong when D wins.',
        },
      ],
    },
    batch: { type: 'integer', minimum: 1, maximum: 4096, description: 'Examples per step.' },
    d_steps: {
      type: 'integer',
      minimum: 1,
      maximum: 20,
      description: 'Updates of D per update of G.',
    },
    real_label: {
      type: 'number',
      minimum: 0.5,
      maximum: 1,
      description: 'The target of D on real data; below 1 is one-sided label smoothing.',
    },
    gradient_penalty: {
      description: 'A penalty on the slope of D.',
      anyOf: [{ $ref: '#/$defs/Penalty' }, { type: 'null' }],
    },
    prior: { $ref: '#/$defs/Prior', description: 'Where noise comes from.' },
    g_optimizer: { $ref: '#/$defs/Optimizer', description: 'The generator’s optimizer.' },
    d_optimizer: { $ref: '#/$defs/Optimizer', description: 'The discriminator’s optimizer.' },
  },
  $defs: {
    Penalty: {
      type: 'object',
      properties: {
        weight: { type: 'number', minimum: 0, description: 'Factor on the penalty.' },
        target: { type: 'number', default: 1, description: 'The slope that costs nothing.' },
      },
    },
    Prior: {
      oneOf: [
        {
          type: 'object',
          properties: {
            kind: { const: 'normal' },
            dim: {
              type: 'integer',
              minimum: 1,
              maximum: 512,
              description: 'Numbers per noise vector.',
            },
          },
        },
        {
          type: 'object',
          properties: {
            kind: { const: 'uniform' },
            dim: {
              type: 'integer',
              minimum: 1,
              maximum: 512,
              description: 'Numbers per noise vector.',
            },
          },
        },
      ],
    },
    Optimizer: {
      oneOf: [
        {
          type: 'object',
          properties: {
            kind: { const: 'adam' },
            lr: { type: 'number', minimum: 0, maximum: 1, description: 'Step size.' },
            beta1: {
              type: 'number',
              minimum: 0,
              maximum: 0.999,
              description: 'Memory of the mean gradient.',
            },
          },
        },
        {
          type: 'object',
          properties: {
            kind: { const: 'sgd' },
            lr: { type: 'number', minimum: 0, maximum: 1, description: 'Step size.' },
            momentum: {
              type: 'number',
              minimum: 0,
              maximum: 0.999,
              description: 'Share of the last step kept.',
            },
          },
        },
      ],
    },
  },
};

const LIVE = /optimizer\.(lr|beta1)$|^real_label$/;

function random(seed: number): () => number {
  let s = (seed + 1) * 2654435761;
  return () => {
    s = (s + 0x6d2b79f5) | 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function normal(r: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - r())) * Math.cos(2 * Math.PI * r());
}

// Its own copy: served to a browser as it is, this file can import nothing of src/.
const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** In French: nobody may read the words to find out what happened. */
const failure = (code: Code, message: string): LibraryError =>
  Object.assign(new Error(message), { code });

let lost = false;

/** From here on, every use of a model on the GPU fails, as it does when a driver resets. */
export function loseDevice(): void {
  lost = true;
}

let life = 0;

/** The engine ends, as it does when it gets no more memory: what it held is gone. */
export function endEngine(): void {
  life += 1;
}

export class Trainer extends LatentMock implements TrainerType {
  readonly #life = life;
  #step = 0;
  /** Hangs on all that was done, in its order, as weights do. */
  #weight = 0.5;
  #sent: number[] = [];
  #values: Record<string, number[]> = {};

  private constructor(
    private readonly state: Config,
    private seed: number,
    private readonly backend: 'webgpu' | 'cpu',
  ) {
    super();
  }

  static async create(config: string, options: TrainerOptions = {}): Promise<Trainer> {
    const given = (config.startsWith('{') ? JSON.parse(config) : { preset: config }) as Config;
    if (!PRESETS.some((p) => p.name === given.preset)) {
      throw new Error(
        `preset: unknown preset "${given.preset}". Known presets: ${PRESETS.map((p) => p.name).join(', ')}.`,
      );
    }
    const progress = options.onProgress ?? ((_: Progress) => undefined);
    for (let i = 1; i <= 6; i++) {
      progress({ stage: 'compile', done: i, total: 6, label: `kernel ${i}` });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const base = baseOf(given.preset);
    const merge = (a: JsonObject, b: JsonObject): JsonObject => {
      const out = { ...a };
      for (const [k, v] of Object.entries(b)) {
        const old = out[k];
        out[k] = isObject(old) && isObject(v) ? merge(old, v) : v;
      }
      return out;
    };
    return new Trainer(
      merge(base, given) as Config,
      options.seed ?? 0,
      options.backend === 'webgpu' ? 'webgpu' : 'cpu',
    );
  }

  static async load(bytes: Uint8Array, options: TrainerOptions = {}): Promise<Trainer> {
    let saved: { state: Config; seed: number; step: number; weight: number };
    try {
      saved = JSON.parse(new TextDecoder().decode(bytes)) as typeof saved;
    } catch {
      throw new Error(
        'checkpoint: the file is not a Ganlet checkpoint or was cut short. Save it again from a running model.',
      );
    }
    const trainer = await Trainer.create(JSON.stringify(saved.state), {
      ...options,
      seed: saved.seed,
    });
    trainer.#step = saved.step;
    trainer.#weight = saved.weight;
    return trainer;
  }

  get #image(): boolean {
    return this.state.preset.startsWith('mnist');
  }

  /** Without D: one update, one loss. */
  get #alone(): boolean {
    return this.state.preset === 'ring-vae';
  }

  get #line(): boolean {
    return this.state.preset === 'line-1d';
  }

  /** How far along the pretence is, from 0 to 1. */
  get #done(): number {
    return 1 - Math.exp(-this.#step / 500);
  }

  async train(steps: number): Promise<Metrics> {
    this.#check();
    if (lost && this.backend === 'webgpu') throw failure('lost', 'le pilote a redémarré');
    await new Promise((resolve) => setTimeout(resolve, Math.min(60, steps * 0.4)));
    for (let i = 0; i < steps; i++) this.#record('dg');
    return this.#latest();
  }

  /** As in the library, the last update completes a step. */
  async step(update: string): Promise<Metrics> {
    const { updates } = this.info();
    if (!updates.some(({ name }) => name === update)) throw failure('input', `pas de ${update}`);
    this.#record(update);
    if (update !== updates.at(-1)?.name) this.#step -= 1;
    return Promise.resolve(this.#latest());
  }

  /** The numbers of one more step; a move within it has left some already. */
  #record(moves: string): void {
    const rate = Number((this.state.g_optimizer as JsonObject).lr);
    for (const move of moves) {
      this.#weight =
        (this.#weight * 3.9 * (1 - this.#weight) + rate + (move === 'd' ? 0.2 : 0)) % 1;
    }
    if (this.#sent.at(-1) === this.#step) {
      this.#sent.pop();
      for (const column of Object.values(this.#values)) column.pop();
    }
    this.#step += 1;
    const r = random(this.#step + this.seed * 7919);
    const d = this.#done;
    const noise = () => normal(r) * 0.04;
    const values: Record<string, number> = this.#alone
      ? { vae_loss: 3 - d + noise() }
      : {
          d_loss: 0.6 + 0.75 * d + noise(),
          g_loss: 2.2 - 1.45 * d + noise(),
          d_real: 0.85 - 0.33 * d + noise() / 2,
          d_fake: 0.15 + 0.33 * d + noise() / 2,
          d_grad_norm: 0.4 + noise(),
          g_grad_norm: 0.7 + noise(),
        };
    this.#sent.push(this.#step - 1);
    for (const [k, v] of Object.entries(values)) (this.#values[k] ??= []).push(v);
  }

  #latest(): Metrics {
    const out: Record<string, number> = {};
    for (const [k, v] of Object.entries(this.#values)) out[k] = v.at(-1) ?? 0;
    return { ...out, step: this.#step };
  }

  #one(r: () => number, target: boolean): [number, number] {
    const k = Math.floor(r() * 8);
    const [zx, zy] = [normal(r), normal(r)];
    if (this.#line) {
      const x = (r() < 0.4 ? -1.2 : 1) + zx * 0.35;
      return target ? [x, 0] : [x * this.#done + zx * (1 - this.#done), 0];
    }
    const moon = this.state.preset === 'moons';
    const a = moon ? r() * Math.PI : (k * Math.PI) / 4;
    const goal = moon
      ? k % 2
        ? [Math.cos(a) - 0.5, Math.sin(a) - 0.25]
        : [0.5 - Math.cos(a), 0.25 - Math.sin(a)]
      : [2 * Math.cos(a), 2 * Math.sin(a)];
    const tight = target ? 0.08 : 0.08 + 0.5 * (1 - this.#done);
    const pull = target ? 1 : this.#done;
    return [(goal[0] ?? 0) * pull + zx * tight, (goal[1] ?? 0) * pull + zy * tight];
  }

  #digits(z: Float32Array, sharp: number): Float32Array {
    const n = z.length / 100;
    const out = new Float32Array(n * 784);
    const r = random(this.seed);
    for (let i = 0; i < n; i++) {
      const [a, b, turn] = [z[i * 100] ?? 0, z[i * 100 + 1] ?? 0, z[i * 100 + 2] ?? 0];
      const [rx, ry] = [6 + 2 * Math.tanh(a), 8 + 2 * Math.tanh(b)];
      for (let p = 0; p < 784; p++) {
        const [x, y] = [(p % 28) - 13.5, Math.floor(p / 28) - 13.5];
        const ring = Math.abs(Math.hypot(x / rx, y / ry) - 1) * 4;
        const gap = Math.cos(Math.atan2(y, x) - turn) > 0.6 ? 0.2 : 1;
        const ink = Math.max(0, 1 - ring) * gap;
        out[i * 784 + p] = ink * sharp + r() * (1 - sharp);
      }
    }
    return out;
  }

  #batch(n: number, target: boolean): Float32Array {
    if (this.#image)
      return this.#digits(this.latents(n, { seed: +target }), target ? 1 : this.#done);
    const r = random(target ? 99 : this.seed);
    const points = Array.from({ length: n }, () => this.#one(r, target));
    return Float32Array.from(this.#line ? points.map((p) => p[0]) : points.flat());
  }

  async sample(n: number): Promise<Float32Array> {
    return Promise.resolve(this.#batch(n, false));
  }

  async real(n: number): Promise<Float32Array> {
    return Promise.resolve(this.#batch(n, true));
  }

  async generate(z: Float32Array): Promise<Float32Array> {
    const d = this.#done;
    if (this.#image) return Promise.resolve(this.#digits(z, d));
    if (this.#line)
      return Promise.resolve(z.map((v) => v * (1 - d) + d * (1.3 * Math.tanh(2 * v))));
    const out = new Float32Array(z.length);
    for (let i = 0; i < z.length; i += 2) {
      const [x, y] = [z[i] ?? 0, z[i + 1] ?? 0];
      const radius = Math.hypot(x, y);
      const k = radius > 0 ? 1 - d + (d * 2 * Math.tanh(radius)) / radius : 1;
      out[i] = x * k;
      out[i + 1] = y * k;
    }
    return Promise.resolve(out);
  }

  async encode(x: Float32Array): Promise<Float32Array> {
    return Promise.resolve(x.slice());
  }

  async reconstruct(x: Float32Array): Promise<Float32Array> {
    return Promise.resolve(x.slice());
  }

  /** What was asked last, with the inputs that were given. */
  asked: Ask[] = [];

  async ask(view: string, inputs: Record<string, Float32Array>, n: number): Promise<Float32Array> {
    this.asked.push({ view, inputs, n });
    const { z, x } = inputs;
    if (!this.info().views.some(({ name }) => name === view)) {
      throw failure('input', `pas de ${view}`);
    }
    if (view === 'discriminate' && x) return this.discriminate(x);
    if (view === 'scored') return this.#scored(await this.sample(n), n);
    return z ? this.generate(z) : this.sample(n);
  }

  /** How often it was waited for. */
  trips = 0;

  async askAll(asks: Ask[]): Promise<Float32Array[]> {
    this.trips++;
    return Promise.all(asks.map(({ view, inputs, n }) => this.ask(view, inputs, n)));
  }

  /** Samples, the score behind each. */
  async #scored(samples: Float32Array, n: number): Promise<Float32Array> {
    const scores = await this.discriminate(samples);
    const len = samples.length / n;
    const rows = Array.from(scores, (score, i) => [
      ...samples.subarray(i * len, (i + 1) * len),
      score,
    ]);
    return Float32Array.from(rows.flat());
  }

  async discriminate(x: Float32Array): Promise<Float32Array> {
    if (this.#alone) throw failure('input', 'pas de D');
    if (this.#image)
      return Promise.resolve(Float32Array.from({ length: x.length / 784 }, (_, i) => (i % 9) / 9));
    const edge = 2 + 4 * this.#done;
    if (this.#line)
      return Promise.resolve(x.map((v) => 1 / (1 + Math.exp(Math.cos(v * 2) * (4 / edge)))));
    return Promise.resolve(
      Float32Array.from({ length: x.length / 2 }, (_, i) => {
        const radius = Math.hypot(x[2 * i] ?? 0, x[2 * i + 1] ?? 0);
        return 1 / (1 + Math.exp(((radius - 2) ** 2 - 0.4) * (8 / edge)));
      }),
    );
  }

  history(since: number): History {
    const from = this.#sent.findIndex((s) => s >= since);
    const cut = (a: number[]) => Float64Array.from(from < 0 ? [] : a.slice(from));
    const out: Record<string, Float64Array> = {};
    for (const [k, v] of Object.entries(this.#values)) out[k] = cut(v);
    return { ...out, step: cut(this.#sent) };
  }

  async evaluate(): Promise<Record<string, number>> {
    const d = this.#done;
    if (this.#image) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return { parzen_nats: -200 + 300 * d, parzen_standard_error_nats: 2.1, parzen_sigma: 0.2 };
    }
    if (this.#line) return { kl: 1 - 0.97 * d, js: 0.5 - 0.49 * d, kl_floor: 0.01 };
    return {
      modes: Math.round(3 + 5 * d),
      mode_count: 8,
      high_quality: 0.92 * d,
      kl: 2.1 - 2 * d,
      js: 0.6 - 0.58 * d,
      kl_floor: 0.03,
    };
  }

  density(points: Float32Array): Float32Array {
    const bell = (x: number, m: number) =>
      Math.exp(-(((x - m) / 0.35) ** 2) / 2) / (0.35 * Math.sqrt(2 * Math.PI));
    if (!this.#line) {
      return Float32Array.from({ length: points.length / 2 }, (_, i) => {
        const modes = Array.from({ length: 8 }, (_, k) => (k * Math.PI) / 4);
        const bells = modes.map((turn) => {
          const [x, y] = [points[2 * i] ?? 0, points[2 * i + 1] ?? 0];
          const square = (x - 2 * Math.cos(turn)) ** 2 + (y - 2 * Math.sin(turn)) ** 2;
          return Math.exp(-square / (2 * 0.1 ** 2)) / (16 * Math.PI * 0.1 ** 2);
        });
        return bells.reduce((a, b) => a + b);
      });
    }
    return points.map((x) => 0.4 * bell(x, -1.2) + 0.6 * bell(x, 1));
  }

  set(path: string, value: unknown): void {
    if (!LIVE.test(path)) throw failure('structural', `${path} : il faut une autre partie`);
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    let at: JsonObject = this.state;
    for (const k of keys) at = at[k] as JsonObject;
    at[last] = value as Json;
  }

  config(): string {
    return JSON.stringify(this.state);
  }

  #check(): void {
    if (this.#life !== life) throw failure('lost', 'le moteur s’est arrêté');
  }

  info(): Info {
    this.#check();
    const image = this.#image;
    const side = image ? 28 : 0;
    return {
      backend: this.backend,
      adapter: this.backend === 'cpu' ? 'wasm simd128' : 'SwiftShader',
      software: this.backend === 'webgpu',
      ...(this.backend === 'cpu' ? { fallback_reason: 'this browser has no WebGPU' } : {}),
      kernels: 41,
      dispatches_per_step: 38,
      gpu_bytes: 1_250_000,
      step: this.#step,
      seed: this.seed,
      latent_dim: image ? 100 : this.#line ? 1 : 2,
      ...this.#describe(image ? 784 : this.#line ? 1 : 2, image ? 100 : this.#line ? 1 : 2),
      data: {
        kind: image ? 'image' : 'points',
        dim: image ? 784 : this.#line ? 1 : 2,
        width: side,
        height: side,
        channels: image ? 1 : 0,
        range: [0, 1],
        name: this.state.preset,
      },
    };
  }

  #describe(
    len: number,
    dim: number,
  ): Pick<Info, 'model' | 'networks' | 'updates' | 'views' | 'metrics' | 'diagram'> {
    const prior = { kind: 'normal', dim, scale: 1 };
    const z = { name: 'z', len: dim, kind: 'noise', prior } as const;
    const x = { name: 'x', len, kind: 'sample' } as const;
    const classes = ['0', '1', '2', '3', '4', '5', '6', '7'];
    const label = { name: 'label', len: 1, kind: 'label', classes } as const;
    const labels = this.state.preset === 'ring-cgan' ? [label] : [];
    const generate: View = {
      name: 'generate',
      kind: 'decode',
      inputs: [z, ...labels],
      len,
      range: null,
    };
    const blocks: Info['diagram']['blocks'] = [
      { name: 'noise', title: 'Noise', field: 'prior', view: null, colour: 'neutral' },
      { name: 'g', title: 'Generator', field: 'generator', view: null, colour: 'generator' },
      { name: 'samples', title: 'Samples', field: 'generator', view: 'generate', colour: 'fake' },
      { name: 'data', title: 'Real data', field: 'data', view: null, colour: 'real' },
    ];
    const loss = (name: string, colour: 'generator' | 'discriminator') =>
      ({ name, title: `Loss of ${colour}`, unit: '', chart: 'loss', colour }) as const;
    if (this.#alone) {
      return {
        model: 'vae',
        networks: [{ name: 'g', field: 'decoder' }],
        updates: [{ name: 'vae', title: 'Update both', networks: ['g'], times: 1 }],
        views: [generate],
        metrics: [loss('vae_loss', 'generator')],
        diagram: { blocks, arrows: [{ from: 'g', to: 'samples', gradient_of: ['vae'] }] },
      };
    }
    const score = (name: string, colour: 'real' | 'fake') =>
      ({ name, title: `D on ${colour}`, unit: '', chart: 'score', colour }) as const;
    const times = Number(this.state.d_steps);
    return {
      model: 'gan',
      networks: ['g', 'd'].map((name) => ({ name, field: name })),
      updates: [
        { name: 'd', title: 'Update D', networks: ['d'], times },
        { name: 'g', title: 'Update G', networks: ['g'], times: 1 },
      ],
      views: [
        generate,
        { name: 'discriminate', kind: 'score', inputs: [x, ...labels], len: 1, range: [0, 1] },
        ...(this.#image
          ? [{ ...generate, name: 'scored', kind: 'scored', len: len + 1 } as const]
          : []),
      ],
      metrics: [
        loss('d_loss', 'discriminator'),
        loss('g_loss', 'generator'),
        score('d_real', 'real'),
        score('d_fake', 'fake'),
      ],
      diagram: {
        blocks: [
          ...blocks,
          {
            name: 'd',
            title: 'Discriminator',
            field: 'discriminator',
            view: 'discriminate',
            colour: 'discriminator',
          },
        ],
        arrows: [
          { from: 'noise', to: 'g', gradient_of: [] },
          { from: 'g', to: 'samples', gradient_of: ['g'] },
          { from: 'samples', to: 'd', gradient_of: ['g'] },
          { from: 'data', to: 'd', gradient_of: [] },
        ],
      },
    };
  }

  async save(): Promise<Uint8Array> {
    const saved = {
      state: this.state,
      seed: this.seed,
      step: this.#step,
      weight: this.#weight,
    };
    return Promise.resolve(new TextEncoder().encode(JSON.stringify(saved)));
  }

  async reset(seed: number): Promise<void> {
    this.seed = seed;
    this.#step = 0;
    this.#weight = 0.5;
    this.#sent = [];
    this.#values = {};
    return Promise.resolve();
  }

  free(): void {
    this.#sent = [];
  }
}

export default async function init(_options?: { backend?: BackendChoice }): Promise<void> {
  return Promise.resolve();
}

export const presets = (): string => JSON.stringify(PRESETS);
export const describe = (): Promise<string> => Promise.resolve(JSON.stringify(SCHEMA));
