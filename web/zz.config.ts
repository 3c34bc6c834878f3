import { defineConfig } from '@playwright/test';
import config from './playwright.tools.config.ts';
export default defineConfig({ ...config, testMatch: ['zz.ts'] });
