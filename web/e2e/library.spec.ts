/** Which of its modules the library chooses, what they have in common, and what it says of its choice. */
import { expect, type Page, test } from '@playwright/test';
import type { BackendChoice, Info, Library, TrainerClass } from '../src/library.ts';

/** The modules that the page has loaded, in order. */
function watch(page: Page): string[] {
  const loaded: string[] = [];
  page.on('request', (request) => {
    const name = /lib\/([\w-]+)\/ganlet_bg\.wasm/.exec(request.url())?.[1];
    if (name) loaded.push(name);
  });
  return loaded;
}

/** What a ring says of itself after a step. */
async function ring(page: Page, backend: BackendChoice): Promise<Info> {
  await page.goto('./bench.html');
  return page.evaluate(async (backend) => {
    const url = new URL('lib/ganlet.js', document.baseURI).href;
    const { Trainer } = (await import(url)) as { Trainer: TrainerClass };
    const trainer = await Trainer.create(JSON.stringify({ preset: 'ring', batch: 16 }), {
      backend,
    });
    await trainer.train(1);
    const info = trainer.info();
    trainer.free();
    return info;
  }, backend);
}

/** A browser whose adapter looks like a real one. */
const pretendGpu = (page: Page) =>
  page.addInitScript(() => {
    const { prototype } = (window as unknown as { GPUAdapterInfo: { prototype: object } })
      .GPUAdapterInfo;
    for (const name of ['vendor', 'architecture', 'device', 'description']) {
      Object.defineProperty(prototype, name, { get: () => (name === 'vendor' ? 'acme' : '') });
    }
    Object.defineProperty(prototype, 'isFallbackAdapter', { get: () => false });
  });

test.describe('takes one module', () => {
  test('for the CPU: relaxed SIMD where the browser has it', async ({ page }) => {
    const loaded = watch(page);
    const info = await ring(page, 'cpu');
    expect(info).toMatchObject({ backend: 'cpu', fallback_reason: null });
    expect(info.adapter).toBe('WebAssembly relaxed SIMD, 1 thread');
    expect(loaded).toEqual(['cpu-relaxed']);
  });

  test('for the CPU of a browser without', async ({ page }) => {
    const loaded = watch(page);
    await page.addInitScript(() => {
      WebAssembly.validate = () => false;
    });
    expect((await ring(page, 'cpu')).adapter).toBe('WebAssembly SIMD, 1 thread');
    expect(loaded).toEqual(['cpu']);
  });

  test('for the GPU, whatever it is', async ({ page }) => {
    const loaded = watch(page);
    expect(await ring(page, 'webgpu')).toMatchObject({ backend: 'webgpu', software: true });
    expect(loaded).toEqual(['gpu']);
  });

  test('for the GPU, with subgroups on SwiftShader, and leaves the browser as it was', async ({
    page,
  }) => {
    await page.addInitScript(() => {
      type Create = (this: object, descriptor: { code: string }) => object;
      const { prototype } = (
        window as unknown as { GPUDevice: { prototype: { createShaderModule: Create } } }
      ).GPUDevice;
      const create = prototype.createShaderModule;
      const codes: string[] = [];
      prototype.createShaderModule = function (descriptor) {
        codes.push(descriptor.code);
        return create.call(this, descriptor);
      };
      Object.assign(window, { codes });
    });
    await ring(page, 'webgpu');
    const [enabled, request] = await page.evaluate(() => {
      const { codes, GPUAdapter } = window as unknown as {
        codes: string[];
        GPUAdapter: { prototype: { requestDevice: () => void } };
      };
      const exchanging = codes.filter((code) => code.includes('quadSwapX'));
      return [
        exchanging.length > 0 && exchanging.every((code) => code.startsWith('enable subgroups;')),
        GPUAdapter.prototype.requestDevice.toString(),
      ];
    });
    expect(enabled).toBe(true);
    expect(request).toContain('[native code]');
  });

  test('for the GPU by itself where it is real', async ({ page }) => {
    const loaded = watch(page);
    await pretendGpu(page);
    expect(await ring(page, 'auto')).toMatchObject({ backend: 'webgpu', adapter: 'acme' });
    expect(loaded).toEqual(['gpu']);
  });
});

test.describe('by itself takes the CPU and says why', () => {
  test('without WebGPU', async ({ page }) => {
    const loaded = watch(page);
    await page.addInitScript(() => {
      Object.defineProperty(navigator, 'gpu', { value: undefined });
    });
    const { backend, fallback_reason } = await ring(page, 'auto');
    expect([backend, fallback_reason]).toEqual(['cpu', 'this browser does not offer WebGPU']);
    expect(loaded).toEqual(['cpu-relaxed']);
  });

  test('without an adapter', async ({ page }) => {
    const loaded = watch(page);
    await page.addInitScript(() => {
      const { gpu } = navigator as unknown as { gpu: object };
      Object.defineProperty(gpu, 'requestAdapter', { value: () => Promise.resolve(null) });
    });
    const { backend, fallback_reason } = await ring(page, 'auto');
    expect(backend).toBe('cpu');
    expect(fallback_reason).toMatch(/^no GPU adapter was found/);
    expect(loaded).toEqual(['cpu-relaxed']);
  });

  test('with a software adapter', async ({ page }) => {
    const loaded = watch(page);
    const { backend, fallback_reason } = await ring(page, 'auto');
    expect(backend).toBe('cpu');
    expect(fallback_reason).toMatch(/the only adapter, .*swiftshader.*, is a software one/i);
    expect(loaded).toEqual(['cpu-relaxed']);
  });

  test('with an adapter that gives no device', async ({ page }) => {
    const loaded = watch(page);
    await pretendGpu(page);
    await page.addInitScript(() => {
      const { prototype } = (window as unknown as { GPUAdapter: { prototype: object } }).GPUAdapter;
      const refuse = () => Promise.reject(new Error('out of order'));
      Object.defineProperty(prototype, 'requestDevice', { value: refuse });
    });
    const { backend, fallback_reason } = await ring(page, 'auto');
    expect(backend).toBe('cpu');
    expect(fallback_reason).toMatch(/gave no device.*out of order/);
    expect(loaded).toEqual(['gpu', 'cpu-relaxed']);
  });
});

test('chooses a module without waiting for what else there is to know', async ({ page }) => {
  let arrive: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (arrive = resolve));
  await page.route(/lib\/ganlet\.json/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto('./bench.html');
  const begun = page.waitForRequest(/ganlet_bg\.wasm/);
  const ready = page.evaluate(async () => {
    const url = new URL('lib/ganlet.js', document.baseURI).href;
    const library = (await import(url)) as Library;
    await library.default({ backend: 'auto' });
    return library.presets().length;
  });
  await begun;
  arrive();
  expect(await ready).toBeGreaterThan(0);
});

test.describe('a site that was built with the module for any CPU alone', () => {
  test.beforeEach(({ page }) =>
    page.route(/lib\/ganlet\.js$/, async (route) => {
      const response = await route.fetch();
      const whole = await response.text();
      const body = whole.replace(/^ {2}"(gpu|cpu-relaxed)": \{.*?^ {2}\},\n/gms, '');
      expect(body).not.toBe(whole);
      await route.fulfill({ response, body });
    }),
  );
  // Who is refused at once leaves before the page's own workers have been answered.
  test.afterEach(({ page }) => page.unrouteAll({ behavior: 'ignoreErrors' }));

  test('plays on the CPU, and says why', async ({ page }) => {
    const loaded = watch(page);
    await pretendGpu(page);
    const { backend, adapter, fallback_reason } = await ring(page, 'auto');
    expect([backend, adapter]).toEqual(['cpu', 'WebAssembly SIMD, 1 thread']);
    expect(fallback_reason).toContain('this build has no GPU backend');
    expect(loaded).toEqual(['cpu']);
  });

  test('names what is missing to whoever asks for it', async ({ page }) => {
    await expect(ring(page, 'webgpu')).rejects.toThrow(
      'This site was built without the engine for the GPU.',
    );
  });
});

test('names a backend that does not exist, and a call that comes too early', async ({ page }) => {
  await expect(ring(page, 'gpu' as BackendChoice)).rejects.toThrow(
    'option `backend` must be "auto", "webgpu" or "cpu"',
  );
  const presets = (init: boolean) =>
    page.evaluate(async (init) => {
      const url = new URL('lib/ganlet.js', document.baseURI).href;
      const library = (await import(url)) as Library;
      if (init) await library.default();
      return [library.presets(), await library.describe()];
    }, init);
  await expect(presets(false)).rejects.toThrow('await its default export first');
  const [list, schema] = await presets(true);
  expect(list).toContain('bench-mlp');
  expect(schema).toContain('g_optimizer');
});

test('a module says which backend it lacks', async ({ page }) => {
  await page.goto('./bench.html');
  const refused = (module: string, backend: BackendChoice) =>
    page.evaluate(
      async ({ module, backend }) => {
        const url = new URL(`lib/${module}/ganlet.js`, document.baseURI).href;
        const { default: init, Trainer } = (await import(url)) as Library;
        await init();
        await Trainer.create('ring', { backend });
      },
      { module, backend },
    );
  await expect(refused('cpu', 'webgpu')).rejects.toThrow('this build has no GPU backend');
  await expect(refused('gpu', 'cpu')).rejects.toThrow('this build has no CPU backend');
});

test('a checkpoint moves from module to module', async ({ page }) => {
  await page.goto('./bench.html');
  const apart = await page.evaluate(async () => {
    const names = ['gpu', 'cpu', 'cpu-relaxed', 'gpu'];
    const modules: TrainerClass[] = [];
    for (const name of names) {
      const url = new URL(`lib/${name}/ganlet.js`, document.baseURI).href;
      const module = (await import(url)) as { default: () => unknown; Trainer: TrainerClass };
      await module.default();
      modules.push(module.Trainer);
    }
    const options = (i: number) => ({
      backend: names[i] === 'gpu' ? ('webgpu' as const) : ('cpu' as const),
    });
    const config = JSON.stringify({ preset: 'ring', batch: 16 });
    let trainer = await modules[0]?.create(config, options(0));
    const apart: number[] = [];
    for (const [i, Module] of modules.entries()) {
      if (!trainer || i === 0) continue;
      await trainer.train(3);
      const z = trainer.latents(64, { seed: 1 });
      const before = await trainer.generate(z);
      const saved = await trainer.save();
      trainer.free();
      trainer = await Module.load(saved, options(i));
      const after = await trainer.generate(z);
      apart.push(Math.max(...before.map((value, j) => Math.abs(value - (after[j] ?? NaN)))));
      if (trainer.info().step !== 3 * i) apart.push(Infinity);
    }
    return apart;
  });
  expect(apart).toHaveLength(3);
  expect(Math.max(...apart)).toBeLessThan(1e-4);
});

test('relaxed SIMD changes the first losses by less than 1e-4, and repeats itself bit for bit', async ({
  page,
}) => {
  await page.goto('./bench.html');
  const presets = ['bench-mlp', 'bench-ring', 'bench-dcgan', 'bench-wgan-gp'];
  const played = await page.evaluate(async (presets) => {
    const play = async (name: string, preset: string) => {
      const url = new URL(`lib/${name}/ganlet.js`, document.baseURI).href;
      const module = (await import(url)) as { default: () => unknown; Trainer: TrainerClass };
      await module.default();
      const trainer = await module.Trainer.create(preset, { backend: 'cpu', seed: 0 });
      const losses: number[] = [];
      for (let i = 0; i < 3; i++) {
        const { d_loss = NaN, g_loss = NaN } = await trainer.train(1);
        losses.push(d_loss, g_loss);
      }
      trainer.free();
      return losses;
    };
    const all = [];
    for (const preset of presets) {
      const [plain, relaxed] = [await play('cpu', preset), await play('cpu-relaxed', preset)];
      all.push({ preset, plain, relaxed, again: await play('cpu-relaxed', preset) });
    }
    return all;
  }, presets);
  for (const { preset, plain, relaxed, again } of played) {
    expect(again).toEqual(relaxed);
    const apart = Math.max(...plain.map((loss, i) => Math.abs(loss - (relaxed[i] ?? NaN))));
    console.log(
      `${preset}: relaxed SIMD changes the first losses by at most ${apart.toExponential(1)}`,
    );
    expect(apart).toBeLessThan(1e-4);
  }
});
