/**
 * What a repository has ever kept, reachable or not: every object, unpacked by git itself. Only git's plumbing is run,
 * with the repository's own hooks, filters and helpers left out; it is given object names and never a secret.
 */
import { type ChildProcessByStdio, type ExecFileException, execFile, spawn } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { AppError } from '#shared/lib/app-error.ts';

type Git = ChildProcessByStdio<null, Readable, null>;

const newline = 10;

const plumbing = [
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  // It would have the repository's own gpg.program look at signatures.
  '-c',
  'log.showSignature=false',
  // A store is read wherever it is; nothing of what it configures is run.
  '-c',
  'safe.bareRepository=all',
  '--no-optional-locks',
  '--no-pager',
];

const environment = () => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  GIT_TERMINAL_PROMPT: '0',
  // What a partial clone has left at its server stays there; older versions know the second way only.
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: 'none',
  LC_ALL: 'C',
});

/** A store may name a folder of files that is gone, which git would go to; it needs none for what is asked here. */
const inStore = '--work-tree=.';

function git(store: string, args: readonly string[]): Git {
  return spawn('git', ['-C', store, ...plumbing, inStore, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: environment(),
  });
}

/**
 * Where the repository that a folder is part of keeps everything: the same for all its work trees.
 * @returns undefined: it is in no repository, or there is no git
 * @throws AppError `cancelled`; `not_found` when git refuses the repository
 */
export async function storeAround(folder: string, signal: AbortSignal): Promise<string | undefined> {
  return askForStore(folder, [], signal);
}

/** As `storeAround`, for a folder that names its store in a file. @throws AppError `cancelled`, `not_found` */
export async function storeOfWorkTree(folder: string, signal: AbortSignal): Promise<string> {
  const store = await askForStore(folder, [], signal);
  if (store === undefined) throw unreadable();
  return store;
}

/**
 * As `storeAround`, for what looks like a store itself: git would take one that is damaged for a part of the repository
 * around it. @throws AppError `cancelled`, `not_found`
 */
export async function checkedStore(path: string, signal: AbortSignal): Promise<string> {
  const store = await askForStore(path, [inStore], signal);
  if (store === undefined || store !== (await realpath(path))) throw unreadable();
  return store;
}

async function askForStore(folder: string, options: readonly string[], signal: AbortSignal) {
  const args = ['-C', folder, ...plumbing, ...options, 'rev-parse', '--git-common-dir'];
  const { error, told, complaint } = await new Promise<{
    readonly error: ExecFileException | null;
    readonly told: string;
    readonly complaint: string;
  }>((answer) =>
    execFile('git', args, { env: environment(), signal }, (failure, stdout, stderr) =>
      answer({ error: failure, told: stdout, complaint: stderr }),
    ),
  );
  if (signal.aborted) throw cancelled();
  if (error?.code === 'ENOENT') return undefined;
  if (error && /^fatal: not a git repository \(or any/m.test(complaint)) return undefined;
  if (error) throw unreadable();
  return realpath(resolve(folder, told.replace(/\n$/, ''))).catch(() => {
    throw unreadable();
  });
}

export interface ObjectReader {
  begin(objectId: string, isTree: boolean): { push(chunk: Uint8Array): void; end(): void };
  /** git knows of the object, and can't read it. */
  missing(): void;
}

/**
 * Hands every object over, in pieces. Of a tree the names are plain.
 * @param store As the functions above tell it.
 * @throws AppError `cancelled`; `not_found` when git is missing or can't read the repository to its end.
 */
export async function readGitObjects(
  store: string,
  signal: AbortSignal,
  reader: ObjectReader,
): Promise<void> {
  const child = git(store, ['cat-file', '--batch-all-objects', '--unordered', '--batch']);
  const stop = () => child.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', () => reject(unreadable()));
    child.once('close', resolve);
  });
  ended.catch(() => {});
  try {
    const isWhole = await readBatch(child.stdout, reader);
    if (signal.aborted) throw cancelled();
    if ((await ended) !== 0 || !isWhole) throw signal.aborted ? cancelled() : unreadable();
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

const objectHeader = /^([0-9a-f]{40}|[0-9a-f]{64}) (?:(blob|tree|commit|tag) (\d{1,15})|missing)$/;
/** No header is as long as this. */
const headerLimit = 200;

/**
 * `ID TYPE SIZE\n`, so many bytes, `\n`; and again. An object that can't be read is `ID missing\n`, and has no bytes.
 * Source: git-cat-file(1), “batch output”. After anything else there is no telling where the next one begins.
 * @returns False: it ended within an object.
 * @throws AppError `not_found`
 */
async function readBatch(output: Readable, { begin, missing }: ObjectReader): Promise<boolean> {
  let header = '';
  let left = 0;
  let isEndDue = false;
  let current: ReturnType<typeof begin> | undefined;
  for await (const piece of output as AsyncIterable<Buffer>) {
    for (let at = 0; at < piece.length; ) {
      if (left > 0) {
        const part = piece.subarray(at, at + left);
        current?.push(part);
        at += part.length;
        left -= part.length;
      } else if (isEndDue) {
        if (piece[at] !== newline) throw unreadable();
        current?.end();
        current = undefined;
        isEndDue = false;
        at++;
      } else {
        const lineEnd = piece.indexOf(newline, at);
        header += piece.toString('latin1', at, lineEnd < 0 ? piece.length : lineEnd);
        if (header.length > headerLimit) throw unreadable();
        at = lineEnd < 0 ? piece.length : lineEnd + 1;
        if (lineEnd < 0) continue;
        const [, objectId, type, size] = objectHeader.exec(header) ?? [];
        header = '';
        if (objectId === undefined) throw unreadable();
        if (type === undefined) {
          missing();
          continue;
        }
        left = Number(size);
        current = begin(objectId, type === 'tree');
        isEndDue = true;
      }
    }
  }
  return header === '' && !isEndDue;
}

/** The first commit that has the object, and its path there. Undefined: no commit that a branch or tag leads to. */
export async function whereCommitted(
  store: string,
  objectId: string,
  signal: AbortSignal,
): Promise<{ readonly commit: string; readonly path: string } | undefined> {
  const args = [
    'log',
    '--all',
    '--reverse',
    '--no-textconv',
    '--no-ext-diff',
    '--format=%H',
    '--name-only',
    '-z',
    '-m',
  ];
  const child = git(store, [...args, `--find-object=${objectId}`]);
  const stop = () => child.kill('SIGKILL');
  // A git that is gone by now is told by its output, which ends.
  child.once('error', () => {});
  signal.addEventListener('abort', stop, { once: true });
  let text = '';
  try {
    for await (const piece of child.stdout as AsyncIterable<Buffer>) {
      text += piece.toString('utf8');
      if (text.length > 65_536) stop();
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
  if (signal.aborted) throw cancelled();
  const [commit, path] = text.split(/[\0\n]+/).filter(Boolean);
  return commit && path ? { commit, path } : undefined;
}

export function cancelled(): AppError {
  return new AppError('cancelled', 'The sweep was cancelled.');
}

function unreadable(): AppError {
  return new AppError('not_found', 'The git history could not be read.', {
    hint: 'Check that git is installed and that “git log” works in this folder.',
  });
}
