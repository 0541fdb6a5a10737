/**
 * End-to-end tests: the web host in the system's Chromium, and the Electron app where its binary is here. Every test
 * starts its own Latchkey, with its own data folder and port.
 */
import { defineConfig } from '@playwright/test';
import { findChromium } from './scripts/lib/chromium.mjs';

const executablePath = findChromium();
const report = process.env.LATCHKEY_E2E_REPORT;
// Chromium's sandbox does not work for root, which is who containers run as.
const isRoot = process.getuid?.() === 0;

export default defineConfig({
  outputDir: 'test-results/e2e',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  workers: 2,
  fullyParallel: false,
  // A test that passes at the second try hides a fault of the test or of the app.
  retries: 0,
  forbidOnly: Boolean(report),
  reporter: report ? [['list'], ['json', { outputFile: report }]] : [['list']],
  use: { trace: 'retain-on-failure', screenshot: 'only-on-failure' },
  projects: [
    {
      name: 'web',
      testDir: 'tests/e2e',
      use: {
        browserName: 'chromium',
        headless: true,
        viewport: { width: 1440, height: 900 },
        launchOptions: { ...(executablePath ? { executablePath } : {}), chromiumSandbox: !isRoot },
      },
    },
    { name: 'electron', testDir: 'tests/e2e-electron' },
  ],
});
