import { defineConfig } from '@playwright/test';
import { base } from './e2e/browser.ts';

export default defineConfig({
  ...base,
  testDir: './e2e',
  testMatch: '*.spec.ts',
  testIgnore: 'engines/**',
  outputDir: './test-results',
});
