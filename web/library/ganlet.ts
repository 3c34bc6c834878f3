/**
 * The library's entry: chooses the module that suits this browser, loads it, and passes calls on to it.
 *
 * There are three, made from one crate: for WebGPU, for the CPU, and for the CPU with relaxed SIMD. A page needs one of
 * them at a time, and each has its own memory; a model moves from one to another as a checkpoint.
 */
import {
  bytes as asBytes,
  config as asConfig,
  failure,
  options as asOptions,
} from './arguments.js';
import { Guard } from './guard.js';
import { Guarded } from './trainer.js';
import type {
  BackendChoice,
  ModuleTrainer,
  Trainer as Checked,
  TrainerClass,
  TrainerOptions,
} from './types.js';

export type * from './types.js';
export type Trainer = Checked;

/** A module's folder beside this file. */
type Name = 'gpu' | 'cpu' | 'cpu-relaxed';

/** Why `auto` does not take a GPU; a module has the words. */
type Against = ['left-out' | 'no-webgpu' | 'no-adapter'] | ['software', adapter: string];

interface ModuleOptions extends TrainerOptions {
  /** Why it is not a GPU; `info()` says so. */
  fallbackReason?: string;
}

/** What wasm-bindgen makes of crates/wasm, as far as it is used here. */
interface Module {
  default(source: { module_or_path: Promise<Response> }): Promise<unknown>;
  __wbg_reset_state(): void;
  whyNoGpu(...against: Against): string;
  Trainer: {
    /** Where `auto` finds no GPU to use, and the module has no other backend: the reason. */
    create(config: string, options: ModuleOptions): Promise<ModuleTrainer | string>;
    load(bytes: Uint8Array, options: ModuleOptions): Promise<ModuleTrainer | string>;
  };
}

/** How one module is loaded: each file by a literal name, which is how bundlers find what they have to ship. */
interface Files {
  code(): Promise<unknown>;
  wasm(): URL;
}

/**
 * What a module is chosen by. tools/catalog.js writes it above the compiled entry: were it in a file of its own, every
 * module would wait for that first.
 */
declare const BUILT: {
  /** The modules of this site: a developer's build may have one. */
  modules: Partial<Record<Name, Files>>;
  /** What the names of rasterizers contain. */
  software_adapters: string[];
};

/** What is known without a module. */
interface Catalog {
  presets: unknown[];
}

/** Does it once; again only after a failure. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () =>
    (made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    }));
}

/** The part of Node that reads its own files, which `fetch` does not. Asked for by a call, so that no bundler looks for it. */
interface Node {
  getBuiltinModule?(name: 'node:fs/promises'): { readFile(file: URL): Promise<BodyInit> };
}

async function fetched(url: URL): Promise<Response> {
  const { process } = globalThis as { process?: Node };
  const files = url.protocol === 'file:' && process?.getBuiltinModule?.('node:fs/promises');
  if (files) {
    const type = url.pathname.endsWith('.wasm') ? 'application/wasm' : 'application/json';
    return new Response(await files.readFile(url), { headers: { 'Content-Type': type } });
  }
  const response = await fetch(url);
  if (!response.ok) throw failure('data', `${url.href} answered ${response.status}`);
  return response;
}

let catalog: Catalog | undefined;
const loadCatalog = once(async () => {
  catalog = (await (await fetched(new URL('./ganlet.json', import.meta.url))).json()) as Catalog;
  return catalog;
});

function known(): Catalog {
  if (!catalog) {
    throw failure('input', 'The library is not loaded yet: await its default export first.');
  }
  return catalog;
}

/**
 * Loads what `presets` tells. With a backend it also begins to load the module for it, which the first
 * trainer then need not wait for.
 */
export default async function init(options: { backend?: BackendChoice } = {}): Promise<void> {
  // Whoever needs the module will hear of its failure.
  if (options.backend) {
    choose(options.backend)
      .then(([name]) => modules[name]())
      .catch(() => undefined);
  }
  await loadCatalog();
}

/** All presets, as JSON: `[{name, title, teaches, summary, goal, steps, data, group, config}]`. */
export const presets = (): string => JSON.stringify(known().presets);

/** The JSON schema of a config, with descriptions and ranges. It comes when it is asked for, since most visits change no setting. */
export const describe = once(async () =>
  (await fetched(new URL('./schema.json', import.meta.url))).text(),
);

/** A game under way. */
export const Trainer: TrainerClass = {
  create: async (config, options) => {
    const given = asConfig('Trainer.create', config);
    return open(
      (module, chosen) => module.create(given, chosen),
      asOptions('Trainer.create', options),
    );
  },
  load: async (bytes, options) => {
    const given = asBytes('Trainer.load', bytes);
    return open((module, chosen) => module.load(given, chosen), asOptions('Trainer.load', options));
  },
};

type Make = (module: Module['Trainer'], options: ModuleOptions) => Promise<ModuleTrainer | string>;

async function open(make: Make, options?: TrainerOptions): Promise<Checked> {
  const backend = options?.backend ?? 'auto';
  const report = options?.onProgress;
  if (backend === 'auto') report?.({ stage: 'adapter', done: 0, total: 1 });
  const [name, against] = await choose(backend);
  report?.({ stage: 'engine', done: 0, total: 0 });
  const first = await modules[name]();
  const reason = against && first.module.whyNoGpu(...against);
  const opening = () => opened(first, make, reason, options);
  const made = await (name === 'gpu' ? withSubgroups(opening) : opening());
  if (typeof made !== 'string') return new Guarded(made, first.guard);
  // There is an adapter, but it gave no device, or one that is too small.
  const second = await modules[cpu()]();
  return new Guarded((await opened(second, make, made, options)) as ModuleTrainer, second.guard);
}

/** Opens a model in a module; the CPU's says why, where it is the second choice. */
function opened(
  { module, guard, dataUrl }: Loaded,
  make: Make,
  fallbackReason: string | undefined,
  options: TrainerOptions = {},
): Promise<ModuleTrainer | string> {
  const given = { ...options, dataUrl: options.dataUrl ?? dataUrl };
  const chosen =
    fallbackReason === undefined ? given : { ...given, backend: 'cpu' as const, fallbackReason };
  return guard.later(() => make(module.Trainer, chosen));
}

/** Which module a backend takes, and for `auto` the reason if it is not the GPU's. */
async function choose(backend: BackendChoice): Promise<[Name, Against | undefined]> {
  const against = backend === 'auto' ? await againstGpu() : undefined;
  const gpu = backend === 'webgpu' || (backend === 'auto' && against === undefined);
  // What is no backend at all is an error that a module has words for.
  return [gpu ? 'gpu' : cpu(), against];
}

/** Why `auto` does not take a GPU, asked before anything large is loaded; the GPU's module has the last word. */
async function againstGpu(): Promise<Against | undefined> {
  if (!BUILT.modules.gpu) return ['left-out'];
  // Not every browser has it, and Node 20 has no navigator.
  const { gpu } = (globalThis as { navigator?: { gpu?: GPU } }).navigator ?? {};
  if (!gpu) return ['no-webgpu'];
  const wanted = { powerPreference: 'high-performance' } as const;
  const adapter = await gpu.requestAdapter(wanted).catch(() => null);
  if (!adapter) return ['no-adapter'];
  const { vendor, architecture, device, description } = infoOf(adapter);
  const names = [description, vendor, architecture, device].filter(Boolean).join(' ');
  const slow = BUILT.software_adapters.some((part) => names.toLowerCase().includes(part));
  return slow ? ['software', names] : undefined;
}

/** Older browsers tell nothing. */
const infoOf = (adapter: GPUAdapter): Partial<GPUAdapterInfo> =>
  (adapter as Partial<GPUAdapter>).info ?? {};

/** How many `withSubgroups` are under way, and what they put aside. */
let asking = 0;
let request: typeof requestWithSubgroups;

/**
 * Lets devices requested meanwhile have the feature "subgroups" on SwiftShader, whose products it speeds up by a quarter:
 * the engine requests its device by way of wgpu 30, which has no name for that feature in browsers.
 */
async function withSubgroups<T>(make: () => Promise<T>): Promise<T> {
  if (!('GPUAdapter' in globalThis)) return make();
  const { prototype } = GPUAdapter;
  if (asking++ === 0) {
    request = Reflect.get<GPUAdapter, 'requestDevice'>(prototype, 'requestDevice');
    prototype.requestDevice = requestWithSubgroups;
  }
  try {
    return await make();
  } finally {
    if (--asking === 0) prototype.requestDevice = request;
  }
}

function requestWithSubgroups(
  this: GPUAdapter,
  descriptor: GPUDeviceDescriptor = {},
): Promise<GPUDevice> {
  const feature = 'subgroups';
  const wanted = infoOf(this).architecture === 'swiftshader' && this.features.has(feature);
  const requiredFeatures = [...(descriptor.requiredFeatures ?? []), ...(wanted ? [feature] : [])];
  return request.call(this, { ...descriptor, requiredFeatures } as GPUDeviceDescriptor);
}

/** `(func (result v128) …)`, whose body is `f32x4.relaxed_madd` of zeros. */
const RELAXED = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 5, 1, 0x60, 0, 1, 0x7b],
  ...[3, 2, 1, 0],
  ...[10, 19, 1, 17, 0],
  ...[0x41, 0, 0xfd, 15, 0x41, 0, 0xfd, 15, 0x41, 0, 0xfd, 15],
  ...[0xfd, 0x85, 2, 0x0b],
);

const cpu = (): Name =>
  BUILT.modules['cpu-relaxed'] && WebAssembly.validate(RELAXED) ? 'cpu-relaxed' : 'cpu';

interface Loaded {
  module: Module;
  guard: Guard;
  /** Where the data sets are, unless one says otherwise. */
  dataUrl: string;
}

const modules: Record<Name, () => Promise<Loaded>> = {
  gpu: once(() => load('gpu')),
  cpu: once(() => load('cpu')),
  'cpu-relaxed': once(() => load('cpu-relaxed')),
};

const device = (name: Name): string => (name === 'gpu' ? 'GPU' : 'CPU');

async function load(name: Name): Promise<Loaded> {
  const files = BUILT.modules[name];
  if (!files) {
    throw failure(
      'unsupported',
      `This site was built without the engine for the ${device(name)}. Choose another, or build it with all: cargo xtask build, or build --dev --all.`,
    );
  }
  try {
    const wasm = files.wasm();
    // Both files at once.
    const source = fetched(wasm);
    source.catch(() => undefined);
    const module = (await files.code()) as Module;
    await module.default({ module_or_path: source });
    const dataUrl = new URL('../../data/', wasm).href;
    return { module, guard: new Guard(module, wasm.href), dataUrl };
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw failure(
      'unsupported',
      `The engine for the ${device(name)} could not be loaded (${cause}). Check the connection and try again. Reload the page where that does not help: this browser may be too old, or the site incomplete.`,
      { cause: error },
    );
  }
}
