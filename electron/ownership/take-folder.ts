/** A start of Latchkey: it becomes the owner of its data folder, or hands over to the one that is. */
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '#shared/lib/app-error.ts';
import { FolderLock } from '../storage/index.ts';
import { askOwner, type Outcome } from './ask.ts';
import { readNote } from './owner-note.ts';
import { Ownership, type OwnershipOptions } from './ownership.ts';
import type { AnswerOf, HostKind } from './protocol.ts';

/** How long an owner that does not answer is waited for. It may be ending, which takes up to five seconds. */
const patienceMs = 8_000;
/** How long one that says that it is starting is waited for. */
const startingPatienceMs = 30_000;
/** One answer. */
const answerLimitMs = 3_000;
const [shortestPauseMs, longestPauseMs] = [10, 200];

export type Taken =
  | { readonly kind: 'owner'; readonly ownership: Ownership }
  | { readonly kind: 'handedOver'; readonly to: AnswerOf<'show'> };

export interface TakeFolderOptions extends OwnershipOptions {
  readonly folder: string;
  /** Whether this process can open a browser at the owner's page. */
  readonly opensBrowser: boolean;
}

/**
 * An owner that is starting or ending is waited for, and if it ends, the folder is taken.
 * @throws AppError `conflict`, with who the owner is, when it does not answer; `storage_failed` when the folder can't
 * be used.
 */
export async function takeFolder({ folder, opensBrowser, ...options }: TakeFolderOptions): Promise<Taken> {
  const began = performance.now();
  let pauseMs = shortestPauseMs;
  for (;;) {
    const lock = tryToTake(folder);
    if (lock) return { kind: 'owner', ownership: await Ownership.begin(lock, options) };
    const outcome = await askOwner(folder, { type: 'show', opensBrowser }, answerLimitMs);
    if (outcome.kind === 'answered') return { kind: 'handedOver', to: outcome.answer };
    const isStarting = outcome.kind === 'refused' && outcome.reason === 'starting';
    const isFinal = outcome.kind === 'refused' ? !isStarting : outcome.kind === 'unreadable';
    const waitedMs = performance.now() - began;
    if (isFinal || waitedMs > (isStarting ? startingPatienceMs : patienceMs)) throw ownedBy(folder, outcome);
    await delay(pauseMs);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

function tryToTake(folder: string): FolderLock | undefined {
  try {
    return FolderLock.take(folder);
  } catch (error) {
    if (error instanceof AppError && error.code === 'conflict') return undefined;
    throw error;
  }
}

const hostNames: Readonly<Record<HostKind, string>> = {
  electron: 'the desktop app',
  web: 'the web host',
  cli: 'the `latchkey` command',
};

function ownedBy(folder: string, outcome: Outcome<'show'>): AppError {
  const note = readNote(folder);
  const owner = note && isRunning(note.pid) ? note : undefined;
  const who = owner
    ? ` It is process ${owner.pid}, ${hostNames[owner.host]} of version ${owner.version}.`
    : '';
  const message = `Another Latchkey is using the data folder ${folder}, and ${whatItDoes(outcome)}.${who}`;
  return new AppError('conflict', message, {
    hint: `Go to it, or ${owner ? howToEnd(owner.pid) : 'end it'}, or choose another folder with --data.`,
  });
}

function whatItDoes(outcome: Outcome<'show'>): string {
  if (outcome.kind === 'unreadable') return 'its answer can’t be understood';
  if (outcome.kind !== 'refused') return 'does not answer';
  return outcome.reason === 'starting' ? 'is not ready yet' : `says: “${outcome.message.replace(/\.$/, '')}”`;
}

function howToEnd(pid: number): string {
  if (process.platform === 'win32') return `end it (taskkill /pid ${pid} /f)`;
  return `end it (kill ${pid}; where that does nothing, kill -9 ${pid})`;
}

/** Only to leave out what a killed owner wrote: its number may be another process's by now. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
