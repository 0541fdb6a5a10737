/**
 * Keeps secrets out of core dumps. Linux lets a process say which parts of its memory go into one; elsewhere they are
 * off unless an administrator turned them on.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Disposer } from '#shared/lib/disposer.ts';

const filter = '/proc/self/coredump_filter';

/**
 * A dump of this process has none of its memory from now on, nor has one of those that it starts: they inherit this.
 * @returns Makes it as it was, for a process that is not Latchkey's own.
 */
export function keepMemoryOutOfDumps(): Disposer {
  const nothing = () => {};
  if (process.platform !== 'linux') return nothing;
  try {
    const before = readFileSync(filter, 'utf8').trim();
    writeFileSync(filter, '0');
    return () => writeFileSync(filter, `0x${before}`);
  } catch {
    // A kernel without this file makes no such dumps, or leaves it to the administrator.
    return nothing;
  }
}
