/** Builds the app when its sources are newer than what was built last. */
import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { runNode } from './processes.mjs';
import { inRoot, tool } from './project.mjs';

const sources = [
  'electron',
  'renderer',
  'shared',
  'resources',
  'package.json',
  'package-lock.json',
  'electron.vite.config.ts',
];
const stamp = inRoot('out/.built');

/** @returns {Promise<boolean>} whether there is a build now */
export async function buildIfStale() {
  return isFresh() || (await build());
}

export async function build() {
  console.log('Building…');
  const startedAt = new Date();
  rmSync(stamp, { force: true });
  const code = await runNode([tool('electron-vite'), 'build', '--logLevel', 'warn']);
  if (code !== 0) return false;
  writeFileSync(stamp, '');
  // What is edited while the build runs is newer than the build.
  utimesSync(stamp, startedAt, startedAt);
  return true;
}

function isFresh() {
  try {
    const builtAt = statSync(stamp).mtimeMs;
    return sources.every((path) => newest(inRoot(path)) < builtAt);
  } catch {
    return false;
  }
}

/** Folders count too: theirs is the only time that a deleted file changes. */
function newest(path) {
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  return readdirSync(path).reduce(
    (latest, name) => Math.max(latest, newest(`${path}/${name}`)),
    found.mtimeMs,
  );
}
