/** Which browser the tests use, and how: shared by the test and the screenshot configurations. */
import { existsSync } from 'node:fs';
import { chromium, type PlaywrightTestConfig } from '@playwright/test';

const PORT = Number(process.env.GANLET_E2E_PORT ?? 4747);

/** `cargo xtask test` serves the site below a path that is not the root, and names it here. */
const SERVED = process.env.GANLET_URL;

/** An explicit choice, else Playwright's own, else the system's. */
function executable(): string | undefined {
  const chosen = process.env.CHROME ?? process.env.CHROMIUM;
  if (chosen) return chosen;
  if (existsSync(chromium.executablePath())) return undefined;
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
    existsSync(path),
  );
}

const executablePath = executable();

export const base = {
  // Training needs the cores; two pages at once would only make both slow.
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: 'list',
  use: {
    baseURL: SERVED ?? `http://127.0.0.1:${PORT}/`,
    trace: 'retain-on-failure',
    // What a worker answers, a test cannot hold back or change; those of it (offline.spec.ts) let it in.
    serviceWorkers: 'block',
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: [
        '--no-sandbox',
        // WebGPU on a software adapter: correct and slow, the same on every machine.
        '--enable-unsafe-webgpu',
        '--use-webgpu-adapter=swiftshader',
      ],
    },
  },
  ...(SERVED
    ? {}
    : {
        webServer: {
          command: `npx vite preview --host 127.0.0.1 --port ${PORT} --strictPort`,
          url: `http://127.0.0.1:${PORT}/`,
          reuseExistingServer: false,
        },
      }),
} satisfies PlaywrightTestConfig;
