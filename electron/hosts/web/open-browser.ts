/** Opens the default browser, where there is a display to show it on. */
import { spawn } from 'node:child_process';

/** The command that opens a URL here, or undefined where nothing could show it. */
export function browserCommand(
  platform: NodeJS.Platform = process.platform,
  environment: NodeJS.ProcessEnv = process.env,
): readonly [command: string, ...before: string[]] | undefined {
  if (platform === 'darwin') return ['open'];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return environment.DISPLAY || environment.WAYLAND_DISPLAY ? ['xdg-open'] : undefined;
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
