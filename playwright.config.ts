/**
 * End-to-end tests: the web host in the system's Chromium, and the Electron app where its binary is here. Every test
 * starts its own Latchkey, with its own data folder and port.
 */
import { defineConfig } from '@playwright/test';
import { findChromium } from './scripts/lib/chromium.mjs';
import type { HostChoice } from './tests/e2e/support/latchkey.ts';

const executablePath = findChromium();
const report = process.env.LATCHKEY_E2E_REPORT;
// Chromium's sandbox does not work for root, which is who containers run as.
const isRoot = process.getuid?.() === 0;

export default defineConfig<HostChoice>({
  outputDir: 'test-results/e2e',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  workers: 2,
  fullyParallel: false,
  // `npm test` names each test that needed its second try below everything else: it, or the app, has a fault.
  retries: report ? 1 : 0,
  forbidOnly: Boolean(report),
  reporter: report ? [['list'], ['json', { outputFile: report }]] : [['list']],
  use: { trace: 'retain-on-failure', screenshot: 'only-on-failure' },
  projects: [
    {
      name: 'web',
      testDir: 'tests/e2e',
      use: {
        hostKind: 'web',
        browserName: 'chromium',
        headless: true,
        viewport: { width: 1440, height: 900 },
        launchOptions: { ...(executablePath ? { executablePath } : {}), chromiumSandbox: !isRoot },
      },
    },
    // The Electron host's own code, on a stand-in that is not Electron: its README says what that can't show.
    { name: 'stand-in', testDir: 'tests/electron-stand-in', use: { hostKind: 'stand-in' } },
    {
      name: 'stand-in errands',
      testDir: 'tests/e2e',
      testMatch: ['first-light.spec.ts', 'apps.spec.ts'],
      use: { hostKind: 'stand-in' },
    },
    // The same errands as on the web host, where Electron's binary is.
    { name: 'electron', testDir: 'tests/e2e', testIgnore: 'web-host/**', use: { hostKind: 'electron' } },
    { name: 'electron window', testDir: 'tests/e2e-electron', use: { hostKind: 'electron' } },
  ],
});
