/** Opens the default browser, where there is a display to show it on. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
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

const redirectName = /^open-in-browser-[0-9a-f]+\.html$/;

/**
 * A file that only its owner can read, and that leads a browser to `target`. The URL with the ticket is not put on the
 * browser's command line: every user of the machine can read those. Each has a name of its own: a browser may take its
 * time, and should not be led to the link of another.
 */
export function writeRedirect(folder: string, target: string): Redirect {
  const path = join(folder, `open-in-browser-${randomBytes(8).toString('hex')}.html`);
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
  return { url: pathToFileURL(path).href, remove: () => rmSync(path, { force: true }) };
}

/** Every file that leads to a link of this folder's Latchkey. */
export function removeRedirects(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (redirectName.test(name)) rmSync(join(folder, name), { force: true });
  }
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
