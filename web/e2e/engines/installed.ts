/** Which engines there are: what `cargo xtask test` found and installed, else what is where Debian puts it. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { type Engine, type Name, NAMES } from './engine.ts';
import { launchPuppeteer } from './puppeteer.ts';
import { launchWebKit } from './webdriver.ts';

const PROGRAMS: Record<Name, [variable: string, path: string]> = {
  chromium: ['CHROME', '/usr/bin/chromium'],
  firefox: ['FIREFOX', '/usr/bin/firefox-esr'],
  webkit: ['WEBKIT_DRIVER', '/usr/bin/WebKitWebDriver'],
};

/** GANLET_ENGINES says which are wanted, as `firefox webkit`; all that are installed otherwise. */
export function engines(): Name[] {
  const wanted = process.env.GANLET_ENGINES?.split(/\W+/);
  return wanted
    ? NAMES.filter((name) => wanted.includes(name))
    : NAMES.filter((name) => existsSync(program(name)));
}

function program(name: Name): string {
  const [variable, path] = PROGRAMS[name];
  return process.env[variable] ?? path;
}

/** Starts an engine; what its pages save lies in `downloads`. */
export async function launch(name: Name, downloads: string): Promise<Engine> {
  await mkdir(downloads, { recursive: true });
  return name === 'webkit'
    ? launchWebKit(program(name), downloads)
    : launchPuppeteer(name, program(name), downloads);
}
