/**
 * Takes a colleague's export in as a session of its own. It may hold anything: each line is checked and written anew, so
 * that what is stored is of the log's own form, with the frames byte for byte as they came.
 */

import { once } from 'node:events';
import { createWriteStream, mkdirSync, rmSync, type WriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { AppError } from '#shared/lib/app-error.ts';
import { isJsonText, memberText } from '../json-text.ts';
import { usualLimits } from '../segment-log.ts';
import { firstSegmentNumber, segmentName } from '../torn-line.ts';

/** A frame of 16 MB, in the form that takes most room. */
const lineLimitBytes = 128 * 1024 * 1024;
const blockBytes = 1024 * 1024;

export interface Imported {
  readonly events: number;
  /** Lines that are no events. */
  readonly leftOut: number;
}

export interface ImportOptions {
  readonly path: string;
  /** To be made, and to be taken away by the caller when this fails. */
  readonly folder: string;
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
  readonly isCancelled: () => boolean;
}

/** @throws AppError `not_found`, `refused` for what is no export, `cancelled`, `storage_failed` */
export async function importSession({
  path,
  folder,
  onProgress,
  isCancelled,
}: ImportOptions): Promise<Imported> {
  const writer = new SegmentWriter(folder);
  let events = 0;
  let leftOut = 0;
  for await (const { line, doneBytes, totalBytes } of linesOf(path)) {
    if (isCancelled()) {
      await writer.close();
      throw new AppError('cancelled', 'The import was cancelled.');
    }
    onProgress(doneBytes, totalBytes);
    if (line === undefined) {
      leftOut++;
      continue;
    }
    if (line.trim() === '' || isHeader(line)) continue;
    const own = ownLine(line);
    if (own === undefined) {
      leftOut++;
      // A large file that begins with nothing of ours is something else.
      if (events === 0 && leftOut >= 1000) break;
      continue;
    }
    events++;
    await writer.write(own);
  }
  await writer.close();
  if (events > 0) return { events, leftOut };
  throw new AppError('refused', 'This file has no line of a log in it.', {
    hint: 'Choose an NDJSON export of Latchkey, or a segment of its log.',
  });
}

function isHeader(line: string): boolean {
  return line.startsWith('{"latchkey":"log"') && isJsonText(line);
}

/** The line in the log's own form. Undefined: it is no event. */
function ownLine(line: string): string | undefined {
  if (!isJsonText(line)) return undefined;
  const at = number(line, 't');
  const direction = text(line, 'dir');
  const connection = memberText(line, 'conn') === undefined ? 1 : number(line, 'conn');
  if (at === undefined || at < 0 || at > 8.64e15) return undefined;
  if (connection === undefined || !Number.isInteger(connection) || connection < 0 || connection > 63)
    return undefined;
  const start = `{"t":${at},"dir":"${direction}"${connection === 1 ? '' : `,"conn":${connection}`}`;
  if (direction === 'note') {
    const [note, words] = [text(line, 'note'), text(line, 'text')];
    if (note === undefined || words === undefined) return undefined;
    return `${start},"note":${JSON.stringify(note)},"text":${JSON.stringify(words)}}\n`;
  }
  if (direction !== 'in' && direction !== 'out') return undefined;
  const frame = memberText(line, 'frame');
  if (frame?.isWhole) return `${start},"frame":${frame.text}}\n`;
  const plain = text(line, 'text');
  if (plain !== undefined) return `${start},"text":${JSON.stringify(plain)}}\n`;
  const base64 = text(line, 'base64');
  if (base64 === undefined || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined;
  return `${start},"base64":"${base64}"}\n`;
}

function number(line: string, name: string): number | undefined {
  const value = memberText(line, name);
  // Not in another spelling: what is written has the digits that the index reads.
  return value && /^\d+(?:\.\d+)?$/.test(value.text) ? Number(value.text) : undefined;
}

function text(line: string, name: string): string | undefined {
  const value = memberText(line, name);
  return value?.text.startsWith('"') ? (JSON.parse(value.text) as string) : undefined;
}

interface ReadLine {
  /** Undefined: it is too long. */
  readonly line: string | undefined;
  readonly doneBytes: number;
  readonly totalBytes: number;
}

async function* linesOf(path: string): AsyncGenerator<ReadLine> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw unreadable(error);
  });
  try {
    const { size: totalBytes, isFile } = await file
      .stat()
      .then((facts) => ({ size: facts.size, isFile: facts.isFile() }));
    if (!isFile) throw new AppError('refused', 'This is no file.', { hint: 'Choose an export of Latchkey.' });
    let doneBytes = 0;
    let parts: Buffer[] = [];
    let partBytes = 0;
    let isTooLong = false;
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(blockBytes), 0, blockBytes, null);
      if (bytesRead === 0) break;
      const block = buffer.subarray(0, bytesRead);
      let start = 0;
      for (let end = block.indexOf(0x0a); end !== -1; end = block.indexOf(0x0a, start)) {
        parts.push(block.subarray(start, end));
        start = end + 1;
        yield { line: isTooLong ? undefined : textOf(parts), doneBytes: doneBytes + start, totalBytes };
        [parts, partBytes, isTooLong] = [[], 0, false];
      }
      doneBytes += bytesRead;
      partBytes += bytesRead - start;
      if (partBytes > lineLimitBytes) [parts, isTooLong] = [[], true];
      else if (start < bytesRead) parts.push(block.subarray(start));
    }
    if (partBytes > 0) yield { line: isTooLong ? undefined : textOf(parts), doneBytes, totalBytes };
  } finally {
    await file.close();
  }
}

/** Without a byte order mark, and without the carriage return that some editors add. */
function textOf(parts: readonly Buffer[]): string {
  const line = (parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)).toString();
  return line.replace(/^\ufeff/, '').replace(/\r$/, '');
}

function unreadable({ code }: NodeJS.ErrnoException): AppError {
  if (code === 'ENOENT')
    return new AppError('not_found', 'There is no such file.', { hint: 'Check the path.' });
  return new AppError('storage_failed', `The file can’t be read (${code ?? 'unknown'}).`, {
    hint: 'Check who may read it.',
  });
}

class SegmentWriter {
  readonly #folder: string;
  #stream: WriteStream | undefined;
  #number = firstSegmentNumber;
  #bytes = 0;
  #lines = 0;

  constructor(folder: string) {
    this.#folder = folder;
    // Of an attempt that was cut short.
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  async write(line: string): Promise<void> {
    if (this.#bytes >= usualLimits.bytes || this.#lines >= usualLimits.lines) await this.close();
    this.#stream ??= createWriteStream(join(this.#folder, segmentName(this.#number++)), {
      flags: 'wx',
      mode: 0o600,
      flush: true,
    });
    this.#bytes += Buffer.byteLength(line);
    this.#lines++;
    if (!this.#stream.write(line)) await once(this.#stream, 'drain');
  }

  async close(): Promise<void> {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#bytes = 0;
    this.#lines = 0;
    if (!stream) return;
    stream.end();
    await finished(stream);
  }
}
