/**
 * Files that a passphrase seals: one header line that anyone can read, and a box that only the passphrase opens.
 *
 *     MAGIC {"version":1,"kdf":{…},"check":…,"nonce":…,"bodyBytes":…,"bodySum":…} HEADERSUM\n
 *     BOX
 *
 * The sums are unkeyed: they tell a damaged file from a wrong passphrase, and protect against nothing else. Against
 * changes that are meant there is the box itself, whose key depends on the header's every byte.
 * Format and limits: docs/security.md.
 */
import * as z from 'zod';
import { AppError } from '#shared/lib/app-error.ts';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import { boxOverheadBytes, newBoxNonce, openBox, sealBox } from '../signing/index.ts';
import {
  boxKey,
  checkOf,
  deriveKey,
  isEqual,
  isTooCostly,
  kdfSchema,
  type SealingKey,
  sum,
} from './stores/sealing-key.ts';

/** A kind of such files. */
export interface SealedForm {
  /** How one begins. */
  readonly magic: string;
  /** In the middle of a sentence. */
  readonly name: string;
  /** What to do about one that is damaged. */
  readonly remedy: string;
}

const version = 1;
/** The box grows in steps, so that its size tells little about what is in it. */
const paddingBytes = 4096;
/** Far above a thousand entries of the greatest size. */
const fileLimitBytes = 64 * 1024 * 1024;
const headerLimitBytes = 4096;

const base64 = z.base64();
const headerSchema = z.strictObject({
  version: z.literal(version),
  kdf: kdfSchema,
  check: base64,
  nonce: base64.length(32),
  bodyBytes: z.number().int().min(boxOverheadBytes).max(fileLimitBytes),
  bodySum: base64,
});
type Header = z.infer<typeof headerSchema>;

/** The text is padded with spaces, which whoever reads it ignores. */
export function sealText({ magic }: SealedForm, sealed: string, key: SealingKey): Buffer {
  const text = Buffer.from(sealed, 'utf8');
  const plaintext = Buffer.alloc(Math.ceil((text.length + 1) / paddingBytes) * paddingBytes, ' ');
  text.copy(plaintext);
  const nonce = newBoxNonce();
  const core = {
    version,
    kdf: key.kdf,
    check: checkOf(key, magic),
    nonce: nonce.toString('base64'),
  } as const;
  const box = sealBox(plaintext, nonce, keyOf(key, core));
  plaintext.fill(0);
  text.fill(0);
  const header: Header = { ...core, bodyBytes: box.length, bodySum: sum(box) };
  const json = JSON.stringify(header);
  return Buffer.concat([Buffer.from(`${magic} ${json} ${sum(json)}\n`), box]);
}

/**
 * @param with A passphrase, or a key that was made before (it opens only files of its own passphrase and salt).
 * @throws AppError `wrong_passphrase`; `storage_failed` when the file is damaged, or of a later version.
 */
export async function openSealedText(
  form: SealedForm,
  file: Uint8Array,
  how: string | SealingKey,
): Promise<{ readonly text: string; readonly key: SealingKey }> {
  const { header, box } = parse(form, Buffer.from(file.buffer, file.byteOffset, file.byteLength));
  if (isTooCostly(header.kdf))
    throw new DamagedFile(form, `it asks for more memory or time than Latchkey gives a ${form.name}`);
  const key = typeof how === 'string' ? await deriveKey(how, header.kdf) : how;
  if (!isEqual(header.check, checkOf(key, form.magic))) {
    throw new AppError('wrong_passphrase', `The passphrase is not the one of this ${form.name}.`, {
      hint: 'Check the keyboard’s layout and Caps Lock, and try again. The file is unchanged.',
    });
  }
  const { version, kdf, check, nonce } = header;
  const plaintext = openBox(box, Buffer.from(nonce, 'base64'), keyOf(key, { version, kdf, check, nonce }));
  if (!plaintext) throw new DamagedFile(form, 'its content does not belong to its header');
  const text = Buffer.from(plaintext).toString('utf8');
  plaintext.fill(0);
  return { text, key };
}

function parse(form: SealedForm, file: Buffer): { readonly header: Header; readonly box: Buffer } {
  if (file.length > fileLimitBytes + headerLimitBytes)
    throw new DamagedFile(form, `it is larger than any ${form.name}`);
  const lineEnd = file.subarray(0, headerLimitBytes).indexOf('\n');
  const line = lineEnd < 0 ? '' : file.toString('utf8', 0, lineEnd);
  const match = new RegExp(`^${form.magic} (\\{.*\\}) (\\S+)$`).exec(line);
  if (!match?.[1] || !match[2]) throw new DamagedFile(form, `it does not begin as a ${form.name} does`);
  const [, json, headerSum] = match;
  if (!isEqual(sum(json), headerSum)) throw new DamagedFile(form, 'its header was changed');
  const raw = jsonOf(json);
  if (isLaterVersion(raw)) {
    throw new AppError('storage_failed', `The ${form.name} was written by a later version of Latchkey.`, {
      hint: 'Open it with that version. The file is unchanged.',
    });
  }
  const parsed = parseUnknown(headerSchema, raw);
  if (!parsed.success) throw new DamagedFile(form, 'its header is not one that Latchkey writes');
  const box = file.subarray(lineEnd + 1);
  if (box.length !== parsed.data.bodyBytes)
    throw new DamagedFile(form, 'a part of it is missing, or something was added');
  if (!isEqual(sum(box), parsed.data.bodySum)) throw new DamagedFile(form, 'its content was changed');
  return { header: parsed.data, box };
}

/** Undefined, which no schema takes, when it is not JSON. */
export function jsonOf(text: string): unknown {
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
  constructor({ name, remedy }: SealedForm, how: string) {
    super('storage_failed', `The ${name} is damaged: ${how}.`, { hint: remedy });
  }
}

function keyOf(key: SealingKey, core: Pick<Header, 'version' | 'kdf' | 'check' | 'nonce'>): Uint8Array {
  const { version: v, kdf, check, nonce } = core;
  return boxKey(key, [v, kdf.name, kdf.N, kdf.r, kdf.p, kdf.salt, check, nonce]);
}
