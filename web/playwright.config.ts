import { defineConfig } from '@playwright/test';
import { base } from './e2e/browser.ts';

export default defineConfig({
  ...base,
  // A page waits for its worker, its shaders and its wasm more than it trains: two at a time keep two cores busy.
  workers: 2,
  testDir: './e2e',
  testMatch: '*.spec.ts',
  testIgnore: 'engines/**',
  outputDir: './test-results',
});
