/** A web host of the test’s own, and its page in a browser of the test’s own: for what only that host does. */
import type { Page } from '@playwright/test';
import { startWebHost, type WebHost } from './hosts.ts';
import { test as base, expect } from './latchkey.ts';

interface Fixtures {
  readonly host: WebHost;
  /** What the page wrote to its console as an error, and what it threw. */
  readonly consoleErrors: string[];
  /** The page, opened at the host. */
  readonly latchkey: Page;
}

export const test = base.extend<Fixtures>({
  host: async ({ dataFolder }, use) => {
    const host = await startWebHost({ dataFolder });
    await use(host);
    await host.stop();
    expect(host.output(), 'what the host wrote').toBe('');
  },
  consoleErrors: async ({ page }, use) => {
    const errors: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(String(error)));
    await use(errors);
  },
  latchkey: async ({ page, host, consoleErrors }, use) => {
    await page.goto(host.url);
    await use(page);
    expect(consoleErrors, 'the page’s console').toEqual([]);
  },
});

export { expect };
