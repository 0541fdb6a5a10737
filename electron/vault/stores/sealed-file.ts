/**
 * The form of a vault file: one header line that anyone can read, and a box that only the passphrase opens.
 *
 *     Latchkey vault {"version":1,"kdf":{…},"check":…,"nonce":…,"bodyBytes":…,"bodySum":…} HEADERSUM\n
 *     BOX
 *
 * The sums are unkeyed: they tell a damaged file from a wrong passphrase, and protect against nothing else. Against
 * changes that are meant there is the box itself, whose key depends on the header's every byte.
 * Format and limits: docs/security.md.
 */
import { createHash, createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { AppError } from '#shared/lib/app-error.ts';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import { boxOverheadBytes, newBoxNonce, openBox, sealBox } from '../../signing/index.ts';

const magic = 'Latchkey vault';
const version = 1;
/** What a file of this version is sealed with: 128 MiB and a fraction of a second a try. */
const newKdf = { name: 'scrypt', N: 2 ** 17, r: 8, p: 1 } as const;
/** A file that asks for more than 1 GiB was not written by Latchkey. */
const memoryLimitBytes = 2 ** 30 + 2 ** 20;
const saltBytes = 32;
/** The box grows in steps, so that its size tells little about what is in it. */
const paddingBytes = 4096;
/** Far above a thousand entries of the greatest size. */
const fileLimitBytes = 64 * 1024 * 1024;
const headerLimitBytes = 4096;

const base64 = z.base64();
const powerOfTwo = (n: number) => (n & (n - 1)) === 0;
const headerSchema = z.strictObject({
  version: z.literal(version),
  kdf: z.strictObject({
    name: z.literal('scrypt'),
    N: z
      .number()
      .int()
      .min(2 ** 14)
      .max(2 ** 20)
      .refine(powerOfTwo),
    r: z.number().int().min(1).max(32),
    p: z.number().int().min(1).max(16),
    salt: base64,
  }),
  check: base64,
  nonce: base64.length(32),
  bodyBytes: z.number().int().min(boxOverheadBytes).max(fileLimitBytes),
  bodySum: base64,
});
type Header = z.infer<typeof headerSchema>;
type Kdf = Header['kdf'];

/** What a passphrase becomes. It seals as often as needed; making it takes the time. */
export interface SealingKey {
  readonly kdf: Kdf;
  /** 64 bytes: half of them seal, half of them show that the passphrase is right. */
  readonly bytes: Uint8Array;
}

/** @param cost Of scrypt, in place of the usual one: tests that open thousands of files take the least. */
export async function newSealingKey(passphrase: string, cost: number = newKdf.N): Promise<SealingKey> {
  return deriveKey(passphrase, { ...newKdf, N: cost, salt: randomBytes(saltBytes).toString('base64') });
}

/** A passphrase is the same however the keyboard composed its letters. */
async function deriveKey(passphrase: string, kdf: Kdf): Promise<SealingKey> {
  const { N, r, p, salt } = kdf;
  if (128 * N * r > memoryLimitBytes)
    throw new DamagedFile('it asks for more memory than Latchkey gives a vault file');
  const options = { N, r, p, maxmem: memoryLimitBytes + 2 ** 20 };
  const bytes = await new Promise<Uint8Array>((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), Buffer.from(salt, 'base64'), 64, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
  return { kdf, bytes };
}

export function sealEntries(entries: ReadonlyMap<string, string>, key: SealingKey): Buffer {
  const text = Buffer.from(JSON.stringify([...entries]), 'utf8');
  const plaintext = Buffer.alloc(Math.ceil((text.length + 1) / paddingBytes) * paddingBytes, ' ');
  text.copy(plaintext);
  const nonce = newBoxNonce();
  const core = { version, kdf: key.kdf, check: checkOf(key), nonce: nonce.toString('base64') } as const;
  const box = sealBox(plaintext, nonce, boxKey(key, core));
  plaintext.fill(0);
  text.fill(0);
  const header: Header = { ...core, bodyBytes: box.length, bodySum: sum(box) };
  const json = JSON.stringify(header);
  return Buffer.concat([Buffer.from(`${magic} ${json} ${sum(json)}\n`), box]);
}

export interface OpenedFile {
  readonly entries: Map<string, string>;
  readonly key: SealingKey;
}

/**
 * @param with A passphrase, or a key that was made before (it opens only files of its own passphrase and salt).
 * @throws AppError `wrong_passphrase`; `storage_failed` when the file is damaged, or of a later version.
 */
export async function openSealed(file: Uint8Array, how: string | SealingKey): Promise<OpenedFile> {
  const { header, box } = parse(Buffer.from(file.buffer, file.byteOffset, file.byteLength));
  const key = typeof how === 'string' ? await deriveKey(how, header.kdf) : how;
  if (!isEqual(header.check, checkOf(key))) {
    throw new AppError('wrong_passphrase', 'The passphrase is not the one of this vault file.', {
      hint: 'Check the keyboard’s layout and Caps Lock, and try again. The file is unchanged.',
    });
  }
  const { version, kdf, check, nonce } = header;
  const plaintext = openBox(box, Buffer.from(nonce, 'base64'), boxKey(key, { version, kdf, check, nonce }));
  if (!plaintext) throw new DamagedFile('its content does not belong to its header');
  const entries = parseUnknown(entriesSchema, jsonOf(Buffer.from(plaintext).toString('utf8')));
  plaintext.fill(0);
  if (!entries.success) throw new DamagedFile('its content is not a list of entries');
  return { entries: new Map(entries.data), key };
}

const entriesSchema = z.array(z.tuple([z.string(), z.string()]));

function parse(file: Buffer): { readonly header: Header; readonly box: Buffer } {
  if (file.length > fileLimitBytes + headerLimitBytes)
    throw new DamagedFile('it is larger than any vault file');
  const lineEnd = file.subarray(0, headerLimitBytes).indexOf('\n');
  const line = lineEnd < 0 ? '' : file.toString('utf8', 0, lineEnd);
  const match = new RegExp(`^${magic} (\\{.*\\}) (\\S+)$`).exec(line);
  if (!match?.[1] || !match[2]) throw new DamagedFile('it does not begin as a vault file does');
  const [, json, headerSum] = match;
  if (!isEqual(sum(json), headerSum)) throw new DamagedFile('its header was changed');
  const raw = jsonOf(json);
  if (isLaterVersion(raw)) {
    throw new AppError('storage_failed', 'The vault file was written by a later version of Latchkey.', {
      hint: 'Open it with that version. The file is unchanged.',
    });
  }
  const parsed = parseUnknown(headerSchema, raw);
  if (!parsed.success) throw new DamagedFile('its header is not one that Latchkey writes');
  const box = file.subarray(lineEnd + 1);
  if (box.length !== parsed.data.bodyBytes)
    throw new DamagedFile('a part of it is missing, or something was added');
  if (!isEqual(sum(box), parsed.data.bodySum)) throw new DamagedFile('its content was changed');
  return { header: parsed.data, box };
}

/** Undefined, which no schema takes, when it is not JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isLaterVersion(raw: unknown): boolean {
  if (typeof raw !== 'object' || raw === null || !('version' in raw)) return false;
  return typeof raw.version === 'number' && raw.version > version;
}

/** The file is not what was written, whatever the passphrase. */
export class DamagedFile extends AppError {
  constructor(how: string) {
    super('storage_failed', `The vault file is damaged: ${how}.`, {
      hint: 'Put back a copy from a backup. Latchkey leaves the file as it is.',
    });
  }
}

function checkOf({ bytes }: SealingKey): string {
  return createHmac('sha256', bytes.subarray(32)).update(`${magic} check`).digest('base64');
}

function boxKey(
  { bytes }: SealingKey,
  core: Pick<Header, 'version' | 'kdf' | 'check' | 'nonce'>,
): Uint8Array {
  const { version: v, kdf, check, nonce } = core;
  const bound = [v, kdf.name, kdf.N, kdf.r, kdf.p, kdf.salt, check, nonce];
  return createHmac('sha256', bytes.subarray(0, 32)).update(JSON.stringify(bound)).digest();
}

function sum(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('base64');
}

function isEqual(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
