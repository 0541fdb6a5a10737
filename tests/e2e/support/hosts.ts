/** Starts Latchkey's built app on each of its hosts, for errands that are the same on all of them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { _electron, type BrowserContext, type ElectronApplication, type Page } from '@playwright/test';
import { electronPath, whyNotShown } from '../../../scripts/lib/electron.mjs';
import { startStandIn } from '../../electron-stand-in/support/stand-in.ts';

export type HostKind = 'web' | 'electron' | 'stand-in';

export interface HostOptions {
  readonly dataFolder: string;
  readonly environment?: NodeJS.ProcessEnv;
}

/** A Latchkey that runs, and its page. */
export interface Latchkey {
  readonly page: Page;
  /** What it wrote to its terminal that it should not have. */
  complaints(): string;
  /** As the user ends it. */
  stop(): Promise<void>;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const serveEntry = fileURLToPath(new URL('../../../out/main/serve.js', import.meta.url));

/** No keychain unless a test brings its own. */
export function hostEnvironment(environment: NodeJS.ProcessEnv = {}): Record<string, string> {
  const whole = {
    ...process.env,
    DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/latchkey',
    ...environment,
  };
  return Object.fromEntries(
    Object.entries(whole).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

export interface WebHost {
  readonly url: string;
  /** Everything that it wrote to its terminal, but for its address. */
  output(): string;
  stop(): Promise<void>;
}

/**
 * Starts the built web host and waits for the URL that it prints.
 * @param options without a port: a free one
 */
export async function startWebHost({
  dataFolder,
  environment,
  port = 0,
}: HostOptions & { readonly port?: number }): Promise<WebHost> {
  const args = [serveEntry, '--no-open', '--port', String(port), '--data', dataFolder];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: hostEnvironment(environment),
  });
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The web host ended with ${code}: ${output}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = /^Latchkey is at (http:\S+)$/.exec(line);
      if (found?.[1]) resolve(found[1]);
      else output += `${line}\n`;
    });
  });
  return { url, output: () => output, stop: () => end(child) };
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

/** @param newContext a browser of the test's own, asked for when it is needed */
export async function startOnWeb(
  options: HostOptions,
  newContext: () => Promise<BrowserContext>,
): Promise<Latchkey> {
  const host = await startWebHost(options);
  const context = await newContext();
  const page = await context.newPage();
  await page.goto(host.url);
  return {
    page,
    complaints: host.output,
    stop: async () => {
      // The page goes first: it would complain of the socket that it lost.
      await context.close();
      await host.stop();
    },
  };
}

export async function startOnStandIn(options: HostOptions): Promise<Latchkey> {
  const standIn = await startStandIn(options);
  return {
    page: standIn.page,
    complaints: standIn.output,
    stop: async () => {
      await standIn.stop();
    },
  };
}

/** Why the Electron host can't be tried here; undefined: it can. */
export function whyNoElectron(): string | undefined {
  if (!electronPath()) return 'Electron’s binary is not here; `npm start` gets it where the network allows.';
  const why = whyNotShown();
  return why && `Electron can’t be shown: ${why}.`;
}

export async function startOnElectron({
  dataFolder,
  environment,
}: HostOptions): Promise<Latchkey & { readonly app: ElectronApplication }> {
  const executablePath = electronPath();
  if (!executablePath) throw new Error('Electron’s binary is not here.');
  const app = await _electron.launch({
    executablePath,
    args: [root, '--data', dataFolder],
    env: hostEnvironment(environment),
    // Playwright takes the sandbox away on Linux, unless it is told not to.
    chromiumSandbox: true,
  });
  let output = '';
  for (const stream of [app.process().stdout, app.process().stderr]) {
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  }
  const page = await app.firstWindow();
  await page.waitForURL((url) => url.protocol === 'app:');
  return {
    app,
    page,
    complaints: () => ownLines(output),
    stop: () => app.close(),
  };
}

/** Chromium and the debugger write to the same terminal. Latchkey's lines begin with where a failure was. */
function ownLines(output: string): string {
  return output
    .split('\n')
    .filter((line) => /^[a-z][A-Za-z.]*: /.test(line))
    .join('\n');
}
