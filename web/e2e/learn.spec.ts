/** The course: every lesson opens with its game, and its words operate it. */
import { readFile } from 'node:fs/promises';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { lessons } from '../course/plugin.ts';
import { findings } from './axe.ts';
import { pressAll } from './words.ts';

const game = (page: Page) => page.locator('gan-playground');
const said = (page: Page) => page.locator('.said');

async function open(page: Page, slug: string): Promise<void> {
  await page.goto(`./learn/${slug}.html`);
  const train = game(page).getByRole('button', { name: 'Train', exact: true });
  await expect(train).toBeEnabled({ timeout: 120_000 });
}

test('words train, change and take back; a question is answered before it is run', async ({
  page,
}) => {
  // 1,500 steps: seconds on a quiet machine.
  test.setTimeout(600_000);
  await open(page, 'mode-collapse');
  const step = game(page).locator('[data-metric=step]');
  await page.locator('[data-do^="train"]').first().click();
  await expect(said(page)).toContainText('Trained to step', { timeout: 120_000 });
  const trained = await step.innerText();
  await expect(page.locator('output[data-live=modes]').first()).toHaveText(/^\d$/);

  await page.locator('button[data-do^="set"]').first().click();
  await expect(said(page)).toContainText('is now');
  await page.locator('button.undo').click();
  await expect(said(page)).toHaveText('As it was before.');
  await expect(step).toHaveText(trained);

  const question = page.locator('form.predict').first();
  const right = question.locator('label[data-right]');
  await question.locator('label:not([data-right])').first().click();
  await expect(question.locator('.after')).toBeHidden();
  await question.getByRole('button').click();
  await expect(question).toHaveClass(/answered/, { timeout: 400_000 });
  await expect(question.locator('.after')).toBeVisible();
  await expect(question.locator('label.chosen:not([data-right])')).toHaveCount(1);
  await expect(right).toHaveCount(1);

  // What was done can be taken to a teacher.
  const download = page.waitForEvent('download');
  await page.locator('[data-log=csv]').click();
  const log = (await readFile(await (await download).path())).toString();
  for (const row of [/,text,train\?/, /,text,undo$/m, /,question,.*\(wrong\)/])
    expect(log).toMatch(row);
});

test('what is pressed before the game is there is done when it is, and what cannot be done is said beside it', async ({
  page,
}) => {
  await page.route(/gan-playground/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await route.continue();
  });
  await page.goto('./learn/mode-collapse.html', { waitUntil: 'commit' });
  // A change of two fields of what the game does not have.
  const spread = page.getByRole('button', { name: 'pay for samples' });
  await spread.evaluate((button: HTMLElement) => {
    button.dataset.do = button.dataset.do?.replace(/steps=\d+/, 'steps=5');
  });
  await spread.click();
  await expect(spread).toHaveAttribute('aria-busy', 'true');
  await expect(said(page)).toContainText('Trained to step 5', { timeout: 120_000 });
  await expect(said(page)).toContainText('spread.kind is now mode_seeking, spread.weight is now 1');

  await spread.evaluate((button: HTMLElement) => {
    button.dataset.do = 'set?batch=0';
  });
  await spread.click();
  const refusal = page.getByRole('alert').filter({ hasText: 'batch' });
  await expect(refusal).toBeVisible();
  await spread.evaluate((button: HTMLElement) => {
    button.dataset.do = 'train?steps=1';
  });
  await spread.click();
  await expect(refusal).toHaveCount(0);
});

test('a number stays as it was once a later action made another game', async ({ page }) => {
  await open(page, 'costs');
  const first = page.locator('output[data-live=d_real]').first();
  await game(page).getByRole('button', { name: 'Step both' }).click();
  await expect(first).toHaveText(/%$/);
  const text = await first.innerText();
  await page
    .locator('button[data-do^="set"]')
    .last()
    .evaluate((button: HTMLElement) => {
      // The same words, with less to wait for.
      button.dataset.do = 'set?cost=non_saturating;reset;train?steps=5';
      button.click();
    });
  await expect(said(page)).toContainText('Trained to step 5', { timeout: 120_000 });
  await expect(first).toHaveClass('past');
  await expect(first).toHaveText(text);
  await expect(first).toHaveAttribute('title', 'From the game before');
  await page.locator('button.undo').click();
  await expect(said(page)).toHaveText('As it was before.');
  await expect(first).not.toHaveClass('past');
});

test('a symbol of an equation shows its value and lights its part when one points at it', async ({
  page,
}) => {
  await open(page, 'the-game');
  const [real, fake] = [0, 1].map((i) =>
    page.locator('math [data-live^=d_][data-part]').nth(i),
  ) as [Locator, Locator];
  const beside = page.locator('#symbol');
  await expect(beside).toBeHidden();
  await real.hover();
  await expect(beside).toHaveText('D’s answer, a value comes with the first step');
  await page.keyboard.press('Escape');
  await expect(beside).toBeHidden();

  await game(page).getByRole('button', { name: 'Step both' }).click();
  await fake.focus();
  await expect(beside).toHaveText(/^the samples, orange, D’s answer, now \d+\s%$/);
  await expect(fake).toHaveAttribute('aria-describedby', 'symbol');
  const boxes = game(page).locator('gan-game [data-box]');
  await expect(boxes.and(page.locator('.glow'))).toHaveCount(1);
  await expect(boxes.and(page.locator('.glow'))).toHaveAttribute('data-box', 'd');
  expect(await findings(page)).toEqual([]);

  // The layer that is pointed at stands out: the picture is another, and the same again after.
  const picture = () =>
    game(page)
      .locator('gan-stage .frame > canvas')
      .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  const lit = await picture();
  await fake.blur();
  await expect(boxes.and(page.locator('.glow'))).toHaveCount(0);
  await expect.poll(picture).not.toBe(lit);
  const quiet = await picture();
  await fake.focus();
  await expect.poll(picture).toBe(lit);
  await fake.blur();
  await expect.poll(picture).toBe(quiet);
});

for (const { slug, actions } of lessons()) {
  test(`${slug}: opens with its game, can be read by all, and its words do what they say`, async ({
    page,
  }) => {
    const errors: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    await open(page, slug);
    await expect(page.locator('[data-do]')).toHaveCount(actions.length);
    expect(await findings(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
    await pressAll(page);
    expect(errors).toEqual([]);
  });
}

test('a formula is read before anything runs, laid over what D learned, and judged right or wrong', async ({
  page,
}) => {
  test.slow();
  await open(page, 'optimal-discriminator');
  const form = page.locator('form.formula');
  const field = form.getByRole('textbox');
  const answer = form.getByRole('button', { name: 'Answer, then run' });

  await field.fill('p_data / (p_data + p_fake)');
  await answer.click();
  await expect(form.locator('.problem')).toHaveText(/^Character 20: there is no “p_fake”/, {
    timeout: 120_000,
  });
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(form.locator('.compared')).toBeHidden();

  await field.fill('p_model / (p_data + p_model)');
  await answer.click();
  await expect(form.locator('.compared')).toHaveText(/^Not the best yet: your curve/, {
    timeout: 400_000,
  });
  await field.fill('1 / (1 + p_model / p_data)');
  await answer.click();
  await expect(form.locator('.compared')).toHaveText(/^Right: your curve/, { timeout: 400_000 });
  await expect(form.locator('.compared')).toContainText('0.000 from the solution');
  await expect(form.locator('.problem')).toBeHidden();

  await page.getByRole('button', { name: 'Show the best D' }).click();
  await expect(page.locator('[data-distance]')).toContainText(/On average D is 0\.\d+ ± 0\.\d+/);
  expect(await findings(page)).toEqual([]);
});

test('a cost is plotted as it is written, and its gradient held against that of maximum likelihood', async ({
  page,
}) => {
  test.slow();
  await open(page, 'maximum-likelihood');
  const form = page.locator('form.formula');
  const field = form.getByRole('textbox');
  const answer = form.getByRole('button', { name: 'Answer, then run' });
  const off = (row: string) => form.getByRole('row', { name: row }).getByRole('cell');

  await field.fill('-exp(x)');
  await answer.click();
  await expect(form.locator('.problem')).toHaveText(/^Character 6: there is no “x”; there are a,/, {
    timeout: 120_000,
  });
  await expect(form.getByRole('table')).toHaveCount(0);

  // That of the non-saturating game.
  await field.fill('ln(1 + exp(-a))');
  await answer.click();
  await expect(form.locator('.compared')).toHaveText(/^Not that one/, { timeout: 400_000 });
  const wanted = await off('KL, exact').allInnerTexts();
  expect(await off('your f(a)').allInnerTexts()).not.toEqual(wanted);

  await field.fill('1 - e^a');
  await answer.click();
  await expect(form.locator('.compared')).toHaveText(/^Right: .* from KL’s by 1?\d\s%/, {
    timeout: 400_000,
  });
  const yours = await off('your f(a)').allInnerTexts();
  expect(yours).toEqual(await off('f(a) = -exp(a)').allInnerTexts());
  expect(await off('KL, exact').allInnerTexts()).toEqual(wanted);
  await expect(form.locator('.after')).toBeVisible();
  expect(await findings(page)).toEqual([]);
});
