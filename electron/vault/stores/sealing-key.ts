/** What a passphrase becomes, for the vault file and for sealed entries of the keychain. */
import { createHash, createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { AppError } from '#shared/lib/app-error.ts';

/** What is sealed from now on: 128 MiB and a fraction of a second a try. */
const newKdf = { name: 'scrypt', N: 2 ** 17, r: 8, p: 1 } as const;
/** What asks for more than 1 GiB was not written by Latchkey. */
const memoryLimitBytes = 2 ** 30 + 2 ** 20;
/** Nor what asks for more than eight times the work, which is some seconds: it can't be cancelled. */
const workLimit = 2 ** 23;
const saltBytes = 32;

const powerOfTwo = (n: number) => (n & (n - 1)) === 0;
export const kdfSchema = z.strictObject({
  name: z.literal('scrypt'),
  N: z
    .number()
    .int()
    .min(2 ** 14)
    .max(2 ** 20)
    .refine(powerOfTwo),
  r: z.number().int().min(1).max(32),
  p: z.number().int().min(1).max(16),
  salt: z.base64(),
});
export type Kdf = z.infer<typeof kdfSchema>;

/** It seals as often as needed; making it takes the time. */
export interface SealingKey {
  readonly kdf: Kdf;
  /** 64 bytes: half of them seal, half of them show that the passphrase is right. */
  readonly bytes: Uint8Array;
}

/** Shorter ones are found by trying. */
export const passphraseMinimum = 8;

export function requirePassphrase(passphrase: string): void {
  if ([...passphrase.normalize('NFKC')].length >= passphraseMinimum) return;
  throw new AppError('invalid_input', `The passphrase has fewer than ${passphraseMinimum} characters.`, {
    hint: 'Take several words that don’t belong together: whoever has what it seals can try as often as they like.',
  });
}

/** @param cost Of scrypt, in place of the usual one: tests that open thousands take the least. */
export async function newSealingKey(passphrase: string, cost: number = newKdf.N): Promise<SealingKey> {
  return deriveKey(passphrase, { ...newKdf, N: cost, salt: randomBytes(saltBytes).toString('base64') });
}

export function isTooCostly({ N, r, p }: Kdf): boolean {
  return 128 * N * r > memoryLimitBytes || N * r * p > workLimit;
}

/** A passphrase is the same however the keyboard composed its letters. Not for what `isTooCostly`. */
export async function deriveKey(passphrase: string, kdf: Kdf): Promise<SealingKey> {
  const { N, r, p, salt } = kdf;
  const options = { N, r, p, maxmem: memoryLimitBytes + 2 ** 20 };
  const bytes = await new Promise<Uint8Array>((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), Buffer.from(salt, 'base64'), 64, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
  return { kdf, bytes };
}

/** Shows that a key is the one that was used, and nothing of what it seals. */
export function checkOf({ bytes }: SealingKey, purpose: string): string {
  return createHmac('sha256', bytes.subarray(32)).update(`${purpose} check`).digest('base64');
}

/** A key of its own for each box: it depends on all that the box is bound to. */
export function boxKey({ bytes }: SealingKey, bound: readonly unknown[]): Uint8Array {
  return createHmac('sha256', bytes.subarray(0, 32)).update(JSON.stringify(bound)).digest();
}

export function sum(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('base64');
}

export function isEqual(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
