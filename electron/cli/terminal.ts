/**
 * The terminal that the user sits at, whatever standard input and output lead to. A passphrase is read here and nowhere
 * else: not from arguments, which every user of the machine can read, nor from the environment or a pipe.
 */
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { isatty, ReadStream } from 'node:tty';
import { AppError } from '#shared/lib/app-error.ts';

const longestLineBytes = 2400;
const [interrupt, endOfInput, backspace, lineFeed, carriageReturn, eraseLine, erase] = [
  0x03, 0x04, 0x08, 0x0a, 0x0d, 0x15, 0x7f,
];

export class Terminal {
  readonly #output: number;
  readonly #input: ReadStream;

  private constructor(file: number, output: number) {
    this.#output = output;
    this.#input = new ReadStream(file);
  }

  /** Undefined when there is none: in a cron job, a container's build, a test. */
  static open(): Terminal | undefined {
    if (process.platform === 'win32') return isatty(0) && isatty(2) ? new Terminal(0, 2) : undefined;
    let file: number | undefined;
    try {
      file = openSync('/dev/tty', constants.O_RDWR | constants.O_NOCTTY);
      return new Terminal(file, file);
    } catch {
      if (file !== undefined) closeSync(file);
      return undefined;
    }
  }

  /** @throws AppError `cancelled` */
  async confirm(question: string): Promise<boolean> {
    writeSync(this.#output, `${question} [y/N] `);
    const line = await this.#read((bytes) => {
      const end = bytes.indexOf(lineFeed);
      return end === -1 ? undefined : Buffer.from(bytes.subarray(0, end));
    });
    return /^y(es)?$/i.test(line.toString().trim());
  }

  /**
   * What is typed is not shown.
   * @returns UTF-8, for the caller to wipe. @throws AppError `cancelled`
   */
  async readHidden(question: string): Promise<Buffer> {
    // Before the question: what is typed right after it must not be shown either.
    this.#input.setRawMode(true);
    const typed = Buffer.alloc(longestLineBytes);
    let length = 0;
    try {
      writeSync(this.#output, question);
      await this.#read((bytes) => {
        for (const byte of bytes) {
          if (byte === lineFeed || byte === carriageReturn) return bytes;
          if (byte === interrupt || (byte === endOfInput && length === 0)) throw cancelled();
          if (byte === backspace || byte === erase) length = before(typed, length);
          else if (byte === eraseLine) length = 0;
          else if (byte >= 0x20 && length < longestLineBytes) typed[length++] = byte;
        }
        bytes.fill(0);
        return undefined;
      });
      return Buffer.from(typed.subarray(0, length));
    } finally {
      typed.fill(0);
      this.#input.setRawMode(false);
      writeSync(this.#output, '\n');
    }
  }

  say(text: string): void {
    writeSync(this.#output, `${text}\n`);
  }

  /** The terminal is as it was. */
  close(): void {
    this.#input.destroy();
  }

  #read(take: (bytes: Buffer) => Buffer | undefined): Promise<Buffer> {
    const input = this.#input;
    return new Promise((resolve, reject) => {
      const stop = () => {
        input.pause();
        input.removeAllListeners('data').removeAllListeners('end').removeAllListeners('error');
      };
      input.on('data', (bytes: Buffer) => {
        try {
          const taken = take(bytes);
          if (taken === undefined) return;
          stop();
          resolve(taken);
        } catch (error) {
          stop();
          reject(error);
        }
      });
      const gone = () => {
        stop();
        reject(cancelled());
      };
      input.once('end', gone).once('error', gone);
      input.resume();
    });
  }
}

/** Where the last character begins: one of UTF-8 has up to four bytes. */
function before(bytes: Uint8Array, length: number): number {
  let end = Math.max(0, length - 1);
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return end;
}

function cancelled(): AppError {
  return new AppError('cancelled', 'Cancelled.');
}
