/** Starts Latchkey's built main process on the stand-in for Electron, and gives the test its window and its controls. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from '@playwright/test';
import type { ControlMessage, ControlRequest, Controls, LastWords } from '../main/control.ts';
import { type StandInSettings, settingsVariable } from '../main/settings.ts';
import type { ErrorBox } from '../main/surroundings.ts';

const start = new URL('../main/start.ts', import.meta.url).href;
const mainBundle = fileURLToPath(new URL('../../../out/main/main.js', import.meta.url));

export interface StandInOptions {
  readonly dataFolder: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly settings?: Partial<StandInSettings>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Child processes that the app itself had not ended. Undefined: it did not come to its end in order. */
  readonly childrenLeft: readonly string[] | undefined;
}

type Control = <Name extends keyof Controls>(
  name: Name,
  ...input: Parameters<Controls[Name]>
) => Promise<Awaited<ReturnType<Controls[Name]>>>;

export interface StandIn {
  readonly pid: number;
  readonly control: Control;
  /** The first window's page, once it shows Latchkey. */
  readonly page: Page;
  /** Playwright gives up a page that has crashed: connects to it anew. */
  connectAgain(): Promise<Page>;
  disconnect(): Promise<void>;
  readonly errorBoxes: readonly ErrorBox[];
  output(): string;
  readonly ended: Promise<Ended>;
  /** After its end. */
  lastWords(): LastWords | undefined;
  /** Quits as the user would. */
  stop(): Promise<Ended>;
}

/** The process alone, which may end before it shows anything. */
export function launchStandIn({ dataFolder, environment, settings = {} }: StandInOptions) {
  const child = spawn(process.execPath, ['--import', start, mainBundle, '--data', dataFolder], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
    env: {
      ...process.env,
      // No keychain unless a test brings its own.
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/latchkey',
      ...environment,
      [settingsVariable]: JSON.stringify(settings),
    },
  });
  const errorBoxes: ErrorBox[] = [];
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  }
  let lastWords: LastWords | undefined;
  const ended = once(child, 'exit').then(
    ([code, signal]): Ended => ({ code, signal, childrenLeft: lastWords?.childrenLeft }),
  );
  const calls = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  let nextId = 0;
  const endpoint = new Promise<string>((resolve) => {
    child.on('message', (message: ControlMessage) => {
      if ('id' in message) {
        const call = calls.get(message.id);
        calls.delete(message.id);
        if ('error' in message) call?.reject(new Error(message.error));
        else call?.resolve(message.value as never);
      } else if (message.event === 'ready') resolve(message.endpoint);
      else if (message.event === 'exiting') lastWords = message;
      else errorBoxes.push({ title: message.title, content: message.content });
    });
  });
  const control: Control = (name, ...[input]) =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      calls.set(id, { resolve, reject });
      if (!child.connected) return reject(new Error(`The app has ended: ${output}`));
      child.send({ id, control: name, input } satisfies ControlRequest);
      void ended.then(() => reject(new Error(`The app ended before it answered ${name}.`)));
    });
  return { child, control, endpoint, ended, lastWords: () => lastWords, errorBoxes, output: () => output };
}

export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const { child, control, endpoint, ended, lastWords, errorBoxes, output } = launchStandIn(options);
  const failed = ended.then(({ code }) => {
    throw new Error(`The app ended with ${code}: ${output()}`);
  });
  failed.catch(() => {});
  const address = await Promise.race([endpoint, failed]);
  let { browser, page } = await Promise.race([connect(address), failed]);
  return {
    pid: pidOf(child),
    control,
    page,
    errorBoxes,
    output,
    ended,
    lastWords,
    connectAgain: async () => {
      await browser.close();
      ({ browser, page } = await connect(address));
      return page;
    },
    disconnect: () => browser.close(),
    stop: async () => {
      // Playwright lets go first: what it still keeps of a page is asked for here, and not of one that is gone.
      await browser.close();
      // It may quit before it has answered, or have quit long ago.
      if (child.connected) await control('quit').catch(() => {});
      return ended;
    },
  };
}

async function connect(endpoint: string): Promise<{ browser: Browser; page: Page }> {
  const browser = await chromium.connectOverCDP(endpoint);
  const [context] = browser.contexts();
  if (!context) throw new Error('Chromium has no context.');
  const page = context.pages()[0] ?? (await context.waitForEvent('page'));
  await page.waitForURL(/-scheme\/$/);
  return { browser, page };
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('The app could not be started.');
  return pid;
}
