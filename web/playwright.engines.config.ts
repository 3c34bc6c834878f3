/** A person's path in Chromium, Firefox and WebKit: `npm run engines`. */
import { defineConfig } from '@playwright/test';
import { base } from './e2e/browser.ts';

export default defineConfig({
  ...base,
  testDir: './e2e/engines',
  testMatch: '*.spec.ts',
  outputDir: './test-results/engines',
});
