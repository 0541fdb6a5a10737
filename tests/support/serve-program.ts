/** The web host as a program: the real entry in a process of its own, with all that it writes to its terminal. */
import { execFile, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from './conditions.ts';
import { type ProcessEntry, processTree } from './process-memory.ts';

export interface ServeProgram {
  /** Lets one tab in. */
  readonly url: string;
  /** Starts it again on the same folder, which gives another one. */
  createUrl(): Promise<string>;
  readonly pid: number;
  /** Resolves when it is gone: the exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** What it and its children wrote to the terminal so far. */
  output(): string;
  /** A process below it, by its title. */
  child(title: string): ProcessEntry | undefined;
  stop(): Promise<void>;
}

export interface ServeProgramOptions {
  readonly dataFolder: string;
  /** `sources` needs no build. */
  readonly code?: 'built' | 'sources';
  readonly environment?: NodeJS.ProcessEnv;
  /** Its working folder, where it may leave core dumps of any size. */
  readonly dumpFolder?: string;
}

const entries = { built: '../../out/main/serve.js', sources: '../../electron/serve.ts' };

export async function startServeProgram(options: ServeProgramOptions): Promise<ServeProgram> {
  const { dataFolder, code = 'sources', environment, dumpFolder } = options;
  const entry = fileURLToPath(new URL(entries[code], import.meta.url));
  const command = [process.execPath, entry, '--no-open', '--data', dataFolder];
  // Only a shell can take the limit off.
  const shell = ['/bin/sh', '-c', 'ulimit -c unlimited; exec "$@"', 'sh'];
  const [file = '', ...args] = dumpFolder ? [...shell, ...command] : command;
  const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/latchkey', ...environment };
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(dumpFolder ? { cwd: dumpFolder } : {}),
    env,
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
      return urlIn(output());
    },
    { withinMs: 30_000, what: 'the web host’s address' },
  );
  const { pid } = child;
  if (pid === undefined) throw new Error('The web host has no process');
  return {
    url,
    async createUrl() {
      const [program = '', ...rest] = command;
      const { stdout } = await promisify(execFile)(program, rest, {
        env: { ...env, NODE_OPTIONS: undefined },
      });
      const another = urlIn(stdout);
      if (!another) throw new Error(`It gave no other address: ${stdout}`);
      return another;
    },
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

const urlIn = (output: string) => /^Latchkey is at (http:\S+)$/m.exec(output)?.[1];
