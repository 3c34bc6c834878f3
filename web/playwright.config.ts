import { defineConfig } from '@playwright/test';
import { base } from './e2e/browser.ts';

export default defineConfig({
  ...base,
  // Most of these tests load a page and train little: two at a time end sooner on two cores.
  workers: 2,
  testDir: './e2e',
  testMatch: '*.spec.ts',
  testIgnore: 'engines/**',
  outputDir: './test-results',
});
