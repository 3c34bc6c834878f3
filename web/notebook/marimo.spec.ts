/** The Python package in marimo, whose cells follow a widget by themselves. `cargo xtask notebook` installs both. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';

const python = process.env.GANLET_PYTHON ?? '';
const folder = mkdtempSync(join(tmpdir(), 'ganlet-marimo-'));
let server: ChildProcess;
let address = '';

/** The second cell runs again whenever a trait of the first one's widget changes. */
const NOTEBOOK = `import marimo

app = marimo.App()


@app.cell
def _():
    import json
    import marimo as mo
    from ganlet import Playground
    game = mo.ui.anywidget(Playground("ring", seed=1, backend="cpu", sample_count=64))
    game
    return game, json, mo


@app.cell
def _(game, json, mo):
    followed = game.value
    loss = game.widget.metrics.get("g_loss", [])
    mo.plain_text(json.dumps({
        "followed": followed["step"], "step": game.widget.step, "losses": len(loss),
        "samples": list(game.widget.samples.shape), "error": game.widget.error,
    }))
    return
`;

test.beforeAll(async () => {
  writeFileSync(join(folder, 'ring.py'), NOTEBOOK);
  const given = ['run', 'ring.py', '--headless', '--no-token', '--host', '127.0.0.1'];
  server = spawn(python, ['-m', 'marimo', ...given], {
    cwd: folder,
    env: { ...process.env, HOME: folder, MARIMO_SKIP_UPDATE_CHECK: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  address = await new Promise<string>((resolve, reject) => {
    let said = '';
    const listen = (part: Buffer): void => {
      said += part.toString();
      const found = /http:\/\/(?:localhost|127\.0\.0\.1):\d+/.exec(said)?.[0];
      if (found) resolve(found);
    };
    server.stdout?.on('data', listen);
    server.stderr?.on('data', listen);
    server.on('exit', () => {
      reject(new Error(`marimo ended:\n${said}`));
    });
  });
});

test.afterAll(() => {
  server.kill();
  rmSync(folder, { recursive: true, force: true });
});

test('trains in the browser, and another cell follows', async ({ page }) => {
  await page.goto(address);
  const train = page.getByRole('button', { name: 'Train', exact: true });
  await expect(train).toBeEnabled({ timeout: 150_000 });
  await train.click();
  const state = page.getByText(/"followed": \d+/);
  await expect(async () => {
    const found = JSON.parse(await state.innerText()) as Record<string, unknown>;
    expect(found).toMatchObject({ samples: [64, 2], error: '' });
    expect(found.followed).toBeGreaterThan(50);
    expect(found.losses).toBeGreaterThan(50);
  }).toPass({ timeout: 120_000 });
});
