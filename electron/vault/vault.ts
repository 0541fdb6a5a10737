/**
 * The vault as the main side sees it: the contract's calls, and what other features ask for. No secret stays here;
 * one that is being entered passes through to the vault process.
 */
import { randomUUID } from 'node:crypto';
import type { AuditOutcome } from '#shared/contract/audit.ts';
import type { FileTold } from '#shared/contract/imports.ts';
import type {
  Credential,
  MoveTarget,
  Slot,
  StoreKind,
  VaultMove,
  VaultStatus,
} from '#shared/contract/vault.ts';
import type { MessageFromVault } from '#shared/contract/vault-port.ts';
import { AppError, type ErrorCode } from '#shared/lib/app-error.ts';
import { Listeners } from '#shared/lib/disposer.ts';
import type { AuditNote, AuditTrail } from '../audit/index.ts';
import type { ChildExit, PassedPort, SpawnChild } from '../processes/port.ts';
import type { EncryptedData, WebhookVerification } from '../signing/index.ts';
import type { FileToWrite, WrittenFile } from '../user-files/index.ts';
import type {
  Decryption,
  EncryptedItem,
  EnteredValue,
  EnvironmentToForm,
  ImportSource,
  Signer,
} from './api.ts';
import { ChangeGate } from './change-gate.ts';
import { CredentialBook, type Entry, note, type Place, toCredential } from './credential-book.ts';
import type { CredentialIndex, CredentialRecord } from './credential-index.ts';
import type { EnvStyle, EnvTarget, EnvText, EnvVariable, ExportApp } from './export/index.ts';
import type { ExportOrder, PreparedExport } from './exporter.ts';
import { type ChooseOptions, Lifecycle, type OpenVault } from './lifecycle.ts';
import { type MoveEnd, Mover } from './mover.ts';
import type { SecretFormat, SecretSummary } from './secret-forms.ts';
import type { CheckEndpoints, PublicFields, ServiceAnswer, ServiceCheckId } from './service-check/index.ts';
import { StatusAudit } from './status-audit.ts';
import type { LockRule } from './status-words.ts';
import { Sweeps } from './sweeps.ts';
import { Uses } from './uses.ts';
import type { VaultCalls } from './vault-process.ts';

export interface VaultOptions {
  readonly spawn: SpawnChild;
  /** The module of the vault process: `process.ts` in this room, or what it was built into. */
  readonly entry: URL;
  readonly index: CredentialIndex;
  /** In the same database as the index. */
  readonly audit: AuditTrail;
  /** For the log. The status tells the user. */
  onUnexpectedExit?(exit: ChildExit): void;
  /** For the log: what happened could not be written down, in the audit log or the index, and happened all the same. */
  onUnaudited?(error: unknown): void;
  now?(): number;
  /** What a secret of this kind looks like. @throws AppError `invalid_input` for a kind that is none of the app's */
  formatOf(profileId: string, kind: string): SecretFormat;
  /** Where the vault file is, if there is one: the data folder. */
  readonly folder: string;
  /** In place of the providers' own hosts, when a secret is checked. For tests: both hosts leave it out. */
  readonly checkEndpoints?: CheckEndpoints | undefined;
  /** How long a keychain call may take before the state is `waiting`. */
  readonly waitingAfterMs?: number;
}

type NewSecret = Place & {
  readonly key?: string | undefined;
  readonly label?: string | undefined;
};
type EnteredSecret = NewSecret & EnteredValue;

/** A secret of a file that was opened to be imported. */
export interface ImportedSecret {
  readonly importId: string;
  readonly index: number;
  readonly fieldId: string;
  readonly version: number | null;
}

/** Has a new secret kept under this id. */
type Keep = (process: VaultCalls, credentialId: string, format: SecretFormat) => Promise<SecretSummary>;

/** An app's variables, to be made from what is public of it, and its current secrets. */
interface EnvironmentOf {
  readonly profileId: string;
  /** The pair that is meant, in place of the current one. */
  readonly credentialId?: string | undefined;
  readonly app: ExportApp;
  readonly target: EnvTarget;
}

interface Exit<T> {
  /** All that can fail before anything has left. */
  readonly prepare?: (process: VaultCalls) => Promise<void>;
  readonly leave: (process: VaultCalls) => Promise<T>;
}

const defaultWaitingAfterMs = 5000;
/** Channels that wait for an opening vault. */
const passingPortLimit = 8;
/** Tried in this order. */
const decryptionSlots: readonly Slot[] = ['current', 'next', 'previous', 'extra', 'revoked'];
/** Failures that end when the vault is open again: what can't be decrypted because of them is closed, not wrong. */
const passing: readonly ErrorCode[] = [
  'vault_locked',
  'vault_waiting',
  'keychain_locked',
  'keychain_unavailable',
  'cancelled',
];

export class Vault {
  readonly changed = new Listeners<VaultStatus>();
  /** Of this profile. */
  readonly credentialsChanged = new Listeners<string>();
  /** Of this profile: when they were, and nothing else of them. */
  readonly credentialsUsed = new Listeners<string>();
  readonly moveChanged = new Listeners<VaultMove | null>();
  readonly sweeps: Sweeps;
  readonly #now: () => number;
  readonly #audit: AuditTrail;
  readonly #statusAudit: StatusAudit;
  readonly #onUnaudited: (error: unknown) => void;
  readonly #book: CredentialBook;
  readonly #uses: Uses;
  readonly #formatOf: VaultOptions['formatOf'];
  readonly #lifecycle: Lifecycle;
  readonly #gate = new ChangeGate();
  readonly #mover: Mover;
  #passing = 0;

  constructor(options: VaultOptions) {
    this.#now = () => options.now?.() ?? Date.now();
    this.#audit = options.audit;
    this.#statusAudit = new StatusAudit(options.index, options.audit);
    this.#onUnaudited = (error) => options.onUnaudited?.(error);
    this.#book = new CredentialBook(options.index, options.audit, this.#now, (profileId) =>
      this.credentialsChanged.emit(profileId),
    );
    this.#uses = new Uses(
      (uses) =>
        this.#audited(() => {
          for (const profileId of this.#book.noteUses(uses)) this.credentialsUsed.emit(profileId);
        }),
      this.#now,
    );
    this.#formatOf = options.formatOf;
    this.#lifecycle = new Lifecycle({
      spawn: options.spawn,
      entry: options.entry,
      index: options.index,
      book: this.#book,
      folder: options.folder,
      checkEndpoints: options.checkEndpoints,
      waitingAfterMs: options.waitingAfterMs ?? defaultWaitingAfterMs,
      now: this.#now,
      onChanged: (status) => {
        if (status.state !== 'unlocked') this.#uses.write();
        this.#audited(() => this.#statusAudit.note(status));
        this.changed.emit(status);
      },
      onUnexpectedExit: (exit) => options.onUnexpectedExit?.(exit),
      onSweepProgress: (progress) => this.sweeps.progressed.emit(progress),
    });
    this.#mover = new Mover({
      index: options.index,
      audit: options.audit,
      lifecycle: this.#lifecycle,
      gate: this.#gate,
      folder: options.folder,
      onProgress: (move) => this.moveChanged.emit(move),
      beforeSwitch: () => this.#uses.write(),
      onCredentialsChanged: (profileId) => this.credentialsChanged.emit(profileId),
    });
    this.sweeps = new Sweeps(this.#lifecycle, this.#book);
  }

  /** Opens the chosen store; at the first start the keychain, if it works. Never throws for a store that fails. */
  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  /** Ends the vault process for good. */
  close(): void {
    this.#lifecycle.close();
    this.#uses.write();
    this.#audited(() => this.#statusAudit.noteLocked());
  }

  get status(): VaultStatus {
    return this.#lifecycle.status();
  }

  /** @throws AppError `passphrase_required`, `wrong_passphrase`, or the store's failure */
  unlock(passphrase?: EnteredValue): Promise<VaultStatus> {
    return this.#lifecycle.unlock(passphrase);
  }

  expectPassphrase(): void {
    this.#lifecycle.expectPassphrase();
  }

  /** Of the vault file that is open, or of the sealed keychain. */
  async changePassphrase(input: {
    readonly from: EnteredValue;
    readonly to: EnteredValue;
  }): Promise<MoveEnd> {
    const { store } = await this.#lifecycle.ready();
    if (store === 'keychain') return this.#mover.reseal(input);
    return this.#gate.during(async () => {
      const { process } = await this.#lifecycle.ready();
      await process.call('changePassphrase', input);
      this.#audit.record({ action: 'passphraseChanged', outcome: 'done', store: 'file' });
      return { isCleared: true };
    });
  }

  /** Seals what is in the open keychain. */
  setPassphrase(passphrase: EnteredValue): Promise<MoveEnd> {
    return this.#mover.reseal({ to: passphrase });
  }

  /** @param passphrase The one that seals it. */
  removePassphrase(passphrase: EnteredValue): Promise<MoveEnd> {
    return this.#mover.reseal({ from: passphrase });
  }

  lock({ forget = false }: { forget?: boolean | undefined } = {}): VaultStatus {
    return this.#lifecycle.lock(forget);
  }

  /** By itself. A session, which would be forgotten, stays as it is. */
  lockBy(rule: LockRule): void {
    this.#lifecycle.lockBy(rule);
  }

  cancelWaiting(): VaultStatus {
    return this.#lifecycle.cancelWaiting();
  }

  /** @param options.startOver For a keychain that was reset: see the contract. */
  async chooseStore(store: StoreKind, options: ChooseOptions = {}): Promise<VaultStatus> {
    return this.#gate.during(() => this.#lifecycle.chooseStore(store, options));
  }

  /** Null: none is under way. */
  get move(): VaultMove | null {
    return this.#mover.move;
  }

  /** Everything, to another store: see the contract. */
  async moveTo(
    store: MoveTarget,
    passphrase?: EnteredValue,
  ): Promise<{ status: VaultStatus; isCleared: boolean }> {
    const { isCleared } = await this.#mover.moveTo(store, passphrase);
    return { status: this.status, isCleared };
  }

  /** A keychain that does not answer is waited for no longer, which locks the vault, unless that is a session. */
  cancelMove(): void {
    if (!this.#mover.move) return;
    this.#mover.cancel();
    this.#lifecycle.cancelWaiting();
  }

  /** Of the chosen store, locked or not, as they were entered. */
  credentials(profileId: string): Credential[] {
    const store = this.#lifecycle.chosenStore;
    if (store === null) return [];
    const told = this.#book.stored(profileId, store).map((record) => ({
      ...toCredential(record),
      lastUsedAt: this.#uses.lastAt(record.credentialId) ?? record.lastUsedAt,
    }));
    return told.toSorted((one, other) => one.createdAt - other.createdAt);
  }

  /** What was used until now is in the audit log when this returns. */
  noteUses(): void {
    this.#uses.write();
  }

  find(credentialId: string): Credential {
    return toCredential(this.#book.get(credentialId, this.#lifecycle.chosenStore));
  }

  labelSecret({ credentialId, label }: { credentialId: string; label: string | null }): Credential {
    return this.#book.label(this.#book.get(credentialId, this.#lifecycle.chosenStore), label);
  }

  /** @throws AppError `conflict` when another one is there */
  moveSecret({ credentialId, slot }: { credentialId: string; slot: Slot }): Credential {
    this.#gate.requireOpen();
    return this.#book.move(this.#book.get(credentialId, this.#lifecycle.chosenStore), slot);
  }

  /** Replaces what is in the place, where there is room for one only. A `secret` needs the app key that it belongs to: it signs for that one. */
  enterSecret(input: EnteredSecret): Promise<Credential> {
    return this.#enter('entered', input, put(input));
  }

  /** Reads a file, or what was pasted, in the vault process, and keeps it there. See `VaultApi.openImport`. */
  async openImport(source: ImportSource): Promise<{ readonly importId: string; readonly told: FileTold }> {
    const { process } = await this.#lifecycle.ready();
    return process.call('openImport', source);
  }

  /**
   * As `enterSecret`: the value goes from the import to the store inside the vault process.
   * @param slotOf Asked again once the value is kept: by then another may have the place that was free.
   */
  enterImported(
    input: Omit<NewSecret, 'slot'>,
    from: ImportedSecret,
    slotOf: () => Slot,
  ): Promise<Credential> {
    const keep: Keep = (process, credentialId) => process.call('putImported', { credentialId, ...from });
    return this.#enter('entered', { ...input, slot: slotOf() }, keep, slotOf);
  }

  /** Not for the user to wait for: a vault that is not open has no import. */
  async dropImport(importId: string): Promise<void> {
    await this.#lifecycle.current?.process.call('dropImport', { importId });
  }

  /** So many secrets of a file are in the vault now. */
  noteImported(count: number): void {
    const store = this.#lifecycle.chosenStore;
    this.#audited(() => this.#audit.record({ action: 'imported', outcome: 'done', store, count }));
  }

  /** What another feature made, such as the sandbox's credentials. */
  handOver(input: Place & { readonly key?: string; readonly value: string }): Promise<Credential> {
    return this.#enter('generated', input, put(input));
  }

  async #enter(
    action: 'entered' | 'generated',
    { profileId, kind, slot, key, label }: NewSecret,
    keep: Keep,
    slotThen?: () => Slot,
  ): Promise<Credential> {
    const format = this.#formatOf(profileId, kind);
    if (kind === 'secret' && key === undefined) {
      throw new AppError('invalid_input', 'A secret needs the app key that it belongs to.', {
        hint: 'Enter the key beside it.',
      });
    }
    const place: Place = { profileId, kind, slot };
    const entry: Entry = { ...place, key: kind === 'secret' ? (key ?? null) : null, label: label ?? null };
    return this.#gate.during(async () => {
      const { process, store } = await this.#lifecycle.ready();
      const keepAs = (credentialId: string) => keep(process, credentialId, format);
      return this.#book.enter(action, entry, store, process, keepAs, slotThen);
    });
  }

  /** The page has the channel's other end. This one goes to the vault process, once it is open, or is refused. */
  async passPort(port: PassedPort): Promise<void> {
    this.#passing++;
    try {
      if (this.#passing > passingPortLimit) throw tooManyPorts();
      (await this.#lifecycle.takesChannels()).passPort(port);
    } catch (error) {
      const known = error instanceof AppError ? error : new AppError('internal', 'The vault failed.');
      port.postMessage({ type: 'refused', error: known.toFailure() } satisfies MessageFromVault);
      port.close();
      if (known !== error) throw error;
    } finally {
      this.#passing--;
    }
  }

  async generateMasterKey(input: {
    readonly profileId: string;
    readonly slot: Slot;
    readonly label?: string | undefined;
  }): Promise<Credential> {
    const { profileId, slot, label = null } = input;
    this.#formatOf(profileId, 'masterKey');
    return this.#gate.during(async () => {
      const { process, store } = await this.#lifecycle.ready();
      return this.#book.enter(
        'generated',
        { profileId, kind: 'masterKey', slot, key: null, label },
        store,
        process,
        (credentialId) => process.call('generateMasterKey', { credentialId }),
      );
    });
  }

  /**
   * Lets one secret out, by `leave`. The audit log has it before: when that can't be written, nothing leaves.
   * @throws AppError `not_found`, `vault_locked`, `storage_failed`, or a store's failure
   */
  async letOut<T>(
    action: 'copied' | 'revealed' | 'checked',
    credentialId: string,
    leave: (process: VaultCalls) => Promise<T>,
  ): Promise<T> {
    const { process, store } = await this.#lifecycle.ready();
    return this.#letAllOut([this.#book.get(credentialId, store)], (record) => note(action, record), process, {
      leave,
    });
  }

  /**
   * The variables of an app or a service, its current secrets among them, for the environment of a command. Each secret
   * is in the audit log before, with the program's name. @throws AppError as `letOut`, and `invalid_input`
   */
  formVariables({
    program,
    ...environment
  }: EnvironmentOf & { readonly program: string }): Promise<readonly EnvVariable[]> {
    return this.#letEnvironmentOut(environment, { action: 'commandStarted', program }, (process, input) =>
      process.call('formVariables', input),
    );
  }

  /** The same, as a text for standard output. */
  formEnvText({ style, ...environment }: EnvironmentOf & { readonly style: EnvStyle }): Promise<EnvText> {
    return this.#letEnvironmentOut(environment, { action: 'envPrinted' }, (process, input) =>
      process.call('formEnvText', { ...input, style }),
    );
  }

  async #letEnvironmentOut<T>(
    { profileId, app, target, credentialId }: EnvironmentOf,
    exit: Pick<AuditNote, 'action' | 'program'>,
    leave: (process: VaultCalls, input: EnvironmentToForm) => Promise<T>,
  ): Promise<T> {
    const { process, store } = await this.#lifecycle.ready();
    const stored = this.#book.stored(profileId, store);
    const picked = stored.find((each) => each.credentialId === credentialId);
    const current = stored.filter(({ kind, slot }) => slot === 'current' && kind !== picked?.kind);
    const records = picked ? [picked, ...current] : current;
    const pair = records.find(({ kind }) => kind === 'secret');
    if (records.length === 0 || (app.fields.key !== undefined && !pair) || (credentialId && !picked)) {
      throw new AppError('no_credential', 'The vault has no secret for this.', {
        hint: 'Enter it under “Keys & rotation”.',
      });
    }
    // The key that the secret belongs to, which the profile's may no longer be: a pair that does not match signs nothing.
    const key = pair?.key ? { key: pair.key } : {};
    const input: EnvironmentToForm = {
      app: { ...app, fields: { ...app.fields, ...key } },
      secrets: records.map((record) => ({ field: record.kind, credentialId: record.credentialId })),
      target,
    };
    const inLog = (record: CredentialRecord) => ({ ...note(exit.action, record), ...exit });
    return this.#letAllOut(records, inLog, process, { leave: (calls) => leave(calls, input) });
  }

  /**
   * Secrets into a file that the vault process writes. Each of them is in the audit log before there is any of it.
   * @throws AppError as `letOut`, and what `VaultApi.prepareExport` and `writeExport` throw
   */
  async exportSecrets(
    order: ExportOrder,
    file: FileToWrite,
  ): Promise<Omit<PreparedExport, 'exportId'> & WrittenFile> {
    const { process, store } = await this.#lifecycle.ready();
    const ids =
      order.form === 'env'
        ? order.secrets.map(({ credentialId }) => credentialId)
        : order.apps.flatMap(({ secrets }) => secrets.map(({ credentialId }) => credentialId));
    const records = ids.map((credentialId) => this.#book.get(credentialId, store));
    const inLog = (record: CredentialRecord) => note('exported', record);
    const prepared = Promise.withResolvers<PreparedExport>();
    return this.#letAllOut(records, inLog, process, {
      prepare: async (calls) => prepared.resolve(await calls.call('prepareExport', order)),
      leave: async (calls) => {
        const { exportId, ...told } = await prepared.promise;
        return { ...told, ...(await calls.call('writeExport', { exportId, file })) };
      },
    });
  }

  /** All or none of them. */
  async #letAllOut<T>(
    records: readonly CredentialRecord[],
    inLog: (record: CredentialRecord) => AuditNote,
    process: VaultCalls,
    { prepare, leave }: Exit<T>,
  ): Promise<T> {
    const record = (outcome: AuditOutcome) =>
      this.#audit.together(() => {
        for (const each of records) this.#audit.record({ ...inLog(each), outcome });
      });
    try {
      // What can fail for the store's sake has happened before the log says that they left.
      for (const { credentialId } of records) await process.call('load', { credentialId });
      await prepare?.(process);
      record('done');
      return await leave(process);
    } catch (error) {
      this.#audited(() => record('failed'));
      throw error;
    }
  }

  /**
   * Sends one secret to its provider's own host, to see whether it is accepted. In the audit log as above, also when it
   * is cancelled: it may have arrived. @throws AppError as `letOut`, `invalid_input`, `cancelled`
   */
  async checkService(
    input: {
      readonly credentialId: string;
      readonly checkId: ServiceCheckId;
      readonly fields: PublicFields;
    },
    signal: AbortSignal,
  ): Promise<Exclude<ServiceAnswer, { kind: 'cancelled' }>> {
    const requestId = randomUUID();
    if (signal.aborted) throw checkCancelled();
    const answer = await this.letOut('checked', input.credentialId, async (process) => {
      // A process that can't be asked any more has ended, and the check's own call says so.
      const stop = () => process.call('stopCheck', { requestId }).catch(() => {});
      signal.addEventListener('abort', stop);
      try {
        return await process.call('checkService', { ...input, requestId });
      } finally {
        signal.removeEventListener('abort', stop);
      }
    });
    if (signal.aborted || answer.kind === 'cancelled') throw checkCancelled();
    return answer;
  }

  async removeSecret(credentialId: string): Promise<void> {
    await this.#gate.during(async () => {
      const { process, store } = await this.#lifecycle.ready();
      await this.#book.remove(this.#book.get(credentialId, store), process);
    });
  }

  async removeSlot(place: Place): Promise<void> {
    await this.#gate.during(async () => {
      const { process, store } = await this.#lifecycle.ready();
      const record = this.#book.at(place, store);
      if (record) await this.#book.remove(record, process);
    });
  }

  /**
   * All secrets of a profile that is gone. They are out of sight at once, and those in a store that is not open now
   * are removed when it opens. A move that is under way comes first. @throws AppError when one had to be left for later.
   */
  removeAllOf(profileId: string): Promise<void> {
    return this.#gate.later(() => this.#removeAllOf(profileId));
  }

  async #removeAllOf(profileId: string): Promise<void> {
    const records = this.#book.markRemoved(profileId);
    const here = records.filter(({ store }) => store === this.#lifecycle.chosenStore);
    if (here.length === 0) return;
    const { process } = await this.#lifecycle.ready();
    for (const record of here) {
      if (await this.#book.finishRemoval(record, process)) continue;
      throw new AppError('keychain_locked', 'A secret could not be removed from the system keychain yet.', {
        hint: 'It is removed when the vault is opened next.',
        retryable: true,
      });
    }
  }

  /** `next` becomes `current`, `current` becomes `previous`, and what was previous is removed; all at once. */
  promoteNext({ profileId, kind }: { profileId: string; kind: string }): void {
    this.#gate.requireOpen();
    const store = this.#lifecycle.chosenStore;
    if (store === null) throw new AppError('no_credential', 'No secret has been entered yet.');
    const dropped = this.#book.promoteNext(profileId, kind, store);
    const open = this.#lifecycle.current;
    // A store that refuses, or is not open, is settled at the next open.
    if (dropped && open?.store === store) {
      this.#gate
        .during(() => this.#book.finishRemoval(dropped, open.process))
        .catch((error) => this.#onUnaudited(error));
    }
  }

  /** Which key signs: the one that the current secret belongs to. @throws AppError `no_credential`, `vault_locked` */
  async signChannel(input: {
    readonly profileId: string;
    /** The pair that signs, instead of the current one. */
    readonly credentialId?: string | undefined;
    readonly socketId: string;
    readonly channel: string;
    readonly channelData?: string | undefined;
  }): Promise<{ auth: string }> {
    const { profileId, credentialId, ...rest } = input;
    const open = await this.#lifecycle.ready();
    return open.process.call('signChannel', { ...this.#signer(open, { profileId, credentialId }), ...rest });
  }

  async signUser(input: {
    readonly profileId: string;
    /** The pair that signs, instead of the current one. */
    readonly credentialId?: string | undefined;
    readonly socketId: string;
    readonly userData: string;
  }): Promise<{ auth: string }> {
    const { profileId, credentialId, ...rest } = input;
    const open = await this.#lifecycle.ready();
    return open.process.call('signUser', { ...this.#signer(open, { profileId, credentialId }), ...rest });
  }

  /** The query string to send, signature included. */
  async signRequest(input: {
    readonly profileId: string;
    readonly slot?: Slot | undefined;
    /** The pair that signs, instead of the one in the slot. */
    readonly credentialId?: string | undefined;
    readonly method: string;
    readonly path: string;
    readonly query?: Readonly<Record<string, string>> | undefined;
    readonly body?: string | undefined;
    /** In place of a body that is not here: its MD5, in hex. */
    readonly bodyMd5?: string | undefined;
  }): Promise<{ query: string }> {
    const { profileId, slot, credentialId, ...rest } = input;
    const open = await this.#lifecycle.ready();
    const timestampSeconds = Math.floor(this.#now() / 1000);
    return open.process.call('signRequest', {
      ...this.#signer(open, { profileId, slot, credentialId }),
      ...rest,
      timestampSeconds,
    });
  }

  async verifyWebhook(input: {
    readonly profileId: string;
    readonly slot?: Slot | undefined;
    readonly body: string;
    readonly headerKey: string | undefined;
    readonly headerSignature: string | undefined;
  }): Promise<WebhookVerification> {
    const { profileId, slot, ...rest } = input;
    const open = await this.#lifecycle.ready();
    return open.process.call('verifyWebhook', { ...this.#signer(open, { profileId, slot }), ...rest });
  }

  async encrypt(input: {
    readonly profileId: string;
    readonly channel: string;
    readonly plaintext: string;
  }): Promise<EncryptedData> {
    const { profileId, channel, plaintext } = input;
    const { process, store } = await this.#lifecycle.ready();
    const record = this.#book.at({ profileId, kind: 'masterKey', slot: 'current' }, store);
    if (!record) {
      throw new AppError('no_credential', 'This app has no encryption master key.', {
        hint: 'Enter or make one under “Keys & rotation”.',
      });
    }
    this.#uses.count(record.credentialId);
    return process.call('encrypt', { credentialId: record.credentialId, channel, plaintext });
  }

  /**
   * One answer for each item, in order. A vault that is not open answers `vault-locked`, and never throws; so does one
   * that waits for the keychain: the log is not held up by a prompt.
   */
  async decryptBatch(input: {
    readonly profileId: string;
    readonly items: readonly EncryptedItem[];
  }): Promise<readonly Decryption[]> {
    const { profileId, items } = input;
    const open = this.#lifecycle.current;
    if (!open) return items.map(lockedItem);
    const isWaiting = this.status.state === 'waiting';
    const masterKeys = this.#book.stored(profileId, open.store).filter(({ kind }) => kind === 'masterKey');
    const records = masterKeys.toSorted(
      (one, other) => decryptionSlots.indexOf(one.slot) - decryptionSlots.indexOf(other.slot),
    );
    const keys = records.map(({ slot, credentialId }) => ({ slot, credentialId }));
    try {
      const asking = open.process.call('decryptBatch', { keys, items, fromMemory: isWaiting });
      return await (isWaiting ? asking : this.#lifecycle.unlessWaiting(asking));
    } catch (error) {
      if (error instanceof AppError && passing.includes(error.code)) return items.map(lockedItem);
      throw error;
    }
  }

  /** As above, with one key of whatever slot. @throws AppError `vault_locked`, `not_found`, or a store's failure */
  async decryptWith(credentialId: string, items: readonly EncryptedItem[]): Promise<readonly Decryption[]> {
    const { process, store } = await this.#lifecycle.ready();
    const { slot } = this.#book.get(credentialId, store);
    return process.call('decryptBatch', { keys: [{ slot, credentialId }], items });
  }

  /** For what has happened already, and can't be refused: a log that can't be written must not keep a vault open. */
  #audited(record: () => void): void {
    try {
      record();
    } catch (error) {
      this.#onUnaudited(error);
    }
  }

  /** Every signature is a use, which is counted. */
  #signer({ store }: OpenVault, wanted: WantedSigner): Signer {
    const { profileId, slot = 'current', credentialId } = wanted;
    const record = this.#book
      .stored(profileId, store)
      .find((each) =>
        credentialId === undefined
          ? each.kind === 'secret' && each.slot === slot
          : each.credentialId === credentialId,
      );
    if (record?.key) {
      this.#uses.count(record.credentialId);
      return { credentialId: record.credentialId, key: record.key };
    }
    if (credentialId !== undefined) {
      throw new AppError('no_credential', 'This pair is no longer in the vault.', {
        hint: 'Pick another one under “Keys & rotation”.',
      });
    }
    const which = slot === 'current' ? 'app secret' : `app secret marked “${slot}”`;
    throw new AppError('no_credential', `This app has no ${which} in the vault.`, {
      hint: 'Enter it under “Keys & rotation”.',
    });
  }
}

/** Which pair signs: the one in the slot (`current`), or the one that is named. */
interface WantedSigner {
  readonly profileId: string;
  readonly slot?: Slot | undefined;
  readonly credentialId?: string | undefined;
}

function checkCancelled(): AppError {
  return new AppError('cancelled', 'The check was cancelled. What it had sent by then may have arrived.');
}

function put(entered: EnteredValue): Keep {
  const value = 'portId' in entered ? { portId: entered.portId } : { value: entered.value };
  return (process, credentialId, format) => process.call('put', { credentialId, format, ...value });
}

function tooManyPorts(): AppError {
  const hint = 'Unlock the vault, or cancel, and try again.';
  return new AppError('conflict', 'Too many secrets wait for the vault.', { hint, retryable: true });
}

function lockedItem(): Decryption {
  return { state: 'closed', why: 'vault-locked' };
}
