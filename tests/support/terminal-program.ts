/** A program at a terminal: util-linux's `script` gives it one, and passes on what is typed and shown. */
import { spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { eventually } from './conditions.ts';

export interface TerminalProgram {
  /** All that the terminal has shown: the echo of what was typed as well. */
  readonly shown: () => string;
  /** What it has shown since the last `type`. */
  readonly shownSince: () => string;
  type(keys: string): void;
  /** Waits until it has shown this since the last `type`. */
  shows(pattern: RegExp): Promise<RegExpExecArray>;
  /** The exit code; 128 and the signal's number when one ended it. */
  readonly ended: Promise<number | null>;
}

const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

export function startAtTerminal(
  command: readonly string[],
  { env, cwd }: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
): TerminalProgram {
  // A wide one: nothing is broken into lines. The shell becomes the program.
  const line = `stty cols 2000 rows 50; exec ${command.map(quoted).join(' ')}`;
  const child = spawn('script', ['-qfec', line, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
    env: {
      ...process.env,
      TERM: 'dumb',
      SHELL: '/bin/sh',
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/latchkey',
      ...env,
    },
    ...(cwd === undefined ? {} : { cwd }),
  });
  let [shown, since] = ['', 0];
  child.stdout.on('data', (chunk) => {
    shown += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  onTestFinished(() => {
    try {
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // ESRCH: nothing of it is left.
    }
  });
  return {
    shown: () => shown,
    shownSince: () => shown.slice(since),
    type: (keys) => {
      since = shown.length;
      child.stdin.write(keys);
    },
    shows: (pattern) =>
      eventually(
        () => {
          const found = pattern.exec(shown.slice(since));
          if (!found && child.exitCode !== null) throw new Error(`It ended without ${pattern}: ${shown}`);
          return found ?? undefined;
        },
        { what: `${pattern} on the terminal`, withinMs: 20_000 },
      ).catch((error: Error) => {
        throw new Error(`${error.message}; it shows ${JSON.stringify(shown.slice(since))}`);
      }),
    ended,
  };
}
