/** The Python package in JupyterLab: a person's path through a notebook. `cargo xtask notebook` installs both. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';

const python = process.env.GANLET_PYTHON ?? '';
const folder = mkdtempSync(join(tmpdir(), 'ganlet-notebook-'));
let server: ChildProcess;
let address = '';

/** A notebook whose cells have not run. */
function write(name: string, cells: readonly string[]): void {
  const notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } },
    cells: cells.map((source, i) => ({
      cell_type: 'code',
      id: `cell-${i}`,
      source,
      metadata: {},
      outputs: [],
      execution_count: null,
    })),
  };
  writeFileSync(join(folder, name), JSON.stringify(notebook));
}

test.beforeAll(async () => {
  const own = ['CONFIG', 'DATA', 'RUNTIME'].map((kind): [string, string] => [
    `JUPYTER_${kind}_DIR`,
    join(folder, kind.toLowerCase()),
  ]);
  const options = {
    'ServerApp.root_dir': folder,
    'ServerApp.allow_root': 'True',
    'ServerApp.port': '0',
    'IdentityProvider.token': '',
    'LabApp.check_for_updates_class': 'jupyterlab.NeverCheckForUpdate',
    'LabApp.news_url': 'None',
  };
  const given = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  server = spawn(python, ['-m', 'jupyterlab', '--no-browser', ...given], {
    env: { ...process.env, ...Object.fromEntries(own), IPYTHONDIR: join(folder, 'ipython') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  address = await new Promise<string>((resolve, reject) => {
    let said = '';
    server.stderr?.on('data', (part: Buffer) => {
      said += part.toString();
      const found = /http:\/\/(?:localhost|127\.0\.0\.1):\d+\//.exec(said)?.[0];
      if (found) resolve(found);
    });
    server.on('exit', () => {
      reject(new Error(`JupyterLab ended:\n${said}`));
    });
  });
});

test.afterAll(() => {
  server.kill();
  rmSync(folder, { recursive: true, force: true });
});

const cell = (page: Page, i: number) => page.locator('.jp-Notebook .jp-Cell').nth(i);

async function open(page: Page, name: string): Promise<void> {
  await page.goto(`${address}lab/tree/${name}?reset`);
  await expect(page.getByRole('toolbar', { name: 'main area toolbar' })).toContainText('Python 3', {
    timeout: 150_000,
  });
  await expect(page.locator('.jp-Notebook-ExecutionIndicator[data-status=idle]')).toBeAttached({
    timeout: 150_000,
  });
}

async function run(page: Page, i: number): Promise<void> {
  await cell(page, i).locator('.cm-content').click();
  await page.keyboard.press('Control+Enter');
  await expect(cell(page, i).locator('.jp-InputPrompt')).toHaveText(/\[\d+\]:/, {
    timeout: 150_000,
  });
}

/** Runs a cell, which prints JSON, until it prints what is expected. */
async function says(page: Page, i: number, expected: Record<string, unknown>): Promise<void> {
  await expect(async () => {
    await run(page, i);
    const text = await cell(page, i).locator('.jp-OutputArea-output').innerText();
    // What is no JSON is what went wrong.
    expect(text.startsWith('{') ? JSON.parse(text) : text).toMatchObject(expected);
  }).toPass({ timeout: 120_000 });
}

test('trains in the browser, tells Python, and goes on in the next session', async ({ page }) => {
  write('ring.ipynb', [
    `import json
import numpy as np
from ganlet import Playground
game = Playground("ring", seed=1, backend="cpu", file="ring.safetensors", sample_count=64)
game`,
    'game.train(50)',
    `loss = game.metrics.get("g_loss", np.zeros(0))
length = int.from_bytes(game.checkpoint[:8], "little")
header = json.loads(game.checkpoint[8:8 + length] or "{}")
print(json.dumps({
    "step": game.step, "running": game.running, "error": game.error, "backend": game.info.get("backend"),
    "loss": [str(loss.dtype), len(loss), bool(np.isfinite(loss).all())],
    "samples": [str(game.samples.dtype), list(game.samples.shape)],
    "differ": bool(len(np.unique(game.samples, axis=0)) > 1),
    "kept": json.loads(header.get("__metadata__", {}).get("ganlet", "{}")).get("step"),
}))`,
    'game.latents = np.zeros((5, game.info["latent_dim"]))',
  ]);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await open(page, 'ring.ipynb');
  await run(page, 0);
  const game = cell(page, 0).locator('gan-playground');
  await expect(game.getByRole('button', { name: 'Train' })).toBeVisible({ timeout: 120_000 });
  await run(page, 1);
  const trained = {
    step: 50,
    running: false,
    error: '',
    backend: 'cpu',
    loss: ['float64', 50, true],
    samples: ['float32', [64, 2]],
    differ: true,
    kept: 50,
  };
  await says(page, 2, trained);
  // Equal latents make equal samples.
  await run(page, 3);
  await says(page, 2, { samples: ['float32', [5, 2]], differ: false });

  await page.keyboard.press('Control+s');
  const sessions = `${address}api/sessions`;
  for (const { id } of (await (await page.request.get(sessions)).json()) as { id: string }[]) {
    const { _xsrf } = Object.fromEntries(
      (await page.context().cookies()).map(({ name, value }) => [name, value]),
    );
    await page.request.delete(`${sessions}/${id}`, { headers: { 'X-XSRFToken': _xsrf ?? '' } });
  }
  await open(page, 'ring.ipynb');
  await run(page, 0);
  await says(page, 2, trained);
  await run(page, 1);
  await says(page, 2, { step: 100, loss: ['float64', 100, true] });
  // Nothing came from anywhere else.
  expect(asked.filter((url) => !url.startsWith(address) && !/^(blob|data):/.test(url))).toEqual([]);
});

test('learns arrays, and gives samples in their units', async ({ page }) => {
  write('own.ipynb', [
    `import json
import numpy as np
from ganlet import Playground
random = np.random.default_rng(0)
points = Playground.from_array(random.normal([100, 2000], [3, 3], (200, 2)), backend="cpu", seed=1)
points`,
    'points.train(100)',
    `print(json.dumps({"step": points.step, "near": bool(np.abs(points.samples.mean(axis=0) - [100, 2000]).max() < 10)}))`,
    `images = Playground.from_array(random.random((40, 16, 16)), labels=["a", "b"] * 20, name="noise", backend="cpu", seed=1)
images`,
    'images.train(2)',
    `print(json.dumps({"step": images.step, "shape": list(images.samples.shape), "in": bool(0 <= images.samples.min() and images.samples.max() <= 1)}))`,
  ]);
  await open(page, 'own.ipynb');
  await run(page, 0);
  await run(page, 1);
  await says(page, 2, { step: 100, near: true });
  await run(page, 3);
  await run(page, 4);
  await says(page, 5, { step: 2, shape: [256, 16, 16, 1], in: true });
});

test('says in Python what cannot be done', async ({ page }) => {
  write('bad.ipynb', [
    'import json\nfrom ganlet import Playground\ngame = Playground("rimg")\ngame',
    'print(json.dumps({"error": game.error}))',
  ]);
  await open(page, 'bad.ipynb');
  await run(page, 0);
  await says(page, 1, { error: expect.stringContaining('rimg') });
});
