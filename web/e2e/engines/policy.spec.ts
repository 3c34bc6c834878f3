/** What README says that a host's Content-Security-Policy needs, tried in every engine: they ask it for different things. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import { served } from '../served.ts';
import { engines, launch } from './installed.ts';

const README = new URL('../../../README.md', import.meta.url);

/** The policy that README gives, for another site than its example's. */
async function policy(site: string): Promise<string> {
  const [, written = ''] =
    /`(script-src [^`]*worker-src [^`]*)`/.exec(await readFile(README, 'utf8')) ?? [];
  expect(written).toContain('https://example.org');
  return written.replaceAll('https://example.org', site);
}

for (const name of engines()) {
  test(`${name} takes a playground into a page whose policy is README’s`, async ({
    baseURL,
  }, info) => {
    test.setTimeout(300_000);
    const site = await served(baseURL ?? '');
    const headers = {
      'content-type': 'text/html',
      // Whatever else a page may forbid.
      'content-security-policy': `default-src 'none'; ${await policy(site.origin)}`,
    };
    const host = createServer((_, response) => {
      response.writeHead(200, headers);
      response.end(
        `<!doctype html><script type="module" src="${site.origin}/embed.js"></script>
         <gan-playground preset="line-1d" backend="cpu"></gan-playground>`,
      );
    }).listen(0, '127.0.0.1');
    const engine = await launch(name, info.outputPath('downloads'));
    try {
      const { port } = host.address() as AddressInfo;
      await engine.open(`http://127.0.0.1:${port}/`);
      await engine.click('[data-step=all]:enabled');
      await expect.poll(() => engine.text('[data-metric=step]'), { timeout: 90_000 }).toBe('1');
    } finally {
      await engine.close();
      site.close();
      host.closeAllConnections();
      host.close();
    }
  });
}
