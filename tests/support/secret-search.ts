/**
 * Looks for planted secrets in whatever may hold them: text, files, streams, the memory of processes. Says where, and
 * in which spelling, and never what. A copy that is cut is found too, down to a run of twelve characters.
 *
 * It has to go through gigabytes: so it looks at four bytes in every few, and only where they occur in a spelling
 * does it look to both sides how far they go on alike.
 */
import { createReadStream, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Secret, type Spelling, spellingsOf } from './secret-spellings.ts';

export interface Finding {
  /** The secret's name. */
  readonly secret: string;
  readonly spelling: string;
  /** A file, a process, a message… */
  readonly where: string;
  /** In bytes, from the beginning of what was searched. */
  readonly offset: number;
  /** False: a part of it, of at least twelve characters. */
  readonly isWhole: boolean;
}

interface Pattern extends Spelling {
  readonly secret: string;
}

/** Where one block of bytes occurs: in which pattern, how far from its beginning. */
interface Occurrence {
  readonly pattern: Pattern;
  readonly at: number;
}

const blockBytes = 4;
const filterBits = 22;

export class SecretSearch {
  readonly #blocks = new Map<number, Occurrence[]>();
  /** One bit for each hash of a block: nearly all of what is read ends here. */
  readonly #filter = new Uint8Array(2 ** (filterBits - 3));
  readonly #stride: number;
  readonly #longest: number;

  constructor(secrets: readonly Secret[]) {
    const patterns = secrets.flatMap((secret) =>
      spellingsOf(secret).map((spelling): Pattern => ({ ...spelling, secret: secret.name })),
    );
    for (const { name } of secrets) {
      if (!patterns.some(({ secret }) => secret === name))
        throw new Error(`“${name}” is too short to be looked for`);
    }
    // In a run of at least this length there is one whole block among those looked at.
    this.#stride = Math.min(...patterns.map(({ leastRun }) => leastRun)) - blockBytes + 1;
    this.#longest = Math.max(...patterns.map(({ bytes }) => bytes.length));
    for (const pattern of patterns) {
      for (let at = 0; at + blockBytes <= pattern.bytes.length; at++) {
        const block = pattern.bytes.readInt32LE(at);
        const occurrences = this.#blocks.get(block) ?? [];
        this.#blocks.set(block, occurrences);
        occurrences.push({ pattern, at });
        const hash = hashOf(block);
        this.#filter[hash >>> 3] = (this.#filter[hash >>> 3] ?? 0) | (1 << (hash & 7));
      }
    }
  }

  inBytes(where: string, bytes: Uint8Array): Finding[] {
    const stream = this.stream(where);
    stream.push(bytes);
    return stream.end();
  }

  inText(where: string, text: string): Finding[] {
    return this.inBytes(where, Buffer.from(text));
  }

  async inFile(path: string): Promise<Finding[]> {
    const stream = this.stream(path);
    for await (const chunk of createReadStream(path, { highWaterMark: 4 * 1024 * 1024 })) stream.push(chunk);
    return stream.end();
  }

  /** Every file below the folder, and their names. One that is taken away meanwhile is left out. */
  async inFolder(folder: string): Promise<{ readonly findings: Finding[]; readonly fileCount: number }> {
    const findings: Finding[] = [];
    let fileCount = 0;
    for (const path of pathsBelow(folder)) {
      findings.push(...this.inText(`the name of ${path}`, path));
      try {
        if (!lstatSync(path).isFile()) continue;
        findings.push(...(await this.inFile(path)));
        fileCount++;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    return { findings, fileCount };
  }

  /** For what comes in pieces: a secret that lies across them is found. */
  stream(where: string): SecretStream {
    return new SecretStream(where, this.#longest, (bytes, from, to, start, found) =>
      this.#scan(bytes, from, to, start, found),
    );
  }

  /** Looks at the blocks that begin from `from` on and before `to`. Gives the first one it did not look at. */
  #scan(bytes: Buffer, from: number, to: number, start: number, found: FoundRuns): number {
    const filter = this.#filter;
    const stride = this.#stride;
    const last = Math.min(to, bytes.length - blockBytes + 1);
    let at = from;
    for (; at < last; at += stride) {
      const block =
        (bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24);
      const hash = hashOf(block);
      if ((filter[hash >>> 3] as number) & (1 << (hash & 7))) {
        for (const occurrence of this.#blocks.get(block) ?? []) extend(bytes, at, start, occurrence, found);
      }
    }
    return at;
  }
}

function hashOf(block: number): number {
  return Math.imul(block, 0x9e3779b1) >>> (32 - filterBits);
}

/** How far the bytes and the pattern are alike on both sides of a block. */
function extend(bytes: Buffer, at: number, start: number, occurrence: Occurrence, found: FoundRuns): void {
  const { pattern, at: inPattern } = occurrence;
  const shift = at - inPattern;
  let from = inPattern;
  while (from > 0 && shift + from > 0 && bytes[shift + from - 1] === pattern.bytes[from - 1]) from--;
  let to = inPattern + blockBytes;
  while (to < pattern.bytes.length && bytes[shift + to] === pattern.bytes[to]) to++;
  if (to - from >= pattern.leastRun) found.add(pattern, start + shift + from, to - from);
}

interface Run {
  readonly pattern: Pattern;
  readonly offset: number;
  readonly length: number;
}

/** Runs of one stream. Spellings resemble each other: of those that overlap, a whole one is told, or else the longest. */
class FoundRuns {
  readonly #runs = new Map<string, Run>();

  add(pattern: Pattern, offset: number, length: number): void {
    const key = `${pattern.secret}\n${pattern.name}\n${offset}`;
    const known = this.#runs.get(key);
    if (!known || known.length < length) this.#runs.set(key, { pattern, offset, length });
  }

  findings(where: string): Finding[] {
    const kept: Run[] = [];
    for (const run of [...this.#runs.values()].toSorted((one, other) => one.offset - other.offset)) {
      const before = kept.findLastIndex(
        ({ pattern, offset, length }) =>
          pattern.secret === run.pattern.secret && offset + length > run.offset,
      );
      if (before < 0) kept.push(run);
      else if (isBetter(run, kept[before] as Run)) kept[before] = run;
    }
    return kept.map(({ pattern, offset, length }) => ({
      secret: pattern.secret,
      spelling: pattern.name,
      where,
      offset,
      isWhole: length === pattern.bytes.length,
    }));
  }
}

function isBetter(run: Run, other: Run): boolean {
  const isWhole = run.length === run.pattern.bytes.length;
  if (isWhole !== (other.length === other.pattern.bytes.length)) return isWhole;
  return run.length > other.length;
}

type Scan = (bytes: Buffer, from: number, to: number, start: number, found: FoundRuns) => number;

export class SecretStream {
  readonly #where: string;
  readonly #longest: number;
  readonly #scan: Scan;
  readonly #found = new FoundRuns();
  /** What was pushed last, as far as it is still needed, in a buffer with room; `#start` is its first byte's offset. */
  #bytes = Buffer.alloc(0);
  #length = 0;
  #start = 0;
  /** The offset of the next block to look at. */
  #next = 0;

  constructor(where: string, longest: number, scan: Scan) {
    this.#where = where;
    this.#longest = longest;
    this.#scan = scan;
  }

  /** The chunk may be used again afterwards. */
  push(chunk: Uint8Array): void {
    if (this.#length + chunk.length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(this.#length + chunk.length + 2 * this.#longest + blockBytes);
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length += chunk.length;
    // A block close to the end waits until what comes after it is here.
    this.#advance(this.#length - this.#longest);
    const passed = Math.max(0, this.#next - this.#start - this.#longest);
    this.#bytes.copyWithin(0, passed, this.#length);
    this.#length -= passed;
    this.#start += passed;
  }

  /** Goes on at an offset further on: nothing lies across the gap. */
  skipTo(offset: number): void {
    this.#advance(this.#length);
    this.#length = 0;
    this.#start = offset;
    this.#next = offset;
  }

  end(): Finding[] {
    this.#advance(this.#length);
    return this.#found.findings(this.#where);
  }

  #advance(to: number): void {
    const from = this.#next - this.#start;
    if (from >= to) return;
    const bytes = this.#bytes.subarray(0, this.#length);
    this.#next = this.#start + this.#scan(bytes, from, to, this.#start, this.#found);
  }
}

function* pathsBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    yield path;
    if (entry.isDirectory()) yield* pathsBelow(path);
  }
}
