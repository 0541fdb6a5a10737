/**
 * Where the keyring's prompts are shown: GNOME's own prompter, on a virtual screen, and a user who presses keys. The
 * bus starts the prompter when a keyring asks for it, as on a desktop.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Prompter {
  readonly display: string;
  /** The window of the prompt that is on the screen; waits for one. A window is never the same twice. */
  shown(options?: { readonly signal?: AbortSignal }): Promise<string>;
  isShown(window: string): Promise<boolean>;
  /** The Escape key, until the window is gone. */
  dismiss(window: string): Promise<void>;
  /** Types the password, twice for a keyring that is new, and Enter. */
  answer(window: string, password: string, options?: { readonly isNew?: boolean }): Promise<void>;
  /** Dismisses whatever is shown, from now on. @returns Its end, once so many were shown; and tells how many. */
  dismissAll(): (atLeast?: number) => Promise<number>;
  close(): Promise<void>;
}

/** Which Debian has in `gcr`; Fedora and Arch have it in the second place. */
const executable = ['/usr/libexec/gcr-prompter', '/usr/lib/gcr-prompter'].find(existsSync);

/** Tells a bus, by its folder of services, how to start the prompter. It takes its display from the bus. */
export function prompterServices(folder: string): void {
  if (!executable) throw new Error('There is no gcr-prompter here (Debian and Ubuntu: gcr)');
  for (const name of ['org.gnome.keyring.SystemPrompter', 'org.gnome.keyring.PrivatePrompter']) {
    writeFileSync(join(folder, `${name}.service`), `[D-BUS Service]\nName=${name}\nExec=${executable}\n`);
  }
}

/** Each look at the screen is a process. */
const pollMs = 100;

/** @returns Whether it came to be in that time. */
async function until(condition: () => Promise<boolean>, withinMs: number): Promise<boolean> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await delay(pollMs)) {
    if (await condition()) return true;
  }
  return false;
}

export async function startPrompter(): Promise<Prompter> {
  const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '800x600x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const ended = once(screen, 'exit').then(() => {
    throw new Error('Xvfb ended before it was ready');
  });
  const [number] = await Promise.race([once(screen.stdio[3] as NodeJS.ReadableStream, 'data'), ended]);
  ended.catch(() => {});
  const display = `:${String(number).trim()}`;

  const keys = async (...args: string[]) =>
    (await run('xdotool', args, { env: { ...process.env, DISPLAY: display } })).stdout;
  /** xdotool fails when it finds nothing, and when a window goes while it looks. */
  const windows = () =>
    keys('search', '--onlyvisible', '--class', 'gcr-prompter').then(
      (found) => found.split('\n').filter((line) => line !== ''),
      (): string[] => [],
    );
  const prompter: Prompter = {
    display,
    async shown({ signal } = {}) {
      const found: string[] = [];
      const isThere = async () => {
        signal?.throwIfAborted();
        return found.push(...(await windows())) > 0;
      };
      await until(isThere, 20_000);
      const [window] = found;
      if (window === undefined) throw new Error('No prompt was shown');
      return window;
    },
    isShown: async (window) => (await windows()).includes(window),
    async dismiss(window) {
      // The first key may come before the window listens.
      while (await prompter.isShown(window)) await keys('key', 'Escape');
    },
    async answer(window, password, { isNew = false } = {}) {
      const enter = ['key', 'ctrl+a', 'type', password];
      // The first keys may come before the window listens: then the password is wrong, and it asks again.
      while (await prompter.isShown(window)) {
        await keys(...enter);
        if (isNew) await keys('key', 'Tab', ...enter);
        await keys('key', 'Return');
        await until(async () => !(await prompter.isShown(window)), 1000);
      }
    },
    dismissAll() {
      const stop = new AbortController();
      const { signal } = stop;
      let count = 0;
      const dismissing = (async () => {
        while (!signal.aborted) {
          const window = await prompter.shown({ signal }).catch(() => undefined);
          if (window === undefined) continue;
          await prompter.dismiss(window);
          count++;
        }
      })();
      return async (atLeast = 0) => {
        await until(async () => count >= atLeast, 20_000);
        stop.abort();
        await dismissing;
        return count;
      };
    },
    async close() {
      if (screen.exitCode !== null || screen.signalCode !== null) return;
      const gone = once(screen, 'exit');
      screen.kill('SIGKILL');
      await gone;
    },
  };
  return prompter;
}
