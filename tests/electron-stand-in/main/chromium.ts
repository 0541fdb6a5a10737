/** Starts the system's Chromium, with nothing open and no way off this machine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium } from '../../../scripts/lib/chromium.mjs';
import { CdpConnection } from './cdp.ts';

export interface Chromium {
  readonly connection: CdpConnection;
  /** Where others can connect to it as well: a test, with Playwright. */
  readonly endpoint: string;
  readonly pid: number | undefined;
  /** Ends it with all that it started. */
  kill(): void;
}

const flags = [
  '--headless',
  '--no-startup-window',
  '--no-first-run',
  '--remote-debugging-port=0',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  // Electron's message ports tell that the other end was closed; Chromium's do so when asked.
  '--enable-blink-features=MessagePortCloseEvent',
  '--password-store=basic',
  '--use-mock-keychain',
  // So that a camera and a microphone are there to be refused.
  '--use-fake-device-for-media-stream',
  // Electron has no popup blocker: `setWindowOpenHandler` is asked about every window.
  '--disable-popup-blocking',
  // Whatever a page reaches for is on this machine, or nowhere.
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
];

export interface ChromiumOptions {
  /** Added to its command line. */
  readonly switches: readonly string[];
  /** Where its own files are; a folder that goes with it, when the app has not said. */
  readonly userData: string | undefined;
}

export async function startChromium({ switches, userData }: ChromiumOptions): Promise<Chromium> {
  const path = findChromium();
  if (!path) throw new Error('There is no Chromium. `npm test` says how to get it.');
  const folder = userData ?? mkdtempSync(join(tmpdir(), 'stand-in-chromium-'));
  const isRoot = process.getuid?.() === 0;
  const sandbox = isRoot ? ['--no-sandbox'] : [];
  const child = spawn(path, [...flags, `--user-data-dir=${folder}`, ...sandbox, ...switches], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const kill = () => {
    killGroup(child);
    if (!userData) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  };
  const endpoint = await announcedEndpoint(child);
  return { connection: await CdpConnection.open(endpoint), endpoint, pid: child.pid, kill };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, 'SIGKILL');
}

async function announcedEndpoint(child: ChildProcess): Promise<string> {
  let output = '';
  const announced = new Promise<string>((resolve) => {
    child.stderr?.on('data', (chunk) => {
      output += chunk;
      const found = /DevTools listening on (ws:\S+)/.exec(output)?.[1];
      if (found) resolve(found);
    });
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`Chromium ended before it was ready: ${output}`);
  });
  ended.catch(() => {});
  return Promise.race([announced, ended]);
}
