/** `npm run screenshots`: the pictures of the README, made from the built site. */
import { defineConfig } from '@playwright/test';
import config from './playwright.config.ts';

export default defineConfig({ ...config, testMatch: 'screenshots.ts' });
