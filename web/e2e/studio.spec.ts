/** The latent studio as a person uses it: choose, add, walk, look over the plane, turn, find. */
import { expect, type Page, test } from '@playwright/test';
import { trainedModels } from '../models.ts';
import { findings } from './axe.ts';
import { Playground } from './playground.ts';

/** A dot and a stroke on the square to draw on. */
async function draw(page: Page): Promise<void> {
  const box = await page.locator('gan-draw canvas').boundingBox();
  if (!box) throw new Error('there is nothing to draw on');
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.8, { steps: 5 });
  await page.mouse.up();
}

test('from a sample on the stage to arithmetic, walks, the plane and one’s own image', async ({
  page,
}) => {
  const playground = new Playground(page);
  await playground.open('#preset=mnist-mlp&backend=cpu');
  await page.getByRole('button', { name: 'Sample 3', exact: true }).click();

  // The sample that was clicked on lies in A.
  await expect(page.getByRole('heading', { name: 'The latent studio' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Sample 3, in A' })).toBeVisible();

  // The grid is one tab stop, with arrow keys inside.
  await page.getByRole('button', { name: 'Sample 1', exact: true }).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Sample 2, in A' })).toBeFocused();
  await page.keyboard.press('Enter');

  // An empty basket is named where it is missed.
  await page.getByRole('button', { name: 'Walk', exact: true }).click();
  await expect(page.locator('gan-walk').getByRole('alert')).toContainText('Basket C is empty');

  for (const [basket, sample] of [
    ['B', 7],
    ['C', 12],
  ] as const) {
    const into = page.getByRole('group', { name: 'A click puts a sample into' });
    await into.getByRole('button', { name: basket, exact: true }).click();
    await page.getByRole('button', { name: `Sample ${sample}`, exact: true }).click();
  }
  await expect(page.getByRole('img', { name: /A minus B plus C/ })).toBeVisible();
  expect(await findings(page)).toEqual([]);

  await page.getByRole('button', { name: 'Walk', exact: true }).click();
  await expect(page.getByRole('img', { name: 'The walk as a film strip' })).toBeVisible();
  await page.getByRole('button', { name: 'Play' }).click();
  await expect(page.getByLabel('Place on the walk')).not.toHaveValue('0');
  await page.getByRole('button', { name: 'Stop' }).click();

  await page.getByRole('tab', { name: 'Plane' }).click();
  await page.getByRole('button', { name: /Draw the map/ }).click();
  const place = page.getByRole('slider', { name: 'Place on the plane' });
  await place.focus();
  await page.keyboard.press('ArrowRight');
  await expect(place).toHaveAttribute('aria-valuetext', /^0\.55 towards B/);
  expect(await findings(page)).toEqual([]);

  await page.getByRole('tab', { name: 'Directions' }).click();
  const slider = page.locator('gan-sliders input[type=range]').first();
  await slider.fill('1');
  await expect(page.getByRole('img', { name: 'The shifted sample' })).toBeVisible();
  expect(await findings(page)).toEqual([]);

  await page.getByRole('tab', { name: 'Your image' }).click();
  const file = page.getByLabel('Image file');
  const text = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') };
  await file.setInputFiles(text);
  await expect(page.locator('gan-invert').getByRole('alert')).toContainText('notes.txt is of type');
  await draw(page);
  await page.getByRole('button', { name: 'Find what is drawn' }).click();
  await expect(page.locator('gan-invert')).toContainText(/mean squared error \d/, {
    timeout: 60_000,
  });
  await page.getByRole('button', { name: 'Put it into C' }).click();
  await expect(page.locator('[data-basket=C]').getByRole('button')).toHaveCount(4);
  expect(await findings(page)).toEqual([]);

  await page.setViewportSize({ width: 360, height: 740 });
  expect(await playground.overflow()).toBe(0);
  await page.getByRole('button', { name: 'Back to the stage' }).click();
  await expect(page.locator('gan-stage')).toBeVisible();
});

test('a link opens it with the same baskets, weights and walk', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('#preset=mnist-mlp&backend=cpu&seed=3');
  await page.keyboard.press('l');
  const into = page.getByRole('group', { name: 'A click puts a sample into' });
  for (const [basket, sample] of [
    ['A', 3],
    ['B', 7],
    ['C', 12],
  ] as const) {
    await into.getByRole('button', { name: basket, exact: true }).click();
    await page.getByRole('button', { name: `Sample ${sample}`, exact: true }).click();
  }
  await page.getByLabel('Weight of basket B').fill('-1.5');
  await page.getByLabel('Start', { exact: true }).selectOption('B');
  await expect(page).toHaveURL(/studio=A\+3\+B\+7\+C\+12\+weights\+1\+-1.5\+1\+walk\+B\+C$/);
  const result = page.getByRole('img', { name: /A minus B plus C/ });
  const drawn = (): Promise<string> =>
    result.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  await expect(result).toBeVisible();
  const before = await drawn();

  const link = page.url();
  await page.goto('about:blank');
  await page.goto(link);
  await expect(page.getByRole('heading', { name: 'The latent studio' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Sample 12, in C' })).toBeVisible();
  await expect(page.getByLabel('Weight of basket B')).toHaveValue('-1.5');
  await expect(page.getByRole('img', { name: 'The walk as a film strip' })).toBeVisible();
  await expect.poll(drawn).toBe(before);
  await expect(page).toHaveURL(link);
  await page.getByRole('button', { name: 'Back to the stage' }).click();
  await expect(page).not.toHaveURL(/studio/);

  // What cannot be read is named, and what stands before it is there.
  await page.goto('about:blank');
  await page.goto('./#preset=mnist-mlp&backend=cpu&studio=A+3+fly');
  await expect(page.getByRole('button', { name: 'Sample 3, in A' })).toBeVisible();
  await expect(playground.notices).toContainText('“studio”: “fly” is none of its words');
  await page.goto('about:blank');
  await page.goto('./#preset=ring&backend=cpu&studio=A+3');
  await expect(playground.notices).toContainText('“studio”: The studio needs a model that makes');
  await expect(page).not.toHaveURL(/studio/);
});

for (const preset of trainedModels()) {
  test(`${preset} opens trained; from scratch is one click`, async ({ page }) => {
    const playground = new Playground(page);
    await playground.open(`#preset=${preset}&backend=cpu`);
    expect(await playground.step()).toBeGreaterThan(100);
    await page.getByRole('button', { name: 'Train from scratch' }).click();
    await expect.poll(() => playground.step()).toBe(0);
    await expect(page).toHaveURL(/scratch=1/);
  });
}

if (trainedModels().includes('faces-dcgan')) {
  test('man with glasses − man + woman is a woman with glasses', async ({ page }) => {
    const playground = new Playground(page);
    await playground.open('#preset=faces-dcgan&backend=cpu');
    await page.keyboard.press('l');
    await page.getByRole('button', { name: /^Try \(man with glasses\)/ }).click();
    await expect(page.locator('[data-prediction]')).toContainText(/^woman \d+\s%, glasses \d+\s%/, {
      timeout: 60_000,
    });
  });
}
