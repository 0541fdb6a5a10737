/**
 * A file in which the owner of a data folder says who it is and where it listens, so that this is known even when it
 * answers nobody. Only the holder of the folder's lock writes it. What a killed owner left is there until the next one
 * writes its own, and is never proof of anything.
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import { noteName, readNoteText } from './light.ts';
import { identity } from './protocol.ts';

const ownerNote = identity.extend({
  /** The path of its socket, or the name of its pipe; none when it could not make one. */
  address: z.string().max(1024).optional(),
});
export type OwnerNote = z.infer<typeof ownerNote>;

export function writeNote(folder: string, note: OwnerNote): void {
  const path = join(folder, noteName);
  const part = `${path}.part`;
  rmSync(part, { force: true });
  writeFileSync(part, JSON.stringify(note), { mode: 0o600, flag: 'wx' });
  renameSync(part, path);
}

export function removeNote(folder: string): void {
  rmSync(join(folder, noteName), { force: true });
}

/** Undefined when there is none, or none that this user wrote. */
export function readNote(folder: string): OwnerNote | undefined {
  const text = readNoteText(folder);
  if (text === undefined) return undefined;
  try {
    const parsed = parseUnknown(ownerNote, JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
