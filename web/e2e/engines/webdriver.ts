/** WebKitGTK over WebDriver, which is JSON over HTTP: the few commands that are needed are less than a client's glue. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Engine, find, toCentre } from './engine.ts';

/** The key under which the protocol names an element. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
type Reference = Record<typeof ELEMENT, string>;

/** A port that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => {
        resolve(port);
      });
    });
  });
}

/** Sends a command; what the browser refuses is an error with its words. */
async function send(method: string, url: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(60_000),
  });
  const { value } = (await response.json()) as { value: unknown };
  if (response.ok) return value;
  const { error, message } = value as { error: string; message: string };
  throw new Error(`${method} ${url}: ${error}: ${message}`);
}

async function listening(server: string, driver: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (driver.exitCode !== null) throw new Error(`the driver ended with ${driver.exitCode}`);
    const status = await send('GET', `${server}/status`).catch(() => undefined);
    if (status) return;
    await sleep(100);
  }
  throw new Error('the driver does not answer');
}

export async function launchWebKit(driver: string, downloads: string): Promise<Engine> {
  const port = await freePort();
  const server = `http://127.0.0.1:${port}`;
  // Its windows are somewhere: on a screen that nobody sees, where there is none.
  const command = [...(process.env.DISPLAY ? [] : ['xvfb-run', '-a']), driver, `--port=${port}`];
  const running = spawn(command[0] ?? driver, command.slice(1), {
    stdio: 'ignore',
    // A group of its own, which is ended as a whole.
    detached: true,
    env: {
      ...process.env,
      // Containers do not let it nest one more sandbox.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      // It knows no other place for what is saved.
      HOME: downloads,
    },
  });
  const end = (): void => {
    if (running.pid && running.exitCode === null) process.kill(-running.pid);
  };
  let session = '';
  try {
    await listening(server, running);
    const capabilities = {
      alwaysMatch: { 'webkitgtk:browserOptions': { args: ['--automation'] } },
    };
    const made = await send('POST', `${server}/session`, { capabilities });
    session = `${server}/session/${(made as { sessionId: string }).sessionId}`;
  } catch (error) {
    end();
    throw error;
  }
  const post = (path: string, body: unknown): Promise<unknown> =>
    send('POST', `${session}/${path}`, body);
  const script = (source: string, args: unknown[]): Promise<unknown> =>
    post('execute/sync', { script: `return (${source}).apply(null, arguments)`, args });
  /** The first element that a selector finds, once there is one. */
  const first = async (selector: string): Promise<Reference> => {
    for (let tries = 0; tries < 300; tries++) {
      const [one] = (await script(find.toString(), [selector])) as Reference[];
      if (one) return one;
      await sleep(200);
    }
    throw new Error(`webkit: the page has no ${selector}`);
  };
  const address = (element: Reference): string => `element/${element[ELEMENT]}`;
  return {
    name: 'webkit',
    open: async (url) => {
      await post('url', { url });
    },
    reload: async () => {
      await post('refresh', {});
    },
    resize: async (width, height) => {
      // The window has a frame, whose size is known once it is there.
      await post('window/rect', { width, height });
      const [w, h] = (await script('() => [innerWidth, innerHeight]', [])) as [number, number];
      await post('window/rect', { width: 2 * width - w, height: 2 * height - h });
    },
    run: <Args extends unknown[], Result>(
      job: (...args: Args) => Result | Promise<Result>,
      ...args: Args
    ) => script(job.toString(), args) as Promise<Result>,
    text: async (selector) =>
      (await send('GET', `${session}/${address(await first(selector))}/text`)) as string,
    click: async (selector) => {
      const element = await first(selector);
      await script(toCentre.toString(), [element]);
      await post(`${address(element)}/click`, {});
    },
    heights: async (selector) => {
      const measure = `(${find.toString()})(selector).map((element) => element.getBoundingClientRect().height)`;
      return (await script(`(selector) => ${measure}`, [selector])) as number[];
    },
    choose: async (selector, file) => {
      await post(`${address(await first(selector))}/value`, { text: file });
    },
    screenshot: async (file) => {
      const picture = (await send('GET', `${session}/screenshot`)) as string;
      await writeFile(file, Buffer.from(picture, 'base64'));
    },
    close: async () => {
      await send('DELETE', session).catch(() => undefined);
      end();
    },
  };
}
