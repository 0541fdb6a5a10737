/** Each test’s own Latchkey on the stand-in for Electron, on a data folder that outlives it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect } from '@playwright/test';
import { type Elsewhere, startElsewhere } from './elsewhere.ts';
import { type StandIn, type StandInOptions, startStandIn } from './stand-in.ts';

interface Fixtures {
  readonly dataFolder: string;
  /** Starts one more; all are stopped at the end, those that have ended by themselves too. */
  readonly start: (options?: Omit<StandInOptions, 'dataFolder'>) => Promise<StandIn>;
  readonly app: StandIn;
  /** With Chromium on the network: what refuses then is what is looked at. */
  readonly openApp: StandIn;
  readonly elsewhere: Elsewhere;
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern.
  dataFolder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-stand-in-'));
    await use(folder);
    rmSync(folder, { recursive: true, force: true });
  },
  start: async ({ dataFolder }, use) => {
    const started: StandIn[] = [];
    await use(async (options = {}) => {
      const app = await startStandIn({ dataFolder, ...options });
      started.push(app);
      return app;
    });
    for (const app of started) await app.stop();
  },
  app: async ({ start }, use) => {
    const app = await start();
    await use(app);
    expect(app.output(), 'what the app wrote').toBe('');
  },
  openApp: async ({ start }, use) => {
    const app = await start({ settings: { isNetworkOpen: true } });
    await use(app);
    expect(app.output(), 'what the app wrote').toBe('');
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  elsewhere: async ({}, use) => {
    const elsewhere = await startElsewhere();
    await use(elsewhere);
    await elsewhere.close();
  },
});

export { expect };
