/**
 * A file in which the owner of a data folder says who it is and where it listens, so that this is known even when it
 * answers nobody. Only the holder of the folder's lock writes it. What a killed owner left is there until the next one
 * writes its own, and is never proof of anything.
 */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import { identity } from './protocol.ts';

const fileName = 'owner.json';
const sizeLimitBytes = 4096;

const ownerNote = identity.extend({
  /** The path of its socket, or the name of its pipe; none when it could not make one. */
  address: z.string().max(1024).optional(),
});
export type OwnerNote = z.infer<typeof ownerNote>;

export function writeNote(folder: string, note: OwnerNote): void {
  const path = join(folder, fileName);
  const part = `${path}.part`;
  rmSync(part, { force: true });
  writeFileSync(part, JSON.stringify(note), { mode: 0o600, flag: 'wx' });
  renameSync(part, path);
}

export function removeNote(folder: string): void {
  rmSync(join(folder, fileName), { force: true });
}

/** Undefined when there is none, or none that this user wrote. */
export function readNote(folder: string): OwnerNote | undefined {
  let file: number | undefined;
  try {
    // Non-blocking: opening a FIFO would wait for its writer.
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    file = openSync(join(folder, fileName), flags);
    const { size, uid } = fstatSync(file);
    if (size > sizeLimitBytes || (process.getuid && uid !== process.getuid())) return undefined;
    const bytes = Buffer.alloc(size);
    readSync(file, bytes, 0, size, 0);
    const parsed = parseUnknown(ownerNote, JSON.parse(bytes.toString()));
    return parsed.success ? parsed.data : undefined;
  } catch {
    // Not there, not readable, or not JSON: then nothing is known of the owner.
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
