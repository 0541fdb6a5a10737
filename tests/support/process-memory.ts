/** What a running process holds: its memory, its environment, its command line, its children. Linux only. */
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import type { Finding, SecretSearch } from './secret-search.ts';

export interface MemoryReport {
  readonly findings: Finding[];
  readonly readBytes: number;
  /** Of private mappings, pages that the process never touched or gave back: there is nothing of its own in them. */
  readonly absentBytes: number;
  /** Readable mappings that the kernel did not give all of, by name: its own `[vvar]`, what lies beyond a file's end. */
  readonly unread: readonly string[];
}

interface Mapping {
  readonly from: number;
  readonly to: number;
  readonly isShared: boolean;
  readonly name: string;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

const pageBytes = 4096;
const pageMapEntries = Buffer.alloc(1024 * 1024);
const chunkBytes = 4 * 1024 * 1024;
/** Addresses above are the kernel's own: `[vsyscall]`. */
const userSpaceEnd = 2 ** 47;

/** All of its readable mappings. @throws when the process is gone, or belongs to somebody else. */
export function searchMemory(search: SecretSearch, pid: number, name: string): MemoryReport {
  const mappings = readableMappings(pid);
  const unread: string[] = [];
  let [readBytes, absentBytes] = [0, 0];
  const stream = search.stream(`the memory of ${name}`);
  const chunk = Buffer.alloc(chunkBytes);
  const [memory, pageMap] = [openSync(`/proc/${pid}/mem`, 'r'), openSync(`/proc/${pid}/pagemap`, 'r')];
  try {
    for (const mapping of mappings) {
      absentBytes += mapping.to - mapping.from;
      for (const { from, to } of mapping.isShared ? [mapping] : presentRanges(pageMap, mapping)) {
        absentBytes -= to - from;
        stream.skipTo(from);
        for (let at = from; at < to; ) {
          const got = readAt(memory, chunk, Math.min(chunkBytes, to - at), at);
          if (got === 0) {
            unread.push(mapping.name);
            break;
          }
          stream.push(chunk.subarray(0, got));
          readBytes += got;
          at += got;
        }
      }
    }
  } finally {
    closeSync(memory);
    closeSync(pageMap);
  }
  const findings = stream.end().map((finding) => {
    const { offset, where } = finding;
    const mapping = mappings.find(({ from, to }) => from <= offset && offset < to);
    return { ...finding, where: `${where} (${mapping?.name})` };
  });
  return { findings, readBytes, absentBytes, unread };
}

/** Its memory, and what it was started with. Undefined: it ended meanwhile. */
export function searchProcess(search: SecretSearch, pid: number, name: string): MemoryReport | undefined {
  try {
    const report = searchMemory(search, pid, name);
    report.findings.push(...searchStartOf(search, pid, name));
    // Of a process that has just ended, nothing can be read, without an error.
    return isAlive(pid) ? report : undefined;
  } catch (error) {
    if (isAlive(pid)) throw error;
    return undefined;
  }
}

function readableMappings(pid: number): Mapping[] {
  return readFileSync(`/proc/${pid}/maps`, 'latin1')
    .split('\n')
    .flatMap((line): Mapping[] => {
      const [, from, to, kind, name] = /^(\w+)-(\w+) r..(.) \S+ \S+ \S+ *(.*)$/.exec(line) ?? [];
      if (!from || !to) return [];
      return [
        {
          from: Number.parseInt(from, 16),
          to: Number.parseInt(to, 16),
          isShared: kind === 's',
          name: name || 'anonymous',
        },
      ];
    })
    .filter(({ to }) => to <= userSpaceEnd);
}

/** The pages that are in memory or swapped out, as the bits of https://docs.kernel.org/admin-guide/mm/pagemap.html say. */
function presentRanges(pageMap: number, { from, to }: Mapping): Range[] {
  const ranges: Range[] = [];
  let start: number | undefined;
  for (let at = from; at < to; ) {
    const wanted = Math.min(pageMapEntries.length, ((to - at) / pageBytes) * 8);
    const got = readAt(pageMap, pageMapEntries, wanted, (at / pageBytes) * 8);
    if (got === 0) throw new Error('The page map ended before the mapping did');
    for (let entry = 7; entry < got; entry += 8, at += pageBytes) {
      const isPresent = ((pageMapEntries[entry] as number) & 0xc0) !== 0;
      if (isPresent) start ??= at;
      else if (start !== undefined) {
        ranges.push({ from: start, to: at });
        start = undefined;
      }
    }
  }
  if (start !== undefined) ranges.push({ from: start, to });
  return ranges;
}

/** 0: nothing can be read there. */
function readAt(file: number, chunk: Buffer, length: number, position: number): number {
  try {
    return readSync(file, chunk, 0, length, position);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EIO') return 0;
    throw error;
  }
}

/** What every user of the machine may see of it, and what its owner may. */
export function searchStartOf(search: SecretSearch, pid: number, name: string): Finding[] {
  return ['cmdline', 'environ'].flatMap((file) =>
    search.inBytes(`the ${file} of ${name}`, readFileSync(`/proc/${pid}/${file}`)),
  );
}

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly commandLine: string;
}

/** A process and all below it, parents first. Those that are ending are left out. */
export function processTree(root: number): ProcessEntry[] {
  const all = allProcesses();
  const found = all.filter(({ pid }) => pid === root);
  for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid));
  return found;
}

/** With this text on their command line. */
export function processesNaming(text: string): ProcessEntry[] {
  return allProcesses().filter(({ pid, commandLine }) => pid !== process.pid && commandLine.includes(text));
}

function allProcesses(): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)));
}

export function isAlive(pid: number): boolean {
  return readProcess(pid).length > 0;
}

function readProcess(pid: number): ProcessEntry[] {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    if (/^State:\s+[ZX]/m.test(status)) return [];
    const parent = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]);
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
    return [{ pid, parent, commandLine }];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return [];
    throw error;
  }
}
