import { defineConfig } from '@playwright/test';
import { base } from './e2e/browser.ts';

/** The npm package of web/pkg, built by what others build with. No server is needed but its own. */
export default defineConfig({
  use: base.use,
  reporter: base.reporter,
  workers: base.workers,
  forbidOnly: base.forbidOnly,
  timeout: base.timeout,
  testDir: './package',
  testMatch: '*.spec.ts',
  outputDir: './test-results',
});
