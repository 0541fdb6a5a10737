/** Chromium's own files: caches and preferences. They lie in the data folder, so that two folders share none. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { app } from 'electron';
import type { Disposer } from '#shared/lib/disposer.ts';

/** Has to run before the app is ready, and on the folder's owner only: Chromium expects to be alone with them. */
export function keepProfileIn(dataFolder: string): void {
  const folder = join(dataFolder, 'chromium');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  use(folder);
}

/**
 * For a process that does not own the folder for as long as it lives, such as the command: files that nobody else has,
 * in a temporary folder of its own. Has to run before the app is ready.
 * @returns Takes them away. What Chromium has open still, where that can't be removed, is left to the system.
 */
export function keepProfileAside(): Disposer {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
  use(folder);
  return () => {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch {
      // Nothing of Latchkey's is in it.
    }
  };
}

function use(folder: string): void {
  app.setPath('userData', folder);
  app.setPath('sessionData', folder);
}
