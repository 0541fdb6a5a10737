/** What is known of every secret without having it. Kept in SQLite; its order of writing survives a crash. */
import type { MoveTarget, Slot, StoreKind } from '#shared/contract/vault.ts';

/**
 * - `writing`: the store may or may not have it yet. Nobody was told that it is kept, so it is removed at the next open.
 * - `stored`: written, and read back.
 * - `removing`: gone for the user; the store may still have it. Removed at the next open.
 */
export type RecordState = 'writing' | 'stored' | 'removing';

export interface CredentialRecord {
  readonly credentialId: string;
  readonly profileId: string;
  /** The field that it fills. */
  readonly kind: string;
  readonly slot: Slot;
  readonly label: string | null;
  /** The app key that a `secret` belongs to. Null for master keys. */
  readonly key: string | null;
  /** Empty while `writing`. */
  readonly fingerprint: string;
  readonly lastFour: string | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** As `createdAt`. Null: it has not signed or encrypted yet. */
  readonly lastUsedAt: number | null;
  readonly store: StoreKind;
  readonly state: RecordState;
}

export interface VaultMeta {
  /** Part of every account name in the store; tells two data folders apart. Null: none was made yet. */
  readonly vaultId: string | null;
  /** In its place in a keychain that was started over: what other stores have stays in reach. Null: it is the same. */
  readonly keychainId: string | null;
  readonly chosenStore: StoreKind | null;
  /** The keychain has this vault's canary. */
  readonly hasCanary: boolean;
  /** Names what the keychain's entries are sealed with. Null: they are not. */
  readonly sealId: string | null;
  /** What a move that ends now would leave behind. */
  readonly leftovers: Leftovers | null;
}

/**
 * To be removed from a store that is not the chosen one, or that is sealed otherwise by now: its records that are not `stored`, and with `isAll` what else
 * Latchkey has there, which is the keychain's canary, or the vault file itself. While secrets are copied it speaks of
 * their copies, and from the switch on of the store that they came from.
 */
export interface Leftovers {
  readonly store: MoveTarget;
  readonly isAll: boolean;
  /** Of a keychain: how those are sealed that are to go. */
  readonly sealId: string | null;
}

export const noMeta: VaultMeta = {
  vaultId: null,
  keychainId: null,
  chosenStore: null,
  hasCanary: false,
  sealId: null,
  leftovers: null,
};

/** What the names of a store's accounts begin with. Null: none was made yet. */
export function idIn(store: StoreKind, { vaultId, keychainId }: VaultMeta): string | null {
  return store === 'keychain' ? (keychainId ?? vaultId) : vaultId;
}

export interface RecordFilter {
  readonly profileId?: string;
  readonly store?: StoreKind;
}

/** All methods are synchronous, and have been made durable when they return. */
export interface CredentialIndex {
  /** `noMeta` before anything was written. */
  readMeta(): VaultMeta;
  /** What is not given stays. */
  writeMeta(changes: Partial<VaultMeta>): void;
  find(credentialId: string): CredentialRecord | undefined;
  /** In any order and any state. */
  list(filter: RecordFilter): readonly CredentialRecord[];
  /** Adds or replaces records by their id, and takes ids away: all of it or nothing. Unknown ids are no failure. */
  change(change: { readonly put?: readonly CredentialRecord[]; readonly remove?: readonly string[] }): void;
}

/** The twin for tests. */
export class MemoryCredentialIndex implements CredentialIndex {
  readonly #records = new Map<string, CredentialRecord>();
  #meta = noMeta;

  readMeta(): VaultMeta {
    return this.#meta;
  }

  writeMeta(changes: Partial<VaultMeta>): void {
    this.#meta = { ...this.#meta, ...changes };
  }

  find(credentialId: string): CredentialRecord | undefined {
    return this.#records.get(credentialId);
  }

  list({ profileId, store }: RecordFilter): readonly CredentialRecord[] {
    return [...this.#records.values()].filter(
      (record) =>
        (profileId === undefined || record.profileId === profileId) &&
        (store === undefined || record.store === store),
    );
  }

  change({
    put = [],
    remove = [],
  }: {
    readonly put?: readonly CredentialRecord[];
    readonly remove?: readonly string[];
  }): void {
    for (const record of put) this.#records.set(record.credentialId, { ...record });
    for (const credentialId of remove) this.#records.delete(credentialId);
  }
}
