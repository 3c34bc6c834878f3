/** Scripts that look at the built site without judging it: `npm run screenshots`, `longtasks`, `soak`. */
import { defineConfig } from '@playwright/test';
import config from './playwright.config.ts';

export default defineConfig({
  ...config,
  testMatch: ['screenshots.ts', 'longtasks.ts', 'soak.ts'],
});
