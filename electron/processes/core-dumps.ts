/**
 * Keeps secrets out of core dumps. Linux lets a process say which parts of its memory go into one; elsewhere they are
 * off unless an administrator turned them on.
 */
import { writeFileSync } from 'node:fs';

/** A dump of this process has none of its memory from now on, nor has one of those that it starts: they inherit this. */
export function keepMemoryOutOfDumps(): void {
  if (process.platform !== 'linux') return;
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
  } catch {
    // A kernel without this file makes no such dumps, or leaves it to the administrator.
  }
}
