/**
 * A file's bytes as text. Editors on Windows and PowerShell's `>` write UTF-16 and byte order marks; what is no text at
 * all is refused before anything looks for secrets in it.
 */
import { AppError } from '#shared/lib/app-error.ts';
import { type ImportProblem, importLimits } from './model.ts';

export interface DecodedText {
  /** With `\n` at the end of lines, and without a byte order mark. */
  readonly text: string;
  readonly problem: ImportProblem | undefined;
}

/** @throws AppError `invalid_input` for what is too large, empty, or no text. */
export function decodeText(bytes: Uint8Array): DecodedText {
  if (bytes.length > importLimits.bytes) throw tooLarge(bytes.length);
  const encoding = encodingOf(bytes);
  const decoded = decodeAs(encoding, bytes);
  const text = decoded ?? decodeAs('windows-1252', bytes) ?? '';
  if (looksBinary(text)) {
    throw new AppError('invalid_input', 'The file is not a text file.', {
      hint: 'Import a .env file, a configuration file, or a text that was copied from a dashboard.',
    });
  }
  const lines = text.replace(/\r\n?/g, '\n');
  if (lines.trim() === '') {
    throw new AppError('invalid_input', 'The file is empty.', { hint: 'Choose a file with credentials.' });
  }
  return { text: lines, problem: decoded === undefined ? notUtf8() : undefined };
}

export function tooLarge(sizeBytes: number): AppError {
  const megabytes = (size: number) => (size / 1024 / 1024).toFixed(1);
  return new AppError(
    'invalid_input',
    `The file has ${megabytes(sizeBytes)} MB; an import reads ${megabytes(importLimits.bytes)} MB at most.`,
    { hint: 'Import a file that holds the credentials only.' },
  );
}

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

function encodingOf(bytes: Uint8Array): Encoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  // Without a mark: ASCII in UTF-16 has a zero in every second byte.
  const [first, second, third, fourth] = bytes;
  if (first && second === 0 && third && fourth === 0) return 'utf-16le';
  if (first === 0 && second && third === 0 && fourth) return 'utf-16be';
  return 'utf-8';
}

/** Undefined for bytes that the encoding doesn't have. A byte order mark is taken off. */
function decodeAs(encoding: Encoding, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** No text has zeros; one stray escape sequence in a log is no reason to refuse it. */
function looksBinary(text: string): boolean {
  if (text.includes('\u0000')) return true;
  let controls = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if ((code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d && code !== 0x0c) || code === 0x7f) {
      controls++;
    }
  }
  return controls > 2 + text.length / 100;
}

function notUtf8(): ImportProblem {
  return {
    code: 'encoding',
    message: 'The file is not valid UTF-8, and was read as Windows-1252.',
    hint: 'Check values that have letters with accents in them.',
    line: null,
  };
}
