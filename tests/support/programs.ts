/** Programs as a user starts them: what they print, how they end, and that none outlives its test. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { eventually } from './conditions.ts';

export interface Program {
  readonly pid: number;
  readonly child: ChildProcess;
  /** The exit code, or the signal's name. */
  readonly ended: Promise<number | string | null>;
  /** What it has written to standard output, and to standard error. */
  output(): string;
  complaints(): string;
  /** Waits until its standard output has what is looked for. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  signal(signal: NodeJS.Signals): void;
}

export interface ProgramOptions extends Pick<SpawnOptions, 'cwd' | 'uid' | 'gid'> {
  readonly env?: NodeJS.ProcessEnv;
  /** A channel for messages, as between Node's processes. */
  readonly hasChannel?: boolean;
}

/** Runs in a group of its own, as a terminal gives to what is started in it. */
export function startProgram(
  file: string,
  args: readonly string[],
  { env, hasChannel = false, ...options }: ProgramOptions = {},
): Program {
  const child = spawn(file, args, {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe', ...(hasChannel ? (['ipc'] as const) : [])],
    detached: true,
    // No keychain unless a test brings its own, and no display.
    env: {
      ...process.env,
      DISPLAY: undefined,
      WAYLAND_DISPLAY: undefined,
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/latchkey',
      ...env,
    },
  });
  let [output, complaints] = ['', ''];
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    complaints += chunk;
  });
  // After everything that it wrote has been read.
  const ended = new Promise<number | string | null>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal)),
  );
  const pid = child.pid ?? 0;
  onTestFinished(() => killGroup(pid));
  return {
    pid,
    child,
    ended,
    output: () => output,
    complaints: () => complaints,
    says: (pattern) =>
      eventually(
        () => {
          const found = pattern.exec(output);
          if (found) return found;
          if (child.exitCode !== null || child.signalCode !== null)
            throw new Error(`It ended without saying ${pattern}: ${output}${complaints}`);
          return undefined;
        },
        { what: String(pattern), withinMs: 20_000 },
      ),
    signal: (signal) => child.kill(signal),
  };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: nothing of it is left.
  }
}

const serveEntry = fileURLToPath(new URL('../../electron/serve.ts', import.meta.url));

/** The web host, from its sources. */
export function startServe(
  folder: string,
  flags: readonly string[] = ['--no-open'],
  options: ProgramOptions = {},
): Program {
  return startProgram(process.execPath, [serveEntry, '--data', folder, ...flags], options);
}

/** The address that a web host says it has. */
export async function urlOf(program: Program): Promise<string> {
  const [, url] = await program.says(/^Latchkey is .*?(http:\S+)\n/m);
  return String(url);
}
