/** Opens the default browser, where there is a display to show it on. */
import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The command that opens a URL here, or undefined where nothing could show it. */
export function browserCommand(
  platform: NodeJS.Platform = process.platform,
  environment: NodeJS.ProcessEnv = process.env,
): readonly [command: string, ...before: string[]] | undefined {
  if (platform === 'darwin') return ['open'];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return environment.DISPLAY || environment.WAYLAND_DISPLAY ? ['xdg-open'] : undefined;
}

export interface Redirect {
  readonly url: string;
  /** Calling it again does nothing. */
  remove(): void;
}

/**
 * A file that only its owner can read, and that leads a browser to `target`. The URL with the token is not put on the
 * browser's command line: every user of the machine can read those.
 */
export function writeRedirect(folder: string, target: string): Redirect {
  const path = join(folder, 'open-in-browser.html');
  const remove = () => rmSync(path, { force: true });
  // What a run before this one left, with whatever permissions it has.
  remove();
  writeFileSync(
    path,
    `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0;url=${target}">
<title>Latchkey</title>
<p><a href="${target}">Open Latchkey</a></p>
</html>
`,
    { mode: 0o600, flag: 'wx' },
  );
  return { url: pathToFileURL(path).href, remove };
}

/** Resolves to false when no browser could be started. */
export function openBrowser(url: string): Promise<boolean> {
  const found = browserCommand();
  if (!found) return Promise.resolve(false);
  const [command, ...before] = found;
  return new Promise((resolve) => {
    const child = spawn(command, [...before, url], { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
