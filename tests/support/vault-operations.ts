/**
 * Everything that can be asked of the vault, each as the errand of one app that has secrets in the keychain; and a
 * ledger of what that app was told is kept, to compare with what is there afterwards.
 */
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { AppSecretKind, Credential, Slot, vault as vaultContract } from '#shared/contract/vault.ts';
import { encryptEvent, parseMasterKey } from '../../electron/signing/index.ts';
import type { CredentialIndex, Vault } from '../../electron/vault/index.ts';

const channel = 'private-encrypted-orders';
const plaintext = '{"id":42}';

/** An app's secrets, as the user knows them. */
export class Errand {
  readonly profileId: string;
  readonly key: string;
  /** By credential id: what the vault said that it keeps. Null: it made the value itself. */
  readonly kept: Map<string, string | null>;
  /** The user asked for their removal and was not told that it is done: they may be there or not. */
  readonly inDoubt = new Set<string>();
  /** For a vault file. */
  readonly passphrase = randomBytes(12).toString('base64');
  /** Every value that was ever entered, kept or not. */
  readonly values: string[];
  readonly #places: Map<string, Credential>;

  /** @param before The same app, with what it has by now. */
  constructor(before?: Errand) {
    this.profileId = before?.profileId ?? randomUUID();
    this.key = before?.key ?? randomBytes(10).toString('hex');
    this.kept = new Map(before?.kept);
    this.values = [...(before?.values ?? [])];
    this.#places = new Map(before ? before.#places : undefined);
  }

  newValue(kind: AppSecretKind): string {
    const value = kind === 'secret' ? randomBytes(20).toString('hex') : randomBytes(32).toString('base64');
    this.values.push(value);
    return value;
  }

  async enter(vault: Vault, kind: AppSecretKind, slot: Slot = 'current'): Promise<void> {
    const { profileId } = this;
    const value = this.newValue(kind);
    const key = kind === 'secret' ? { key: this.keyOf(slot) } : {};
    this.keep(await vault.enterSecret({ profileId, kind, slot, value, ...key }), value);
  }

  keep(credential: Credential, value: string | null): void {
    const place = `${credential.kind} ${credential.slot}`;
    const replaced = this.#places.get(place);
    if (replaced) this.kept.delete(replaced.credentialId);
    this.#places.set(place, credential);
    this.kept.set(credential.credentialId, value);
  }

  credential(kind: AppSecretKind, slot: Slot = 'current'): Credential {
    const found = this.#places.get(`${kind} ${slot}`);
    if (!found) throw new Error(`There is no ${kind} in ${slot}`);
    return found;
  }

  /** The work of removing them. */
  async remove(credentials: readonly Credential[], work: Promise<unknown>): Promise<void> {
    for (const { credentialId } of credentials) this.inDoubt.add(credentialId);
    await work;
    for (const { credentialId } of credentials) {
      this.kept.delete(credentialId);
      this.inDoubt.delete(credentialId);
    }
  }

  all(): Credential[] {
    return [...this.#places.values()].filter(({ credentialId }) => this.kept.has(credentialId));
  }

  keyOf(slot: Slot): string {
    return slot === 'current' ? this.key : `${this.key}${slot}`;
  }

  hmac(text: string, slot: Slot = 'current'): string {
    const secret = this.kept.get(this.credential('secret', slot).credentialId);
    if (typeof secret !== 'string') throw new Error('The secret is not known');
    return createHmac('sha256', secret).update(text).digest('hex');
  }

  /** An event that the app's publisher has encrypted. */
  encrypted(): { readonly channel: string; readonly data: string } {
    const masterKey = this.kept.get(this.credential('masterKey').credentialId);
    if (typeof masterKey !== 'string') throw new Error('The master key is not known');
    const sealed = encryptEvent({ masterKey: parseMasterKey(masterKey), channel, plaintext });
    return { channel, data: JSON.stringify(sealed) };
  }

  /** All that was said to be kept is there, with its value; nothing else is. */
  async verify(vault: Vault): Promise<void> {
    const { profileId } = this;
    const listed = vault.credentials(profileId);
    const ids = listed.map(({ credentialId }) => credentialId);
    const certain = [...this.kept.keys()].filter((id) => !this.inDoubt.has(id));
    expect(ids, 'something that was kept is lost').toEqual(expect.arrayContaining(certain));
    expect([...this.kept.keys()], 'something is there that nobody was told of').toEqual(
      expect.arrayContaining(ids),
    );
    for (const { kind, slot, key, credentialId } of listed) {
      const value = this.kept.get(credentialId);
      if (kind === 'secret') {
        const { query } = await vault.signRequest({ profileId, slot, method: 'GET', path: '/apps/1' });
        const { auth_signature: signature, ...signed } = Object.fromEntries(new URLSearchParams(query));
        expect(signed.auth_key).toBe(key);
        const text = `GET\n/apps/1\n${new URLSearchParams(signed)}`;
        expect(signature).toBe(createHmac('sha256', String(value)).update(text).digest('hex'));
      } else if (slot === 'current') {
        const made = await vault.encrypt({ profileId, channel, plaintext });
        const items = [
          { channel, data: JSON.stringify(made) },
          ...(value === null ? [] : [this.encrypted()]),
        ];
        const opened = { state: 'decrypted', slot: 'current', plaintext };
        expect(await vault.decryptBatch({ profileId, items })).toEqual(items.map(() => opened));
      }
    }
  }
}

export interface Operation {
  readonly name: string;
  /**
   * - `opens` the store that was chosen, where it is not open;
   * - `answers` from what the main side knows;
   * - `asks`: the vault has to be open, and reads or writes the keychain;
   * - `decrypts`: as `asks`, and says of each event what became of it.
   */
  readonly kind: 'opens' | 'answers' | 'asks' | 'decrypts';
  /** Its name in the contract. */
  readonly call?: keyof typeof vaultContract;
  /** While the keychain is open and has secrets, it is refused without asking the keychain. */
  readonly isConflictWhenOpen?: true;
  /** After its answer it has something removed from the keychain. */
  readonly isTidying?: true;
  /** What is being entered is not kept, when another process has to take over. */
  readonly isEntering?: true;
  /** Throws what the vault throws; checks what it answers. */
  run(vault: Vault, errand: Errand): Promise<unknown>;
}

const socketId = '12.34';

export const operations: readonly Operation[] = [
  { name: 'start', kind: 'opens', run: (vault) => vault.start() },
  { name: 'unlock', call: 'unlock', kind: 'opens', run: (vault) => vault.unlock() },
  {
    name: 'chooseStore keychain',
    call: 'chooseStore',
    kind: 'opens',
    run: (vault) => vault.chooseStore('keychain'),
  },
  {
    name: 'chooseStore session',
    call: 'chooseStore',
    kind: 'answers',
    isConflictWhenOpen: true,
    run: (vault) => vault.chooseStore('session'),
  },
  {
    name: 'chooseStore file',
    call: 'chooseStore',
    kind: 'answers',
    isConflictWhenOpen: true,
    run: (vault, { passphrase }) => vault.chooseStore('file', { passphrase: { value: passphrase } }),
  },
  {
    name: 'expectPassphrase',
    call: 'expectPassphrase',
    kind: 'answers',
    run: async (vault) => vault.expectPassphrase(),
  },
  {
    name: 'changePassphrase',
    call: 'changePassphrase',
    kind: 'asks',
    isConflictWhenOpen: true,
    run: (vault, { passphrase }) =>
      vault.changePassphrase({ from: { value: passphrase }, to: { value: `${passphrase} more` } }),
  },
  // To where it is: what a move to another place does is in tests/integration/vault/move.test.ts.
  {
    name: 'moveTo',
    call: 'moveTo',
    kind: 'asks',
    isConflictWhenOpen: true,
    run: (vault) => vault.moveTo('keychain'),
  },
  // As nothing is sealed. What sealing does is in tests/integration/vault/sealed-keychain.test.ts.
  {
    name: 'removePassphrase',
    call: 'removePassphrase',
    kind: 'asks',
    isConflictWhenOpen: true,
    run: (vault, { passphrase }) => vault.removePassphrase({ value: passphrase }),
  },
  { name: 'cancelMove', call: 'cancelMove', kind: 'answers', run: async (vault) => vault.cancelMove() },
  { name: 'lock', kind: 'answers', run: async (vault) => vault.lock() },
  { name: 'cancelWaiting', kind: 'answers', run: async (vault) => vault.cancelWaiting() },
  {
    name: 'credentials',
    kind: 'answers',
    run: async (vault, errand) =>
      expect(new Set(vault.credentials(errand.profileId))).toEqual(new Set(errand.all())),
  },
  {
    name: 'promoteNext',
    kind: 'answers',
    isTidying: true,
    async run(vault, errand) {
      const { profileId } = errand;
      const dropped = errand.credential('secret', 'previous');
      vault.promoteNext({ profileId, kind: 'secret' });
      errand.kept.delete(dropped.credentialId);
      const slots = new Map(vault.credentials(profileId).map((one) => [one.credentialId, one.slot]));
      expect(slots.get(errand.credential('secret', 'next').credentialId)).toBe('current');
      expect(slots.get(errand.credential('secret').credentialId)).toBe('previous');
      expect(slots.get(dropped.credentialId)).toBeUndefined();
    },
  },
  {
    name: 'enterSecret',
    call: 'enterSecret',
    kind: 'asks',
    isEntering: true,
    run: (vault, errand) => errand.enter(vault, 'secret'),
  },
  {
    name: 'generateMasterKey',
    call: 'generateMasterKey',
    kind: 'asks',
    isEntering: true,
    run: async (vault, errand) =>
      errand.keep(await vault.generateMasterKey({ profileId: errand.profileId, slot: 'current' }), null),
  },
  {
    name: 'removeSecret',
    call: 'removeSecret',
    kind: 'asks',
    run(vault, errand) {
      const credential = errand.credential('secret');
      return errand.remove([credential], vault.removeSecret(credential.credentialId));
    },
  },
  {
    name: 'removeSlot',
    kind: 'asks',
    run(vault, errand) {
      const place = { profileId: errand.profileId, kind: 'secret', slot: 'next' } as const;
      return errand.remove([errand.credential('secret', 'next')], vault.removeSlot(place));
    },
  },
  {
    name: 'removeAllOf',
    kind: 'asks',
    run: (vault, errand) => errand.remove(errand.all(), vault.removeAllOf(errand.profileId)),
  },
  {
    name: 'signChannel',
    kind: 'asks',
    async run(vault, errand) {
      const { profileId, key } = errand;
      expect(await vault.signChannel({ profileId, socketId, channel: 'private-a' })).toEqual({
        auth: `${key}:${errand.hmac(`${socketId}:private-a`)}`,
      });
    },
  },
  {
    name: 'signUser',
    kind: 'asks',
    async run(vault, errand) {
      const { profileId, key } = errand;
      const userData = '{"id":"7"}';
      expect(await vault.signUser({ profileId, socketId, userData })).toEqual({
        auth: `${key}:${errand.hmac(`${socketId}::user::${userData}`)}`,
      });
    },
  },
  {
    name: 'signRequest',
    kind: 'asks',
    async run(vault, errand) {
      const request = { method: 'GET', path: '/apps/1/channels', slot: 'next' } as const;
      const { query } = await vault.signRequest({ profileId: errand.profileId, ...request });
      const { auth_signature: signature, ...signed } = Object.fromEntries(new URLSearchParams(query));
      const text = `GET\n/apps/1/channels\n${new URLSearchParams(signed)}`;
      expect(signature).toBe(errand.hmac(text, 'next'));
    },
  },
  {
    name: 'verifyWebhook',
    kind: 'asks',
    async run(vault, errand) {
      const { profileId, key } = errand;
      const body = '{"time_ms":1,"events":[]}';
      const webhook = { profileId, body, headerKey: key, headerSignature: errand.hmac(body) };
      expect(await vault.verifyWebhook(webhook)).toEqual({ ok: true });
    },
  },
  {
    name: 'encrypt',
    kind: 'asks',
    async run(vault, errand) {
      const { profileId } = errand;
      const sealed = await vault.encrypt({ profileId, channel, plaintext });
      const items = [{ channel, data: JSON.stringify(sealed) }];
      expect(await vault.decryptBatch({ profileId, items })).toEqual([opened]);
    },
  },
  {
    name: 'letOut',
    call: 'revealSecret',
    kind: 'asks',
    async run(vault, errand) {
      const { credentialId } = errand.credential('secret');
      // Up to where it would leave.
      const leave = async () => 'it may leave';
      expect(await vault.letOut('revealed', credentialId, leave)).toBe('it may leave');
    },
  },
  {
    name: 'decryptWith',
    kind: 'asks',
    async run(vault, errand) {
      const { credentialId } = errand.credential('masterKey');
      expect(await vault.decryptWith(credentialId, [errand.encrypted()])).toEqual([opened]);
    },
  },
  {
    name: 'checkService',
    kind: 'asks',
    async run(vault, errand) {
      const { credentialId } = errand.credential('secret');
      const check = { credentialId, checkId: 'ibm-token', fields: {} } as const;
      const { signal } = new AbortController();
      // Up to where it would leave: no provider can be reached.
      expect(await vault.checkService(check, signal)).toEqual({ kind: 'silent', code: 'ECONNREFUSED' });
    },
  },
  {
    name: 'decryptBatch',
    kind: 'decrypts',
    async run(vault, errand) {
      const { profileId } = errand;
      const items = [errand.encrypted(), { channel, data: 'plain' }];
      return vault.decryptBatch({ profileId, items });
    },
  },
  {
    name: 'chooseStore keychain, starting over',
    call: 'chooseStore',
    kind: 'opens',
    run: (vault) => vault.chooseStore('keychain', { startOver: true }),
  },
];

const opened = { state: 'decrypted', slot: 'current', plaintext };
export const decrypted = [opened, { state: 'closed', why: 'not-encrypted' }];
/** What a vault that is not open answers. */
export const leftClosed = [opened, opened].map(() => ({ state: 'closed', why: 'vault-locked' }));

/** What an errand has in the keychain before anything goes wrong. */
export async function seed(vault: Vault, errand: Errand): Promise<void> {
  for (const slot of ['current', 'next', 'previous'] as const) await errand.enter(vault, 'secret', slot);
  await errand.enter(vault, 'masterKey');
}

/** The records of one errand, for a vault of its own over the same keychain. */
export function copyOf(index: CredentialIndex, profileId: string, into: CredentialIndex): CredentialIndex {
  into.writeMeta(index.readMeta());
  into.change({ put: index.list({ profileId }) });
  return into;
}
