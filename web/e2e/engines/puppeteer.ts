/** Chromium and Firefox over WebDriver BiDi. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ElementHandle,
  launch,
  type LaunchOptions,
  type SupportedBrowser,
} from 'puppeteer-core';
import { base } from '../browser.ts';
import { type Engine, find, toCentre } from './engine.ts';

const firefox = (downloads: string): LaunchOptions => ({
  extraPrefsFirefox: {
    // Debian's is built for Linux, where WebGPU is still behind a switch.
    'dom.webgpu.enabled': true,
    'dom.webgpu.workers.enabled': true,
    'gfx.webgpu.ignore-blocklist': true,
    'browser.download.dir': downloads,
    'browser.download.folderList': 2,
  },
});

const chromium = (downloads: string): LaunchOptions => ({
  args: [...base.use.launchOptions.args],
  downloadBehavior: { policy: 'allow', downloadPath: downloads },
});

export async function launchPuppeteer(
  name: 'chromium' | 'firefox',
  program: string,
  downloads: string,
): Promise<Engine> {
  const browser = await launch({
    browser: name === 'firefox' ? 'firefox' : ('chrome' satisfies SupportedBrowser),
    executablePath: program,
    headless: true,
    defaultViewport: null,
    ...(name === 'firefox' ? firefox(downloads) : chromium(downloads)),
  });
  const page = await browser.newPage();
  /** The first element that a selector finds, once there is one. */
  const first = async (selector: string): Promise<ElementHandle> => {
    for (let tries = 0; tries < 300; tries++) {
      const list = await page.evaluateHandle(find, selector);
      const element = (await list.evaluateHandle(([one]) => one)).asElement();
      if (element) return element as ElementHandle;
      await sleep(200);
    }
    throw new Error(`${name}: the page has no ${selector}`);
  };
  return {
    name,
    open: async (url) => {
      await page.goto(url);
    },
    reload: async () => {
      await page.reload();
    },
    resize: async (width, height) => {
      // Puppeteer also turns the screen, which Firefox 140 has no command for; the page has its size all the same.
      await page.setViewport({ width, height }).catch((error: unknown) => {
        if (!String(error).includes('setScreenOrientationOverride')) throw error;
      });
      await page.waitForFunction((width) => window.innerWidth === width, {}, width);
    },
    run: <Args extends unknown[], Result>(
      job: (...args: Args) => Result | Promise<Result>,
      ...args: Args
    ) => page.evaluate(job as never, ...args),
    text: async (selector) =>
      (await first(selector)).evaluate((element) => (element as HTMLElement).innerText),
    click: async (selector) => {
      const element = await first(selector);
      await element.evaluate(toCentre);
      await element.click();
    },
    heights: async (selector) =>
      (await page.evaluateHandle(find, selector)).evaluate((all) =>
        all.map((element) => element.getBoundingClientRect().height),
      ),
    choose: async (selector, file) =>
      ((await first(selector)) as ElementHandle<HTMLInputElement>).uploadFile(file),
    screenshot: async (file) => {
      await page.screenshot({ path: file });
    },
    close: () => browser.close(),
  };
}
