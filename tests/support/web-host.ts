/** The web host around the whole app in a test: in this process, or in one of its own. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compose } from '../../electron/compose.ts';
import { startWebHost, type WebHost } from '../../electron/hosts/web/server.ts';
import { spawnNodeChild } from '../../electron/processes/node-child.ts';
import { noProviders } from './provider-hosts.ts';

const hostProcess = fileURLToPath(new URL('./web-host-process.ts', import.meta.url));

export interface HostChild {
  readonly pid: number;
  readonly port: number;
  /** A new link. */
  createUrl(): Promise<string>;
  /** @returns its exit code. */
  stop(): Promise<number | null>;
}

/** The whole app behind the web host, in a process that gives as many links as a test wants (web-host-process.ts). */
export async function startHostChild(folder: string, builtPage?: string): Promise<HostChild> {
  const child = fork(hostProcess, [folder, ...(builtPage ? [builtPage] : [])], {
    execArgv: [],
    env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/latchkey' },
  });
  const [port] = (await once(child, 'message')) as [number];
  return {
    pid: child.pid ?? 0,
    port,
    createUrl: async () => {
      const answer = once(child, 'message');
      child.send('a URL');
      const [url] = (await answer) as [string];
      return url;
    },
    stop: async () => {
      const exited = once(child, 'exit');
      child.disconnect();
      const [code] = (await exited) as [number | null];
      return code;
    },
  };
}

export interface InProcessHost {
  readonly host: WebHost;
  /** Of the page that it serves: files for a test to add are read when the host starts, not later. */
  readonly pageFolder: string;
  /** Sessions that were opened. */
  sessions(): number;
  close(): Promise<void>;
}

/** The whole app behind the web host, with a small page of the test's own. */
export async function startWebLatchkey(
  folder: string,
  preparePage: (pageFolder: string) => void = () => {},
): Promise<InProcessHost> {
  const pageFolder = join(folder, 'page');
  mkdirSync(join(pageFolder, 'assets'), { recursive: true });
  writeFileSync(join(pageFolder, 'index.html'), '<!doctype html><title>Latchkey</title>');
  writeFileSync(join(pageFolder, 'assets', 'index.js'), 'export {};');
  preparePage(pageFolder);
  const bugs: string[] = [];
  const app = await compose({
    checkEndpoints: noProviders,
    dataFolder: join(folder, 'data'),
    code: new URL('../../electron/', import.meta.url),
    spawn: spawnNodeChild,
    host: 'web',
    secretWay: { by: 'call' },
    version: '0.0.0',
    reportBug: (where, error) => bugs.push(`${where}: ${String(error)}`),
  });
  let sessions = 0;
  const host = await startWebHost({
    port: 0,
    pageFolder,
    openSession: (send) => {
      sessions++;
      return app.openSession(send);
    },
  });
  return {
    host,
    pageFolder,
    sessions: () => sessions,
    close: async () => {
      await host.close();
      await app.close();
      if (bugs.length > 0) throw new Error(`The app reported: ${bugs.join('; ')}`);
    },
  };
}
