/** A person's path through the page: train, pause, save, come back, go on. */
import { expect, test } from '@playwright/test';
import { Playground } from './playground.ts';

for (const [backend, name] of [
  ['cpu', 'CPU'],
  ['webgpu', 'WebGPU'],
] as const) {
  test(`trains the ring on ${name}, saves, reloads, loads and resumes`, async ({ page }, info) => {
    // Software shaders are slow, and a machine may have other things to do: each wait has its own end.
    test.setTimeout(600_000);
    const playground = new Playground(page);
    await playground.open(`#preset=ring&batch=128&backend=${backend}`);
    expect(await playground.backend()).toBe(name);

    const before = await playground.modes();
    await playground.trainUntil(async () => (await playground.modes()) > before);
    const paused = await playground.step();
    expect(paused).toBeGreaterThan(0);
    await page.waitForTimeout(500);
    expect(await playground.step()).toBe(paused);

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save' }).click();
    const file = info.outputPath('ring.safetensors');
    await (await download).saveAs(file);

    await page.reload();
    await playground.ready();
    expect(await playground.step()).toBe(0);
    await page.locator('input[type=file]').setInputFiles(file);
    // A device may have to compile for long; when it is done, that is said.
    await playground.says('ring.safetensors loaded at step');
    expect(await playground.step()).toBe(paused);
    expect(await playground.backend()).toBe(name);
    // The curves and the numbers came with it.
    await expect(page.locator('gan-curves')).not.toContainText('Press Train');
    expect(await playground.modes()).toBeGreaterThan(0);
    await playground.trainUntil(async () => (await playground.step()) > paused);
  });
}

test('opens on the ring, already trained a little; a reset starts from scratch', async ({
  page,
}) => {
  const playground = new Playground(page);
  await playground.open();
  expect(await playground.step()).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Reset' }).click();
  await expect.poll(() => playground.step()).toBe(0);
});

test('single steps and keys', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  await page.getByRole('button', { name: 'Step both' }).click();
  await expect.poll(() => playground.step()).toBe(1);
  await page.keyboard.press('s');
  await expect.poll(() => playground.step()).toBe(2);
  await page.keyboard.press('r');
  await expect.poll(() => playground.step()).toBe(0);
  await page.locator('h1').click({ position: { x: 1, y: 1 }, trial: true });
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
  });
  await page.keyboard.press(' ');
  await expect(playground.pause).toBeVisible();
  await page.keyboard.press(' ');
  await expect(playground.train).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
});

test('the coach offers what helps, beside what came before', async ({ page }) => {
  test.setTimeout(400_000);
  const playground = new Playground(page);
  await playground.open('#preset=ring-collapse&backend=cpu');
  const cure = page.locator('[data-cure]');
  await playground.train.click();
  await expect(cure).toHaveText(/Let G look ahead/, { timeout: 200_000 });
  await cure.click();
  await expect(page).toHaveURL(/schedule\.unrolled_steps=5/, { timeout: 60_000 });
  // What the run before had come to, and what this one comes to as it trains.
  const row = page.locator('gan-before tr', { hasText: 'Modes covered' });
  await expect(row.locator('td').last()).toHaveText(/of 8$/, { timeout: 120_000 });
  await expect(cure).toHaveCount(0, { timeout: 200_000 });
});

test('slow motion shows one player’s move at a time, and what flows in it', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  await page.getByRole('button', { name: 'Slow motion' }).click();
  await playground.train.click();
  const coach = page.locator('[data-coach]');
  const flow = page.locator('gan-flow');
  /** Waits until it says so, looking at each frame; and what is drawn then. */
  const flows = (text: string): Promise<{ ways: number; things: number }> =>
    flow.evaluate(
      ({ shadowRoot: root }, text) =>
        new Promise((resolve) => {
          const count = (of: string): number => root?.querySelectorAll(of).length ?? 0;
          const look = (): void => {
            if (root?.textContent.includes(text) === true && count('.thing') + count('.way') > 0) {
              resolve({ ways: count('.way'), things: count('.thing') });
            } else requestAnimationFrame(look);
          };
          look();
        }),
      text,
    );
  await expect(coach).toContainText('D’s move');
  await expect(page.locator('[data-box=d]')).toHaveClass(/glow/);
  expect((await flows('samples, real data → D')).things).toBeGreaterThan(0);
  await expect(coach).toContainText('G’s move');
  await expect(page.locator('[data-box=g]')).toHaveClass(/glow/);
  expect((await flows('gradient back: samples')).things).toBeGreaterThan(0);
  // Who wants no motion sees the arrow marked, and nothing move.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await flows('G → samples')).toEqual({ ways: 1, things: 0 });
  const pace = page.getByRole('combobox', { name: 'How slow' });
  await pace.selectOption('fast');
  await expect(page).toHaveURL(/slow=fast/);
  await expect(pace).toHaveValue('fast');
  await playground.pause.click();
  await expect(flow).toHaveCount(0);
  await page.getByRole('button', { name: 'Slow motion' }).click();
  await expect(pace).toHaveCount(0);
});

test('an idea is one click, and a box of the game opens its settings', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring-collapse&backend=cpu');
  await page.getByRole('button', { name: 'Step both' }).click();
  await expect.poll(() => playground.step()).toBe(1);
  await page.getByRole('button', { name: 'Look ahead' }).click();
  await expect(page).toHaveURL(/schedule.unrolled_steps=5/);
  // It trains at once, and the run before is beside it.
  await expect(playground.pause).toBeVisible();
  await expect(page.getByRole('region', { name: 'The run before' })).toContainText('step 1');
  await playground.pause.click();
  // The title and the story say what differs; the next idea starts from the preset.
  await expect(page.locator('[data-change="schedule.unrolled_steps"]')).toContainText('5');
  await expect(page.locator('gan-story .summary')).toContainText('Mode collapse with');
  await page.getByRole('button', { name: 'Let D see the batch' }).click();
  await expect(page).toHaveURL(/discriminator.layers=/);
  await expect(page).not.toHaveURL(/unrolled_steps=/);
  await playground.pause.click();
  await page.getByRole('button', { name: 'Look ahead' }).click();
  await expect(page).toHaveURL(/unrolled_steps=5/);
  await playground.pause.click();
  await page.getByRole('button', { name: /^Take back/ }).click();
  await expect(page.locator('[data-change]')).toHaveCount(0);
  await page.locator('[data-box=noise]').click();
  await expect(
    page.locator('gan-settings [data-path="prior.dim"] input[type=number]'),
  ).toBeInViewport();
});

test('every layer of the stage can be switched', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  const layers = page.locator('gan-stage [data-layer]');
  await expect(layers).toHaveCount(9);
  for (const layer of await layers.all()) {
    const before = await layer.getAttribute('aria-pressed');
    await layer.click();
    await expect(layer).toHaveAttribute('aria-pressed', before === 'true' ? 'false' : 'true');
  }
});

test('the best D takes the place of D’s opinion, with how far D is from it; then one sees as a player does', async ({
  page,
}) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu&at=50');
  const layer = (name: string) => page.locator(`[data-layer="${name}"]`);
  const stage = page.locator('gan-stage');
  const picture = () =>
    page
      .locator('gan-stage .frame > canvas')
      .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  const learned = await picture();
  await layer('optimal').click();
  await expect(stage.locator('[data-distance]')).toHaveText(/D is 0\.\d+ ± 0\.\d+ from the best D/);
  await expect(stage).toContainText('best D says real');
  await expect(stage).toContainText('Hatched: neither data nor samples come here');
  expect(await picture()).not.toBe(learned);
  await page.getByRole('button', { name: 'Got it' }).click();
  // Between the clusters, in the middle of the ring, no data come; on a cluster they do.
  const { width, height } = (await stage.locator('.frame').boundingBox()) ?? {
    width: 0,
    height: 0,
  };
  await stage.locator('.frame > canvas').hover({ position: { x: width * 0.88, y: height / 2 } });
  await expect(stage).toContainText(/How real the best D thinks this place is: \d+\s?% ± \d+\s?%/);
  await layer('ratio').click();
  await expect(layer('optimal')).toHaveAttribute('aria-pressed', 'false');
  await expect(stage).toContainText('16 times the data');
  await expect(page).toHaveURL(/layers=real\+fake\+heat\+ratio(&|$)/);

  await layer('g-sees').click();
  await expect(stage.locator('[data-note]')).toContainText('G never sees the data');
  await expect(layer('real')).toBeDisabled();
  await layer('d-sees').click();
  await expect(stage.locator('[data-note]')).toContainText('the answer that is wanted of it');
  await layer('d-sees').click();
  await expect(layer('real')).toBeEnabled();
});

test('the seed is kept by a reset, and is in the link', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu&seed=7');
  const seed = page.getByLabel('Seed', { exact: true }).locator('visible=true');
  await expect(seed).toHaveValue('7');
  await seed.fill('12');
  await seed.press('Enter');
  await expect(page).toHaveURL(/seed=12/);
  await page.getByRole('button', { name: 'Reset' }).click();
  await expect(seed).toHaveValue('12');
  await page.getByRole('button', { name: 'New seed' }).locator('visible=true').click();
  await expect(page).not.toHaveURL(/seed=12(&|$)/);
});

test('chooses another preset from the list', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  await page.locator('gan-presets .open').click();
  // What presets make comes with the menu, and is a picture that can be read.
  const thumbnail = page.locator('[data-preset="ring"] img');
  await expect(thumbnail).toBeVisible();
  expect(
    await thumbnail.evaluate((image: HTMLImageElement) =>
      image.decode().then(() => image.naturalWidth),
    ),
  ).toBeGreaterThan(0);
  await page.locator('[data-preset="line-1d"]').click();
  await expect(page).toHaveURL(/preset=line-1d/);
  await playground.ready();
  await expect(page.getByRole('button', { name: 'Model density' })).toBeVisible();
});

test('draws digits from the real data set', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=mnist-mlp&backend=cpu');
  await playground.trainUntil(async () => (await playground.step()) > 3);
  await page.getByRole('button', { name: 'Sample 10', exact: true }).hover();
  await expect(page.locator('gan-stage')).toContainText(/How real D thinks sample 10 is: \d+/);
});

test('a live setting changes while training, a structural one starts again', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.locator('gan-settings .advanced > summary').click();
  const rate = page.locator('gan-settings [data-path="g_optimizer.lr"] input[type=number]');
  await rate.fill('0.0005');
  await rate.press('Enter');
  await expect(page).toHaveURL(/g_optimizer\.lr=0\.0005/);
  const batch = page.locator('gan-settings [data-path="batch"] input');
  await batch.fill('64');
  await batch.press('Enter');
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page).toHaveURL(/batch=64/);
  await playground.ready();
});

test('a link locks single settings, and says which layers are on', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&cost=minimax&lock=cost&layers=real+arrows&backend=cpu');
  await expect(page.locator('[data-change=cost]')).toContainText('minimax');
  await expect(page.getByRole('button', { name: 'Take back cost' })).toBeHidden();
  await page.getByRole('button', { name: 'Settings' }).click();
  const cost = page.locator('gan-settings [data-path=cost]');
  await expect(cost).toContainText('locked');
  await expect(cost.getByRole('combobox')).toBeDisabled();
  await expect(
    page.locator('gan-settings [data-path="prior.dim"]').locator('input').first(),
  ).toBeEnabled();
  await expect(page.locator('[data-layer=heat]')).toHaveAttribute('aria-pressed', 'false');
  await page.locator('[data-layer=arrows]').click();
  await expect(page).toHaveURL(/layers=real(&|$)/);
  for (const layer of ['fake', 'heat']) await page.locator(`[data-layer=${layer}]`).click();
  // As the picture begins: nothing to say.
  await expect(page).not.toHaveURL(/layers=/);
});

test('a network is built of blocks: widened, taken out, put in', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.locator('gan-settings .advanced > summary').click();
  const generator = page.locator('gan-settings [data-path="generator.layers"] gan-layers');
  await expect(generator.locator('li')).toHaveCount(7);
  const units = generator.getByLabel('Units').first();
  await units.fill('0');
  await units.press('Enter');
  await expect(generator.getByRole('alert')).toContainText('Units: This goes from 1');
  await units.fill('32');
  await units.press('Enter');
  await generator.getByRole('button', { name: 'Take out Dense, 5 of 7' }).click();
  await generator.getByRole('button', { name: 'Take out Relu, 5 of 6' }).click();
  await generator.getByRole('combobox').selectOption({ label: 'Batch norm' });
  await generator.getByRole('button', { name: 'Add before the last' }).click();
  await generator.getByRole('button', { name: 'Move Batch norm, 5 of 6 up' }).click();
  await expect(generator.locator('.kind')).toHaveText([
    'Dense',
    'Relu',
    'Dense',
    'Batch norm',
    'Relu',
    'Dense',
  ]);
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(page).toHaveURL(/generator.layers=/);
  await expect(page.locator('gan-settings .foot')).toBeHidden();
  const link = decodeURIComponent(page.url());
  expect(link).toContain('"units":32');
  expect(link.match(/"kind":"batch_norm"/g)).toHaveLength(1);
  await playground.ready();
});

test('a model that gave way to another can be brought back', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&seed=7&backend=cpu');
  await page.getByRole('button', { name: 'Step both' }).click();
  await expect.poll(() => playground.step()).toBe(1);
  await page.getByRole('button', { name: 'New seed' }).click();
  await expect.poll(() => playground.step()).toBe(0);
  await expect(page).not.toHaveURL(/seed=7(&|$)/);
  await page.getByRole('button', { name: 'Back to step 1' }).click();
  await expect.poll(() => playground.step()).toBe(1);
  await expect(page).toHaveURL(/seed=7(&|$)/);
});

test('a model is not forgotten by a look at others that are not trained', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  await page.getByRole('button', { name: 'Step both' }).click();
  await expect.poll(() => playground.step()).toBe(1);
  for (const preset of ['moons', 'line-1d']) {
    await page.locator('gan-presets .open').click();
    await page.locator(`[data-preset="${preset}"]`).click();
    await expect(page).toHaveURL(new RegExp(`preset=${preset}`));
    await expect.poll(() => playground.step()).toBe(0);
  }
  const back = page.getByRole('button', { name: 'Back to Ring of eight, step 1' });
  await back.click();
  await expect.poll(() => playground.step()).toBe(1);
  await expect(page).toHaveURL(/preset=ring(&|$)/);
  await expect(back).toBeHidden();
});

test('training goes on when the model moves to another device', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  await playground.train.click();
  await expect.poll(() => playground.step()).toBeGreaterThan(5);
  await page.getByLabel('Runs on').locator('visible=true').selectOption('auto');
  await expect(page).not.toHaveURL(/backend=cpu/);
  const moved = await playground.step();
  await expect.poll(() => playground.step()).toBeGreaterThan(moved);
  await expect(playground.pause).toBeVisible();
});

test('a phone shows how far it is, and what happens now', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  const steps = page.locator('[data-metric=step]');
  await expect(steps).toBeInViewport();
  await playground.train.click();
  await expect.poll(() => playground.step()).toBeGreaterThan(5);
  await expect(steps).toBeInViewport();
  await page.getByRole('button', { name: 'Slow motion' }).click();
  await expect(page.locator('gan-story .coach')).toContainText(/’s move/);
  // Above the bar, which lies over what is below.
  const lines = await page.locator('gan-story .coach').boundingBox();
  const bar = await page.locator('gan-bar').boundingBox();
  expect((lines?.y ?? Infinity) + 24).toBeLessThan(bar?.y ?? 0);
});

test('a change of a setting is marked, has its unit, and can be undone', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=ring&backend=cpu');
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.locator('gan-settings .advanced > summary').click();
  const drawer = page.locator('gan-settings');
  const rate = drawer.locator('[data-path="g_optimizer.lr"]');
  // Beside it is a slider.
  const number = rate.locator('input[type=number]');
  const before = await number.inputValue();
  await number.fill('0.0005');
  await number.press('Enter');
  await expect(rate.getByRole('button', { name: `preset: ${before}` })).toBeVisible();
  const batch = drawer.locator('[data-path="batch"]');
  await expect(batch).toContainText('samples');
  const size = await batch.locator('input').inputValue();
  await batch.locator('input').fill('64');
  await batch.locator('input').press('Enter');
  await expect(drawer.getByRole('button', { name: 'Apply' })).toBeVisible();
  await drawer.getByRole('button', { name: 'Undo batch' }).click();
  await expect(batch.locator('input')).toHaveValue(size);
  await expect(drawer.getByRole('button', { name: 'Apply' })).toBeHidden();
  await drawer.getByRole('button', { name: 'Undo G learning rate' }).click();
  await expect(number).toHaveValue(before);
  await expect(rate.getByRole('button', { name: /preset/ })).toHaveCount(0);
  await expect(page).not.toHaveURL(/lr=/);
  // A value out of range is refused at its field.
  await number.fill('3');
  await number.press('Enter');
  await expect(rate.getByRole('alert')).toContainText('This goes from 0 to 1.');
});

test('a run ends at its length, says so, and goes on only if asked', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=line-1d&backend=cpu&steps=40');
  await playground.train.click();
  await expect(page.getByText('The run is over, after 40 steps.')).toBeVisible();
  await expect(playground.train).toBeVisible();
  expect(await playground.step()).toBe(40);
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect.poll(() => playground.step()).toBeGreaterThan(40);
});

test('a first visit is told in three sentences who plays, once', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open();
  const intro = page.getByRole('region', { name: 'What this is' });
  await expect(intro).toContainText('steps have run by themselves');
  await intro.getByRole('button', { name: 'Got it' }).click();
  await expect(intro).toHaveCount(0);
  await playground.open();
  await expect(intro).toHaveCount(0);
});
