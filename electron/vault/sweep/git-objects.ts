/**
 * What a repository has ever kept, reachable or not: every object, unpacked by git itself. Only git's plumbing is run,
 * with the repository's own hooks, filters and helpers left out; it is given object names and never a secret.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
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
  '--no-optional-locks',
  '--no-pager',
];

function git(folder: string, args: readonly string[]): Git {
  return spawn('git', ['-C', folder, ...plumbing, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      GIT_TERMINAL_PROMPT: '0',
      // What a partial clone has left at its server stays there; older versions know the second way only.
      GIT_NO_LAZY_FETCH: '1',
      GIT_ALLOW_PROTOCOL: 'none',
      LC_ALL: 'C',
    },
  });
}

export interface ObjectReader {
  begin(objectId: string): { push(chunk: Uint8Array): void; end(): void };
  /** git knows of the object, and can't read it. */
  missing(): void;
}

/**
 * Hands every blob, commit and tag over, in pieces.
 * @throws AppError `cancelled`; `not_found` when git is missing or can't read the repository to its end.
 */
export async function readGitObjects(
  folder: string,
  signal: AbortSignal,
  reader: ObjectReader,
): Promise<void> {
  const child = git(folder, ['cat-file', '--batch-all-objects', '--unordered', '--batch']);
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
        // A tree holds names and other objects' ids; its blobs come by themselves.
        current = type === 'tree' ? undefined : begin(objectId);
        isEndDue = true;
      }
    }
  }
  return header === '' && !isEndDue;
}

/** The first commit that has the object, and its path there. Undefined: no commit that a branch or tag leads to. */
export async function whereCommitted(
  folder: string,
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
  const child = git(folder, [...args, `--find-object=${objectId}`]);
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
