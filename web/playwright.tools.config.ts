/**
 * Scripts that look at the built site without judging it: `npm run screenshots`, `longtasks`, `gridspeed`, `soak`, `enginepace`,
 * `scenes`, `firstminute`; and one that draws for it: `thumbnails`.
 */
import { defineConfig } from '@playwright/test';
import config from './playwright.config.ts';

export default defineConfig({
  ...config,
  // Recording would be measured too.
  use: { ...config.use, trace: 'off' },
  testMatch: [
    'screenshots.ts',
    'longtasks.ts',
    'soak.ts',
    'gridspeed.ts',
    'enginepace.ts',
    'scenes.ts',
    'firstminute.ts',
    'thumbnails.ts',
  ],
});
