/** The web host as a program whose folders, messages and output can all be searched afterwards. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Control, controlBytes, missedIn } from './leak-verdict.ts';
import { processTree, searchProcess } from './process-memory.ts';
import { type RecordedMessage, readRecordedMessages } from './recorded-messages.ts';
import type { Finding, SecretSearch } from './secret-search.ts';
import { type ServeProgram, startServeProgram } from './serve-program.ts';

export class WatchedFolders {
  readonly data: string;
  /** What the program takes for the system's folder of temporary files. */
  readonly temporary: string;
  /** Where a user would have files written. */
  readonly user: string;
  readonly #recording: string;

  constructor(folder: string) {
    [this.data, this.temporary, this.user] = ['data', 'temporary', 'user'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    for (const path of [this.data, this.temporary, this.user]) mkdirSync(path, { mode: 0o700 });
    this.#recording = join(folder, 'messages');
    writeFileSync(this.#recording, '');
  }

  /** Passphrases cost little there, and providers are at `providersAt`, or nowhere. */
  start(environment: NodeJS.ProcessEnv, providersAt?: string): Promise<ServeProgram> {
    return startServeProgram({
      dataFolder: this.data,
      environment: {
        ...environment,
        TMPDIR: this.temporary,
        NODE_OPTIONS: preloading('record-messages.ts', 'quick-vault.ts'),
        LATCHKEY_TEST_MESSAGES: this.#recording,
        LATCHKEY_TEST_PROVIDERS: providersAt,
      },
    });
  }

  /** Of all its runs. */
  messages(from: string): RecordedMessage[] {
    return readRecordedMessages(this.#recording).filter((message) => message.from === from);
  }

  /** What the program keeps on disk. @throws when a control of the search's own is not found there */
  async findings(search: SecretSearch, control: Control): Promise<Finding[]> {
    const all: Finding[] = [];
    for (const path of [this.data, this.temporary]) {
      writeFileSync(join(path, 'control'), controlBytes(control));
      const { findings } = await search.inFolder(path);
      const missed = missedIn(findings, control);
      if (missed.length > 0) throw new Error(`The search of ${path} misses ${missed}`);
      all.push(...findings);
    }
    return all;
  }
}

/** Node's options for a program that is to begin with these modules of this folder. */
export function preloading(...modules: readonly string[]): string {
  return modules.map((name) => `--import ${new URL(name, import.meta.url).href}`).join(' ');
}

/** It and everything below it, at once and without a goodbye: what was written last is in SQLite's write-ahead log only. */
export async function killAll(host: ServeProgram): Promise<void> {
  for (const { pid } of processTree(host.pid)) process.kill(pid, 'SIGKILL');
  await host.ended;
}

export interface MemoryFindings {
  readonly vault: readonly Finding[];
  readonly others: readonly Finding[];
}

/** In the memory, the environment and on the command line of the program and of all that it started. */
export function findingsInMemory(search: SecretSearch, host: ServeProgram): MemoryFindings {
  const vaultPid = host.child('latchkey-vault')?.pid;
  const found = processTree(host.pid).map(({ pid, commandLine }) => {
    const name = pid === host.pid ? 'main' : commandLine;
    return { pid, findings: searchProcess(search, pid, name)?.findings ?? [] };
  });
  return {
    vault: found.filter(({ pid }) => pid === vaultPid).flatMap(({ findings }) => findings),
    others: found.filter(({ pid }) => pid !== vaultPid).flatMap(({ findings }) => findings),
  };
}

/** The names of those that are there as a whole. */
export function wholeIn(findings: readonly Finding[]): Set<string> {
  return new Set(findings.filter(({ isWhole }) => isWhole).map(({ secret }) => secret));
}
