/** The web host as a program: the real entry in a process of its own, with all that it writes to its terminal. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventually } from './conditions.ts';
import { type ProcessEntry, processTree } from './process-memory.ts';

export interface WebHostProcess {
  readonly url: string;
  readonly pid: number;
  /** Resolves when it is gone: the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** What it and its children wrote to the terminal so far. */
  output(): string;
  /** A process below it, by its title. */
  child(title: string): ProcessEntry | undefined;
  stop(): Promise<void>;
}

export interface WebHostProcessOptions {
  readonly dataFolder: string;
  /** `sources` needs no build. */
  readonly code?: 'built' | 'sources';
  readonly environment?: NodeJS.ProcessEnv;
  /** Its working folder, where it may leave core dumps of any size. */
  readonly dumpFolder?: string;
}

const entries = { built: '../../out/main/serve.js', sources: '../../electron/serve.ts' };

export async function startWebHostProcess(options: WebHostProcessOptions): Promise<WebHostProcess> {
  const { dataFolder, code = 'sources', environment, dumpFolder } = options;
  const entry = fileURLToPath(new URL(entries[code], import.meta.url));
  const command = [process.execPath, entry, '--no-open', '--data', dataFolder];
  // Only a shell can take the limit off.
  const shell = ['/bin/sh', '-c', 'ulimit -c unlimited; exec "$@"', 'sh'];
  const [file = '', ...args] = dumpFolder ? [...shell, ...command] : command;
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(dumpFolder ? { cwd: dumpFolder } : {}),
    env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/latchkey', ...environment },
  });
  const chunks: Buffer[] = [];
  const output = () => Buffer.concat(chunks).toString();
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk));
  let isEnded = false;
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('exit', (exitCode, signal) => {
      isEnded = true;
      resolve(exitCode ?? signal ?? -1);
    });
  });
  const url = await eventually(
    () => {
      if (isEnded) throw new Error(`The web host ended: ${output()}`);
      return /^Latchkey is at (http:\S+)$/m.exec(output())?.[1];
    },
    { withinMs: 30_000, what: 'the web host’s address' },
  );
  const { pid } = child;
  if (pid === undefined) throw new Error('The web host has no process');
  return {
    url,
    pid,
    ended,
    output,
    child: (title) => processTree(pid).find(({ commandLine }) => commandLine === title),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
