/** Starts Latchkey's built main process on the stand-in for Electron, and gives the test its window and its controls. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from '@playwright/test';
import type { ControlMessage, ControlRequest, Controls } from '../main/control.ts';
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
  /** Child processes that the app itself had not ended. */
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
  readonly browser: Browser;
  readonly errorBoxes: readonly ErrorBox[];
  output(): string;
  readonly ended: Promise<Ended>;
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
  let childrenLeft: readonly string[] | undefined;
  const ended = once(child, 'exit').then(([code, signal]): Ended => ({ code, signal, childrenLeft }));
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
      else if (message.event === 'exiting') childrenLeft = message.childrenLeft;
      else errorBoxes.push({ title: message.title, content: message.content });
    });
  });
  const control: Control = (name, ...[input]) =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      calls.set(id, { resolve, reject });
      child.send({ id, control: name, input } satisfies ControlRequest);
      void ended.then(() => reject(new Error(`The app ended before it answered ${name}.`)));
    });
  return { child, control, endpoint, ended, errorBoxes, output: () => output };
}

export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const { child, control, endpoint, ended, errorBoxes, output } = launchStandIn(options);
  const failed = ended.then(({ code }) => {
    throw new Error(`The app ended with ${code}: ${output()}`);
  });
  failed.catch(() => {});
  const browser = await chromium.connectOverCDP(await Promise.race([endpoint, failed]));
  const [context] = browser.contexts();
  if (!context) throw new Error('Chromium has no context.');
  const page = await Promise.race([context.pages()[0] ?? context.waitForEvent('page'), failed]);
  await page.waitForURL(/-scheme\/$/);
  return {
    pid: pidOf(child),
    control,
    page,
    browser,
    errorBoxes,
    output,
    ended,
    stop: async () => {
      // It may quit before it has answered, or have quit long ago.
      if (child.connected) await control('quit').catch(() => {});
      return ended;
    },
  };
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('The app could not be started.');
  return pid;
}
