import { defineConfig } from '@playwright/test';
import { base } from './e2e/browser.ts';

/** The Python package in JupyterLab, which is the server. */
export default defineConfig({
  use: base.use,
  reporter: base.reporter,
  workers: base.workers,
  forbidOnly: base.forbidOnly,
  // JupyterLab and a kernel begin several times.
  timeout: 3 * base.timeout,
  testDir: './notebook',
  testMatch: '*.spec.ts',
  outputDir: './test-results',
});
