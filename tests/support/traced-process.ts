/**
 * Processes under strace, which shows what they ask of the kernel, and can kill one just before a system call of
 * choice: so no moment between two changes of the disk is missed. Linux only, and only where strace is installed and
 * may trace.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProcessToKill } from './killed-process.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Whatever changes the disk, or makes it keep a change. */
const changingCalls = [
  'pwrite64',
  'pwritev',
  'fdatasync',
  'fsync',
  'rename',
  'ftruncate',
  'unlink',
  'mkdir',
] as const;
type ChangingCall = (typeof changingCalls)[number];

/** Why nothing can be traced here, or undefined. */
export function whyNoTracing(): string | undefined {
  const tried = spawnSync('strace', ['-qq', '-e', 'trace=none', process.execPath, '--version']);
  if (tried.error) return 'strace is not installed.';
  return tried.status === 0 ? undefined : 'strace may not trace here.';
}

export interface TracedCall {
  readonly thread: string;
  readonly name: string;
  readonly text: string;
}

/** The moments of a process between two of its changes of the disk. */
export class KillMoments {
  readonly #counts: ReadonlyMap<ChangingCall, number>;

  private constructor(counts: ReadonlyMap<ChangingCall, number>) {
    this.#counts = counts;
  }

  /** Learns them from a run that ends by itself. */
  static async of(options: ProcessToKill): Promise<KillMoments> {
    const counts = new Map<ChangingCall, number>();
    const ofThread = new Map<string, number>();
    for (const { thread, name } of await trace(options, changingCalls)) {
      const known = changingCalls.find((call) => call === name);
      if (!known) continue;
      const count = (ofThread.get(`${thread} ${name}`) ?? 0) + 1;
      ofThread.set(`${thread} ${name}`, count);
      counts.set(known, Math.max(count, counts.get(known) ?? 0));
    }
    return new KillMoments(counts);
  }

  get count(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /**
   * Runs the process until just before one of these calls. Any kind of call is as likely as another, and the first ones
   * more than later ones: of those there are long rows for one purpose. strace counts for each thread, and no two runs
   * are quite the same, so the process may also live on: it then ends by itself.
   * @returns what it told
   */
  killAtOne<Message>(options: ProcessToKill, random: SeededRandom): Promise<Message[]> {
    const [call, count] = random.pick([...this.#counts]);
    const when = Math.floor((count + 1) ** random.fraction());
    const inject = `inject=${call}:signal=SIGKILL:when=${when}`;
    return run<Message>(options, ['-o', '/dev/null', '-e', `trace=${call}`, '-e', inject]);
  }
}

/** Runs the process to its end. */
export async function trace(options: ProcessToKill, calls: readonly string[]): Promise<TracedCall[]> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-trace-'));
  try {
    const path = join(folder, 'trace');
    await run(options, ['-o', path, '-y', '-e', `trace=${calls.join(',')}`]);
    return readFileSync(path, 'utf8').split('\n').flatMap(tracedCall);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function tracedCall(line: string): TracedCall[] {
  const match = /^(\d+) +(\w+)\(/.exec(line);
  return match ? [{ thread: match[1] ?? '', name: match[2] ?? '', text: line }] : [];
}

async function run<Message>(
  { entry, argument, env }: ProcessToKill,
  flags: readonly string[],
): Promise<Message[]> {
  const command = [process.execPath, fileURLToPath(entry), JSON.stringify(argument)];
  const child: ChildProcess = spawn('strace', ['-f', '-qq', '--seccomp-bpf', ...flags, '--', ...command], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_OPTIONS: undefined, ...env },
  });
  const told: Message[] = [];
  child.on('message', (message) => {
    if (message === 'ready') child.send('go');
    else told.push(message as Message);
  });
  await Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
  return told;
}
