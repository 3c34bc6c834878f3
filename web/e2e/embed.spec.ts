/** The playground in somebody else's page: elements, frames, and what is said when it is asked for wrongly. */
import { expect, type Locator, type Page, test } from '@playwright/test';
import type { GanPlayground } from '../src/elements/gan-playground.ts';
import { findings } from './axe.ts';

const SITE = () => test.info().project.use.baseURL ?? '';

/** A page of another folder that knows nothing of the playground but the address of its module. */
async function host(page: Page, body: string, head = '', from = SITE()): Promise<void> {
  const address = new URL('somewhere/else/lesson.html', from).href;
  await page.route(address, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><html lang="en"><head><title>A lesson</title>${head}
        <script type="module" src="${new URL('embed.js', SITE()).href}"></script></head>
        <body><main>${body}</main></body></html>`,
    }),
  );
  await page.goto(address);
}

const trainOf = (playground: Locator): Locator =>
  playground.getByRole('button', { name: 'Train', exact: true });

async function stepOf(playground: Locator): Promise<number> {
  const text = await playground.locator('[data-metric=step]').innerText();
  return Number(text.replaceAll(',', ''));
}

test('the example page: two elements and a frame train apart, and axe finds nothing', async ({
  page,
}) => {
  await page.goto('./embed.html');
  const [first, second] = [
    page.locator('gan-playground').nth(0),
    page.locator('gan-playground').nth(1),
  ];
  await expect(trainOf(first)).toBeEnabled({ timeout: 120_000 });
  await trainOf(first).click();
  await expect.poll(() => stepOf(first)).toBeGreaterThan(5);
  await first.getByRole('button', { name: 'Pause' }).click();

  await second.scrollIntoViewIfNeeded();
  await expect(trainOf(second)).toBeEnabled({ timeout: 120_000 });
  expect(await stepOf(second)).toBe(0);

  const frame = page.frameLocator('iframe');
  await page.locator('iframe').scrollIntoViewIfNeeded();
  const step = frame.getByRole('button', { name: 'Step both' });
  await expect(step).toBeEnabled({ timeout: 120_000 });
  await step.click();
  await expect(frame.locator('[data-metric=step]')).toHaveText('1');
  await expect(frame.getByRole('button', { name: 'Settings' })).toHaveCount(0);
  await expect(frame.locator('gan-game')).toHaveCount(0);

  // The page around is left alone.
  await expect(page).toHaveURL(/embed\.html$/);
  await expect(page).toHaveTitle(/A lesson/);
  expect(await findings(page)).toEqual([]);
});

test('attributes say what is shown, and a change of them is followed', async ({ page }) => {
  await host(
    page,
    '<gan-playground preset="line-1d" seed="7" backend="cpu" hide="game, ideas" controls="train reset" settings="batch=64"></gan-playground>',
    '<style>* { font-size: 40px !important; color: red; letter-spacing: 1em; text-transform: uppercase }</style>',
  );
  const playground = page.locator('gan-playground');
  await expect(trainOf(playground)).toBeEnabled({ timeout: 120_000 });
  await expect(playground.locator('gan-game')).toHaveCount(0);
  await expect(playground.locator('gan-bar button')).toHaveCount(2);
  // Not the host's red capitals.
  const button = trainOf(playground);
  await expect(button).toHaveCSS('text-transform', 'none');
  await expect(button).toHaveCSS('letter-spacing', 'normal');
  // Its 3 rem are those of the reader's browser, not 40 px each.
  expect((await button.boundingBox())?.height).toBeCloseTo(48, 0);
  const link = playground.getByRole('link', { name: 'Open in a page of its own' });
  await expect(link).toHaveAttribute('href', /#preset=line-1d&seed=7&backend=cpu&.*batch=64/);

  await playground.evaluate((element) => {
    element.setAttribute('preset', 'moons');
    element.removeAttribute('settings');
  });
  await expect(link).toHaveAttribute(
    'href',
    /#preset=moons&seed=7&backend=cpu&hide=[^&]*&controls=[^&]*&v=[\d.]+$/,
  );
});

test('begins at a step, with a caption of its own as plain text, and stops where it is told to', async ({
  page,
}) => {
  await host(
    page,
    '<gan-playground preset="ring" backend="cpu" at="30" stop="60" caption="Watch &lt;b&gt;G&lt;/b&gt;."></gan-playground>',
  );
  const playground = page.locator('gan-playground');
  await expect(trainOf(playground)).toBeEnabled({ timeout: 120_000 });
  await expect(playground.locator('gan-story .summary')).toHaveText('Watch <b>G</b>.');
  const step = () => playground.evaluate((element: GanPlayground) => element.reading('step'));
  await expect.poll(step).toBe('30');
  await trainOf(playground).click();
  await expect.poll(step).toBe('60');
  await expect(trainOf(playground)).toBeEnabled();
  await playground.evaluate((element) => {
    element.setAttribute('caption', 'And now?');
  });
  await expect(playground.locator('gan-story .summary')).toHaveText('And now?');
});

test('measures and ideas are the teacher’s own, and a checkpoint is where it begins', async ({
  page,
}) => {
  await page.goto('./#preset=ring&backend=cpu&at=40');
  await expect(trainOf(page.locator('gan-playground'))).toBeEnabled({ timeout: 120_000 });
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save' }).click();
  const file = await (await saved).path();
  await page.route('**/models/lesson.safetensors', (route) => route.fulfill({ path: file }));
  await host(
    page,
    `<gan-playground preset="ring" backend="cpu" open="${SITE()}models/lesson.safetensors" measures="kl modes nothing" lock
      ideas="Another cost | Watch &lt;b&gt;D&lt;/b&gt;. | cost=minimax"></gan-playground>`,
  );
  const playground = page.locator('gan-playground');
  await expect(trainOf(playground)).toBeEnabled({ timeout: 120_000 });
  await expect.poll(() => stepOf(playground)).toBe(40);
  const names = playground.locator('gan-measures [data-metric]');
  await expect(names).toHaveCount(3);
  expect(
    await names.evaluateAll((all) => all.map((one) => one.getAttribute('data-metric'))),
  ).toEqual(['kl', 'modes', 'nothing']);
  await expect(names.last()).toContainText('not measured here');
  const idea = playground.locator('[data-idea]');
  await expect(idea).toHaveCount(1);
  await expect(idea).toContainText('Watch <b>D</b>.');
  expect(await findings(page)).toEqual([]);
  await idea.click();
  await expect(playground.locator('gan-changes')).toContainText('minimax');
});

test('a teacher says what is on, how slow it is and how large, and that nobody changes settings', async ({
  page,
}) => {
  await host(
    page,
    '<gan-playground preset="ring" backend="cpu" layers="real fake" slow="fast" lock size="large"></gan-playground>',
  );
  const playground = page.locator('gan-playground');
  await expect(trainOf(playground)).toBeEnabled({ timeout: 120_000 });
  for (const [layer, on] of [
    ['real', 'true'],
    ['heat', 'false'],
  ] as const) {
    await expect(playground.locator(`[data-layer=${layer}]`)).toHaveAttribute('aria-pressed', on);
  }
  await expect(playground.locator('[data-action=slow]')).toHaveAttribute('aria-pressed', 'true');
  await expect(playground.getByRole('combobox', { name: 'How slow' })).toHaveValue('fast');
  await expect(playground.locator('h1')).toHaveText('Ring of eight');
  for (const name of ['Settings', 'Your data', 'Load']) {
    await expect(playground.getByRole('button', { name })).toHaveCount(0);
  }
  await expect(playground.locator('gan-presets button, gan-next')).toHaveCount(0);
  await expect(playground.locator('[data-box=g]')).toBeDisabled();
  // Its 3 rem, half as large again.
  expect((await trainOf(playground).boundingBox())?.height).toBeCloseTo(72, 0);
  await trainOf(playground).click();
  await expect(playground.locator('[data-coach]')).toContainText('G’s move');
  await playground.evaluate((element) => {
    element.removeAttribute('lock');
    element.removeAttribute('size');
  });
  await expect(playground.getByRole('button', { name: 'Settings' })).toBeEnabled();
  expect((await trainOf(playground).boundingBox())?.height).toBeCloseTo(48, 0);
});

test('moved in its document it keeps its model; taken out and put back it begins anew', async ({
  page,
}) => {
  await host(
    page,
    '<div id="a"><gan-playground preset="line-1d" backend="cpu"></gan-playground></div><div id="b"><p></p></div>',
  );
  const playground = page.locator('gan-playground');
  const both = playground.getByRole('button', { name: 'Step both' });
  await expect(both).toBeEnabled({ timeout: 120_000 });
  await both.click();
  await expect.poll(() => stepOf(playground)).toBe(1);
  const moves: ((element: Element) => void)[] = [
    (element: Element) => document.querySelector('#b')?.append(element),
    (element: Element) => document.querySelector('#b')?.insertBefore(element, null),
    (element: Element) => {
      element.remove();
      document.querySelector('#a')?.append(element);
    },
  ];
  for (const [i, move] of moves.entries()) {
    await playground.evaluate(move);
    await page.waitForTimeout(50);
    expect(page.workers()).toHaveLength(1);
    await both.click();
    await expect.poll(() => stepOf(playground)).toBe(2 + i);
  }
  // Its drawing follows its size as before.
  const stage = playground.locator('gan-stage canvas').first();
  const before = await stage.boundingBox();
  await page.setViewportSize({ width: 700, height: 700 });
  await expect.poll(async () => (await stage.boundingBox())?.width).not.toBe(before?.width);

  const element = await playground.elementHandle();
  await playground.evaluate((element) => {
    element.remove();
  });
  await expect.poll(() => page.workers().length).toBe(0);
  await page.evaluate(
    (element) => document.querySelector('#b')?.append(element as Element),
    element,
  );
  await expect(both).toBeEnabled({ timeout: 60_000 });
  await both.click();
  await expect.poll(() => stepOf(playground)).toBe(1);
});

test('a page whose policy forbids the worker is told what it needs', async ({ page }) => {
  await page.context().route(`${SITE()}**`, async (route) => {
    const response = await route.fetch();
    const headers = { ...response.headers(), 'access-control-allow-origin': '*' };
    await route.fulfill({ response, headers });
  });
  const { origin } = new URL(SITE());
  const policy = (more: string) =>
    `<meta http-equiv="Content-Security-Policy" content="script-src ${origin} 'wasm-unsafe-eval'${more}; connect-src ${origin}">`;
  await host(
    page,
    '<gan-playground preset="line-1d" backend="cpu"></gan-playground>',
    policy(''),
    'http://lesson.test/',
  );
  await expect(page.locator('gan-playground').getByRole('alert')).toContainText('worker-src blob:');
  await host(
    page,
    '<gan-playground preset="line-1d" backend="cpu"></gan-playground>',
    policy(`; worker-src blob: ${origin}`),
    'http://lesson.test/',
  );
  await expect(trainOf(page.locator('gan-playground'))).toBeEnabled({ timeout: 60_000 });
});

test('a module that cannot load the rest says so in its place', async ({ page }) => {
  await page.route(/\/assets\/gan-playground/, (route) => route.abort());
  await host(page, '<gan-playground preset="line-1d"></gan-playground>');
  await expect(page.locator('gan-playground')).toContainText('could not be loaded');
  await expect(page.locator('gan-playground')).toHaveRole('alert');
});

test('keys act where the focus is, and only keys of what is offered', async ({ page }) => {
  await host(
    page,
    `<gan-playground preset="line-1d" backend="cpu" id="one"></gan-playground>
     <gan-playground preset="line-1d" backend="cpu" id="two" controls="train counter"></gan-playground>`,
  );
  const [one, two] = [page.locator('#one'), page.locator('#two')];
  await two.scrollIntoViewIfNeeded();
  for (const playground of [one, two]) {
    await expect(trainOf(playground)).toBeEnabled({ timeout: 120_000 });
  }
  await page.keyboard.press('s');
  await trainOf(one).focus();
  await page.keyboard.press('s');
  await expect.poll(() => stepOf(one)).toBe(1);
  await trainOf(two).focus();
  await page.keyboard.press('s');
  await page.keyboard.press('g');
  expect(await stepOf(two)).toBe(0);
  expect(await stepOf(one)).toBe(1);
});

test('works from a site of another origin that lets itself be read', async ({ page, context }) => {
  await context.route(`${SITE()}**`, async (route) => {
    const response = await route.fetch();
    const headers = { ...response.headers(), 'access-control-allow-origin': '*' };
    await route.fulfill({ response, headers });
  });
  await host(
    page,
    '<gan-playground preset="line-1d" backend="cpu"></gan-playground>',
    '',
    'http://lesson.test/',
  );
  const playground = page.locator('gan-playground');
  await expect(trainOf(playground)).toBeEnabled({ timeout: 60_000 });
  await playground.getByRole('button', { name: 'Step both' }).click();
  await expect.poll(() => stepOf(playground)).toBe(1);
});

for (const [attributes, said] of [
  ['seed="-1"', '“seed=-1”: a seed is a whole number'],
  ['hide="gmae"', 'there is no “gmae”; the words are presets, tools'],
  ['preset="rign"', '“preset=rign”: there is no such preset; there are ring'],
  ['prest="ring"', '“prest”: there is no such attribute'],
  ['settings="bacth=3"', '“bacth”: this version has no such setting'],
  ['settings="batch=-3"', 'batch'],
  ['studio="A 3 B x"', '“studio”: “B” needs samples by number'],
  ['open="no-such.safetensors"', 'has no no-such.safetensors for this page'],
  ['ideas="More | noise"', '“More | noise” is not an idea'],
  ['measures="a-b"', '“measures=a-b”: they are names'],
  ['studio', '“studio”: The studio needs a model that makes images'],
] as const) {
  test(`says in its place what is wrong with ${attributes}`, async ({ page }) => {
    // A developer's server answers whatever it does not have with the page.
    await page.route('**/no-such.safetensors', (route) => route.fulfill({ status: 404 }));
    await host(page, `<gan-playground ${attributes}></gan-playground>`);
    const alert = page.locator('gan-playground').getByRole('alert');
    await expect(alert).toContainText(said, { timeout: 60_000 });
    await expect(page.locator('gan-playground').getByRole('button')).toHaveCount(0);
    // Put right, it is shown.
    if (attributes.startsWith('seed')) {
      await page.locator('gan-playground').evaluate((element) => {
        element.setAttribute('seed', '1');
      });
      await expect(trainOf(page.locator('gan-playground'))).toBeEnabled({ timeout: 60_000 });
    }
  });
}
