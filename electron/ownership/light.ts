/**
 * What a caller needs to reach the owner of a data folder, in one module that loads neither zod nor SQLite: a command
 * that has to start fast takes it from here, and checks itself what it is answered.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';

/** Changes when an owner and a caller of different versions could misunderstand each other. */
export const protocolVersion = 1;

/** The longest request, in bytes. */
export const lineLimitBytes = 64 * 1024;

/** The longest answer, in bytes: some thousand apps. */
export const answerLimitBytes = 4 * 1024 * 1024;

export const noteName = 'owner.json';
const noteLimitBytes = 4096;

/** Of the owner's note: undefined when there is none, or none that this user wrote. */
export function readNoteText(folder: string): string | undefined {
  let file: number | undefined;
  try {
    // Non-blocking: opening a FIFO would wait for its writer.
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    file = openSync(join(folder, noteName), flags);
    const { size, uid } = fstatSync(file);
    if (size > noteLimitBytes || (process.getuid && uid !== process.getuid())) return undefined;
    const bytes = Buffer.alloc(size);
    readSync(file, bytes, 0, size, 0);
    return bytes.toString();
  } catch {
    // Not there, or not readable: then nothing is known of the owner.
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Of this user, and nobody else can enter it: not itself a link. */
export function isOursAlone(folder: string): boolean {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && stats.uid === process.getuid?.() && (stats.mode & 0o077) === 0;
}

/** The address, unless others could have put a socket of theirs there: then it may be theirs. */
export function trustedAddress(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  return process.platform === 'win32' || isOursAlone(dirname(address)) ? address : undefined;
}

export type Failure =
  /** Nobody listens: the owner has no socket yet, or no more, or could not make one. */
  | { readonly kind: 'absent' }
  /** The connection was closed without an answer. */
  | { readonly kind: 'dropped' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'unreadable' };

/** One line to the owner, and one line back. @param request Without the line's end. */
export function exchange(
  address: string,
  request: string | Uint8Array,
  { timeoutMs, limitBytes }: { readonly timeoutMs: number; readonly limitBytes: number },
): Promise<string | Failure> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const finish = (result: string | Failure) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => finish({ kind: 'silent' }), timeoutMs);
    const received: Buffer[] = [];
    let receivedBytes = 0;
    socket.once('connect', () => {
      socket.write(request);
      socket.write('\n');
    });
    socket.on('data', (chunk: Buffer) => {
      const end = chunk.indexOf(0x0a);
      received.push(end === -1 ? chunk : chunk.subarray(0, end));
      receivedBytes += chunk.length;
      if (end !== -1) finish(Buffer.concat(received).toString());
      else if (receivedBytes > limitBytes) finish({ kind: 'unreadable' });
    });
    socket.once('error', ({ code }: NodeJS.ErrnoException) =>
      finish({ kind: code === 'ENOENT' || code === 'ECONNREFUSED' ? 'absent' : 'dropped' }),
    );
    socket.once('close', () => finish({ kind: 'dropped' }));
  });
}
