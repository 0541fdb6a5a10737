/** Reads a part of a segment that its index says is there. */
import { readSync } from 'node:fs';

/** Fills `bytes` from `offset` of the file on. False: the file ends before. */
export function readWhole(file: number, bytes: Uint8Array, offset: number): boolean {
  for (let done = 0; done < bytes.length; ) {
    const read = readSync(file, bytes, done, bytes.length - done, offset + done);
    if (read === 0) return false;
    done += read;
  }
  return true;
}
