/** The encryption master key of an app: 32 bytes, written as 44 base64 characters. */
import { createHash, randomBytes } from 'node:crypto';
import { AppError } from '#shared/lib/app-error.ts';
import { decodeBase64 } from './base64.ts';

export const masterKeyBytes = 32;

/** @throws AppError `invalid_input` that says what is wrong with the key, without any of it. */
export function parseMasterKey(base64: string): Uint8Array {
  const text = base64.trim();
  const problem = masterKeyProblem(text);
  const bytes = problem === undefined ? decodeBase64(text) : undefined;
  if (bytes?.length === masterKeyBytes) return bytes;
  throw new AppError('invalid_input', problem ?? 'The master key is not valid base64.', {
    hint: 'A master key is 32 random bytes as 44 base64 characters, for example from: openssl rand -base64 32',
  });
}

export function generateMasterKey(): Uint8Array {
  return new Uint8Array(randomBytes(masterKeyBytes));
}

/** The key of one channel: SHA-256 of its name in UTF-8, followed by the master key. It is the `shared_secret`. */
export function deriveChannelKey(masterKey: Uint8Array, channel: string): Uint8Array {
  if (masterKey.length !== masterKeyBytes) throw new Error('A master key has 32 bytes.');
  return new Uint8Array(createHash('sha256').update(channel).update(masterKey).digest());
}

function masterKeyProblem(text: string): string | undefined {
  if (text === '') return 'The master key is empty.';
  if (/^[0-9a-f]{64}$/i.test(text)) return 'The master key is written in hexadecimal; base64 is needed.';
  if (/\s/.test(text)) return 'The master key has white space in it.';
  if (/[-_]/.test(text) && /^[A-Za-z0-9_-]+={0,2}$/.test(text)) {
    return 'The master key uses the URL-safe base64 alphabet; the standard one, with + and /, is needed.';
  }
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    return 'The master key has characters that are not base64.';
  }
  if (text.length % 4 !== 0) {
    return `The master key has ${text.length} characters; 44 are needed, the padding included.`;
  }
  const sizeBytes = Buffer.from(text, 'base64').length;
  if (sizeBytes !== masterKeyBytes) return `The master key has ${sizeBytes} bytes; 32 are needed.`;
  return undefined;
}
