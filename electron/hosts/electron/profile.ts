/** Chromium's own files: caches and preferences. They lie in the data folder, so that two folders share none. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';

/** Has to run before the app is ready, and on the folder's owner only: Chromium expects to be alone with them. */
export function keepProfileIn(dataFolder: string): void {
  const folder = join(dataFolder, 'chromium');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  app.setPath('userData', folder);
  app.setPath('sessionData', folder);
}
