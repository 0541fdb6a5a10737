/**
 * Entries of another store, sealed with a passphrase before they go into it. One entry more says how:
 *
 *     latchkey-seal {"version":1,"kdf":{…},"check":…} SUM
 *
 * and each of the others is `latchkey-sealed BASE64`, of a nonce and a box that is bound to its account. The sum has no
 * key: it tells damage from a wrong passphrase. Docs: decisions/0011.
 */
import * as z from 'zod';
import { AppError } from '#shared/lib/app-error.ts';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import { boxOverheadBytes, newBoxNonce, openBox, sealBox } from '../../signing/index.ts';
import { entryLimitBytes, requireStorable, type SecretStore, storeHidesEntries } from '../store.ts';
import {
  boxKey,
  checkOf,
  deriveKey,
  isEqual,
  isTooCostly,
  kdfSchema,
  newSealingKey,
  requirePassphrase,
  type SealingKey,
  sum,
} from './sealing-key.ts';

const purpose = 'Latchkey sealed entries';
const version = 1;
const headerPrefix = 'latchkey-seal ';
const entryPrefix = 'latchkey-sealed ';
const nonceBytes = 24;
const lengthBytes = 2;
/** Lengths are told in steps only. */
const stepBytes = 64;

const fittingBytes =
  Math.floor((entryLimitBytes - entryPrefix.length) / 4) * 3 - nonceBytes - boxOverheadBytes;
/** Sealed and in base64, an entry is longer than what is in it. */
export const sealedEntryLimitBytes = Math.floor(fittingBytes / stepBytes) * stepBytes - lengthBytes;

const headerSchema = z.strictObject({ version: z.literal(version), kdf: kdfSchema, check: z.base64() });

export class SealedEntries implements SecretStore {
  readonly #store: SecretStore;
  readonly #key: SealingKey;

  private constructor(store: SecretStore, key: SealingKey) {
    this.#store = store;
    this.#key = key;
  }

  /** @param account Of the entry that says how. @throws AppError `invalid_input` for a passphrase that is too short */
  static async create(
    store: SecretStore,
    account: string,
    passphrase: string,
    cost?: number,
  ): Promise<SealedEntries> {
    requirePassphrase(passphrase);
    const key = await newSealingKey(passphrase, cost);
    const json = JSON.stringify({ version, kdf: key.kdf, check: checkOf(key, purpose) });
    const header = `${headerPrefix}${json} ${sum(json)}`;
    await store.write(account, header);
    if ((await store.read(account)) !== header) throw storeHidesEntries();
    return new SealedEntries(store, key);
  }

  /** @throws AppError `keychain_locked` when the entry is not seen, `wrong_passphrase`, `storage_failed` (damaged) */
  static async open(store: SecretStore, account: string, passphrase: string): Promise<SealedEntries> {
    const header = await store.read(account);
    if (header === null) throw storeHidesEntries();
    const { kdf, check } = parseHeader(header);
    const key = await deriveKey(passphrase, kdf);
    if (!isEqual(check, checkOf(key, purpose))) throw wrongPassphrase();
    return new SealedEntries(store, key);
  }

  /** @throws AppError `wrong_passphrase` */
  async requirePassphrase(passphrase: string): Promise<void> {
    const key = await deriveKey(passphrase, this.#key.kdf);
    if (!isEqual(checkOf(this.#key, purpose), checkOf(key, purpose))) throw wrongPassphrase();
  }

  async read(account: string): Promise<string | null> {
    const entry = await this.#store.read(account);
    if (entry === null) return null;
    const sealed = entry.startsWith(entryPrefix) ? entry.slice(entryPrefix.length) : '';
    const bytes = Buffer.from(sealed, 'base64');
    if (bytes.length <= nonceBytes + boxOverheadBytes) throw damaged('an entry does not begin as one does');
    const [nonce, box] = [bytes.subarray(0, nonceBytes), bytes.subarray(nonceBytes)];
    const padded = openBox(box, nonce, this.#keyOf(account));
    if (!padded) throw damaged('an entry was changed, or belongs elsewhere');
    const size = Buffer.from(padded.buffer, padded.byteOffset).readUInt16BE(0);
    const value = Buffer.from(padded).toString('utf8', lengthBytes, lengthBytes + size);
    padded.fill(0);
    return value;
  }

  async write(account: string, value: string): Promise<void> {
    requireStorable(value, sealedEntryLimitBytes);
    const text = Buffer.from(value, 'utf8');
    const padded = Buffer.alloc(Math.ceil((lengthBytes + text.length) / stepBytes) * stepBytes);
    padded.writeUInt16BE(text.length, 0);
    text.copy(padded, lengthBytes);
    const nonce = newBoxNonce();
    const box = sealBox(padded, nonce, this.#keyOf(account));
    padded.fill(0);
    text.fill(0);
    await this.#store.write(account, `${entryPrefix}${Buffer.concat([nonce, box]).toString('base64')}`);
  }

  remove(account: string): Promise<void> {
    return this.#store.remove(account);
  }

  #keyOf(account: string): Uint8Array {
    return boxKey(this.#key, [purpose, version, this.#key.kdf.salt, account]);
  }
}

function parseHeader(header: string): z.infer<typeof headerSchema> {
  const match = new RegExp(`^${headerPrefix}(\\{.*\\}) (\\S+)$`).exec(header);
  const [, json = '', jsonSum = ''] = match ?? [];
  if (!isEqual(sum(json), jsonSum)) throw damaged('what says how they are sealed was changed');
  const parsed = parseUnknown(headerSchema, JSON.parse(json));
  if (!parsed.success || isTooCostly(parsed.data.kdf)) throw laterVersion();
  return parsed.data;
}

function wrongPassphrase(): AppError {
  return new AppError('wrong_passphrase', 'The passphrase is not the one that the secrets are sealed with.', {
    hint: 'Check the keyboard’s layout and Caps Lock, and try again. Nothing was changed.',
  });
}

/** The sum is right, so this is what was written. */
function laterVersion(): AppError {
  return new AppError(
    'storage_failed',
    'The keychain’s secrets were sealed by a later version of Latchkey.',
    {
      hint: 'Open them with that version. Nothing was changed.',
    },
  );
}

function damaged(how: string): AppError {
  return new AppError('storage_failed', `What is sealed in the keychain is damaged: ${how}.`, {
    hint: 'Another program has written to Latchkey’s entries. Put back a backup of the keychain; Latchkey leaves it as it is.',
  });
}
