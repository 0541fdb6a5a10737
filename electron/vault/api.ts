/**
 * What the main side may ask of the vault process. Of all of it, `tell`, `formVariables` and `formEnvText` alone answer
 * with secrets.
 */
import type { EncryptionFailure } from '#shared/contract/history.ts';
import type { FileTold } from '#shared/contract/imports.ts';
import type { MoveTarget, Slot, StoreKind } from '#shared/contract/vault.ts';
import type { EncryptedData, WebhookVerification } from '../signing/index.ts';
import type { FileToWrite, WrittenFile } from '../user-files/index.ts';
import type { Leftovers } from './credential-index.ts';
import type { EnvStyle, EnvTarget, EnvText, EnvVariable, ExportApp } from './export/index.ts';
import type { ExportOrder, PreparedExport } from './exporter.ts';
import type { SecretFormat, SecretSummary } from './secret-forms.ts';
import type { CheckEndpoints, PublicFields, ServiceAnswer, ServiceCheckId } from './service-check/index.ts';
import type { Progress, SweepResult } from './sweep/index.ts';
import type { SweepOrder } from './sweeper.ts';

/** An app secret, and the app key that it belongs to. */
export interface Signer {
  readonly credentialId: string;
  readonly key: string;
}

export type Decryption =
  | { readonly state: 'decrypted'; readonly slot: Slot; readonly plaintext: string }
  | { readonly state: 'closed'; readonly why: EncryptionFailure };

export interface EncryptedItem {
  readonly channel: string;
  /** The event's data as on the wire. */
  readonly data: string;
}

/** A value, or the channel to the page on which it came. */
export type EnteredValue = { readonly value: string } | { readonly portId: string };

/**
 * What is to be imported: a file that this process reads, with what opens it if it is a bundle; a text, or the channel
 * on which one came.
 */
export type ImportSource =
  | { readonly path: string; readonly passphrase?: EnteredValue | undefined }
  | EnteredValue;

export interface FileToOpen {
  readonly folder: string;
  readonly passphrase: EnteredValue;
  /** `open`: one that is there. `make`: one that is there, or a new one. `anew`: what is there is set aside. */
  readonly how: 'open' | 'make' | 'anew';
}

/** An app's variables, to be made from what is public of it, and its secrets. */
export interface EnvironmentToForm {
  readonly app: ExportApp;
  readonly secrets: readonly { readonly field: string; readonly credentialId: string }[];
  readonly target: EnvTarget;
}

/** Of a keychain whose entries a passphrase seals. */
export interface SealToOpen {
  /** A part of the names of its canary and of what says how it is sealed. */
  readonly sealId: string;
  readonly passphrase: EnteredValue;
}

/**
 * Stands in place of a credential id in the name of an entry that a keychain has while it is tidied: it tells one that
 * is open from one that hides its entries.
 */
export const probeId = 'probe';

export type VaultApi = {
  /**
   * First of all calls; another store may be opened after it, in place of the one before. With `hasCanary`, a store that does not show its canary is locked; without, one is made.
   * With `startOverAs`, it may also have been reset: that is believed only of a store that keeps a new canary, and then
   * still does not show the one before. A prompt that was dismissed reads like an empty store.
   * @returns The vault id that it opened under: another one than asked for means that the store was reset.
   * @throws AppError `keychain_locked`, `keychain_unavailable`
   */
  open(input: {
    readonly store: StoreKind;
    readonly vaultId: string;
    readonly hasCanary: boolean;
    /** The vault id to open under if the store was reset. */
    readonly startOverAs?: string | undefined;
    /** For a vault file: where it is, and what opens it. */
    readonly file?: FileToOpen | undefined;
    /** Only tests have any: see `CheckEndpoints`. */
    readonly checkEndpoints?: CheckEndpoints | undefined;
    /** For a sealed keychain. */
    readonly seal?: SealToOpen | undefined;
  }): Promise<{ readonly vaultId: string }>;
  /**
   * Checks the value's form, stores it, and reads it back. @throws AppError `invalid_input`, a store's failure, or
   * `not_found` when nothing waits on the channel.
   */
  put(
    input: { readonly credentialId: string; readonly format: SecretFormat } & EnteredValue,
  ): Promise<SecretSummary>;
  /**
   * Reads what is to be imported and keeps it, in place of any other, for five minutes.
   * @throws AppError what keeps it from being read; `not_found` also when nothing waits on the channel;
   * `passphrase_required` and `wrong_passphrase` for a bundle
   */
  openImport(input: ImportSource): Promise<{ readonly importId: string; readonly told: FileTold }>;
  /** A secret of the import, entered as `put` does. @throws AppError `not_found` when it is gone; a store's failure */
  putImported(input: {
    readonly credentialId: string;
    readonly importId: string;
    readonly index: number;
    readonly fieldId: string;
    /** Its place among the app's versions. Null: the one secret of the field. */
    readonly version: number | null;
  }): Promise<SecretSummary>;
  dropImport(input: { readonly importId: string }): Promise<Record<string, never>>;
  generateMasterKey(input: { readonly credentialId: string }): Promise<SecretSummary>;
  /** Reads it into this process, if it is not there yet. @throws AppError `no_credential`, or a store's failure */
  load(input: { readonly credentialId: string }): Promise<Record<string, never>>;
  /** Sends it to the page on a channel, and closes that. @throws AppError `not_found` when there is no such channel */
  show(input: { readonly credentialId: string; readonly portId: string }): Promise<Record<string, never>>;
  /** The secret, to main: for the clipboard, or for a host without channels. */
  tell(input: { readonly credentialId: string }): Promise<{ readonly value: string }>;
  /** With the secrets in them, to main: for the environment of a command. @throws AppError `invalid_input` */
  formVariables(input: EnvironmentToForm): Promise<readonly EnvVariable[]>;
  /** With the secrets in it, to main: for standard output. @throws AppError `invalid_input` */
  formEnvText(input: EnvironmentToForm & { readonly style: EnvStyle }): Promise<EnvText>;
  /**
   * Forms a file with secrets, which waits for a minute to be written. Nothing has left then.
   * @throws AppError `invalid_input`, `not_found` when no passphrase waits on the channel, or a store's failure
   */
  prepareExport(input: ExportOrder): Promise<PreparedExport>;
  /** Once. @throws AppError `not_found`, and what `writeUserFile` throws */
  writeExport(input: { readonly exportId: string; readonly file: FileToWrite }): Promise<WrittenFile>;
  /** Of the vault file that is open. @throws AppError `conflict` when it is another store, and what the file throws */
  changePassphrase(input: {
    readonly from: EnteredValue;
    readonly to: EnteredValue;
  }): Promise<Record<string, never>>;
  /**
   * Opens a second store beside the open one, to copy to. With `hasCanary`, one that does not show its canary is
   * locked. One that has none, or nothing else, gets the open store's own: fingerprints stay what they are. The second
   * may be the same keychain, sealed otherwise.
   * @throws AppError as `open`; `wrong_passphrase` of `from`
   */
  prepareMove(input: {
    readonly store: MoveTarget;
    /** As in `open`, of the second store. */
    readonly vaultId: string;
    readonly hasCanary: boolean;
    /** None of this vault's secrets is kept there. */
    readonly isEmpty: boolean;
    readonly file?: FileToOpen | undefined;
    readonly seal?: (SealToOpen & { readonly isNew: boolean }) | undefined;
    /** What the open store is sealed with, when that is asked for again. */
    readonly from?: EnteredValue | undefined;
  }): Promise<Record<string, never>>;
  /**
   * From the open store to the second, where each is read back. Several in a vault file are written at once.
   * @returns Their summaries, in order. @throws AppError `no_credential`, or a store's failure
   */
  copy(input: {
    readonly copies: readonly { readonly from: string; readonly to: string }[];
  }): Promise<readonly SecretSummary[]>;
  /** Whether the open store has no more than these, whoever put it there. */
  holdsOnly(input: { readonly credentialIds: readonly string[] }): Promise<boolean>;
  /** From here on the second store is the open one, and the one before is the second. */
  completeMove(input: Record<string, never>): Promise<Record<string, never>>;
  /**
   * Removes what is left in a store that is not the open one, and closes it if it is the second. It may come before
   * `open`. Whether it is gone is believed of a keychain only while that keeps what it is given.
   * @returns False: a vault file that is not open would have to be.
   * @throws AppError a store's failure
   */
  tidy(input: {
    readonly leftovers: Leftovers;
    readonly vaultId: string;
    readonly credentialIds: readonly string[];
    /** Where a vault file is. */
    readonly folder: string;
  }): Promise<boolean>;
  /** Nothing there is no failure; not knowing whether something is there is one (`keychain_locked`). */
  remove(input: { readonly credentialIds: readonly string[] }): Promise<Record<string, never>>;
  signChannel(
    input: Signer & {
      readonly socketId: string;
      readonly channel: string;
      readonly channelData?: string | undefined;
    },
  ): Promise<{ readonly auth: string }>;
  signUser(
    input: Signer & { readonly socketId: string; readonly userData: string },
  ): Promise<{ readonly auth: string }>;
  signRequest(
    input: Signer & {
      readonly method: string;
      readonly path: string;
      readonly query?: Readonly<Record<string, string>> | undefined;
      readonly body?: string | undefined;
      /** In place of a body that is not here: its MD5, in hex. */
      readonly bodyMd5?: string | undefined;
      readonly timestampSeconds: number;
    },
  ): Promise<{ readonly query: string }>;
  verifyWebhook(
    input: Signer & {
      readonly body: string;
      readonly headerKey: string | undefined;
      readonly headerSignature: string | undefined;
    },
  ): Promise<WebhookVerification>;
  encrypt(input: {
    readonly credentialId: string;
    readonly channel: string;
    readonly plaintext: string;
  }): Promise<EncryptedData>;
  /**
   * Keys are tried in this order. One that the store no longer has is passed over. With `fromMemory`, no key is read
   * for it. @throws AppError `vault_waiting` for a key that would have to be read then
   */
  decryptBatch(input: {
    readonly keys: readonly { readonly slot: Slot; readonly credentialId: string }[];
    readonly items: readonly EncryptedItem[];
    readonly fromMemory?: boolean;
  }): Promise<readonly Decryption[]>;
  /**
   * Sends the secret to its provider's own host, in the one request that the check is, and tells what came of it. It
   * can be stopped by its `requestId`. @throws AppError `no_credential`, `invalid_input`, or a store's failure
   */
  checkService(input: {
    readonly requestId: string;
    readonly checkId: ServiceCheckId;
    readonly fields: PublicFields;
    readonly credentialId: string;
  }): Promise<ServiceAnswer>;
  stopCheck(input: { readonly requestId: string }): Promise<Record<string, never>>;
  /**
   * Looks for these secrets in a folder. Signing goes on meanwhile.
   * @throws AppError `not_found`, `cancelled`, `conflict` while another one is under way
   */
  sweep(input: SweepOrder): Promise<SweepResult>;
  cancelSweep(input: Record<string, never>): Promise<Record<string, never>>;
};

export type VaultNotices = {
  /** Around every call of the keychain, of which one is in flight at most. */
  readonly keychainCallStarted: null;
  readonly keychainCallEnded: null;
  /** This process will not reach the keychain any more. */
  readonly keychainLost: null;
  readonly sweepProgress: Progress;
};
