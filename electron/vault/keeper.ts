/**
 * What runs in the vault process: reads secrets from the store when they are needed, keeps them in this process's
 * memory from then on, and answers with what is made from them.
 */
import { randomBytes } from 'node:crypto';
import type { StoreKind } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import {
  type DecryptionKey,
  decryptEvent,
  encodeBase64,
  encryptEvent,
  generateMasterKey,
  parseMasterKey,
  signChannel,
  signRequest,
  signUser,
  verifyWebhook,
} from '../signing/index.ts';
import {
  type Decryption,
  type EnteredValue,
  type EnvironmentToForm,
  type FileToOpen,
  type ImportSource,
  probeId,
  type Signer,
  type VaultApi,
} from './api.ts';
import { type EnvText, type EnvVariable, type ExportApp, envText, envVariables } from './export/index.ts';
import { Exporter } from './exporter.ts';
import { ImportDesk, type ImportText } from './import-desk.ts';
import { canonicalSecret, type SecretSummary, summarise } from './secret-forms.ts';
import { SecretPorts } from './secret-ports.ts';
import { ServiceChecks } from './service-check/index.ts';
import { missingSecret } from './status-words.ts';
import { otherPlaces, type SecretStore, storeHidesEntries, storeLocked, storeUnavailable } from './store.ts';
import { SealedEntries } from './stores/sealed-entries.ts';
import { removeSealedFile, SealedFileStore } from './stores/sealed-file-store.ts';
import { Sweeper } from './sweeper.ts';

type Input<M extends keyof VaultApi> = Parameters<VaultApi[M]>[0];

export type OpenStore = (kind: StoreKind, file: OpenedFile | undefined) => Promise<SecretStore>;

/** Where a vault file is, and the passphrase itself. */
export type OpenedFile = Omit<FileToOpen, 'passphrase'> & { readonly passphrase: string };

interface Opened {
  readonly kind: StoreKind;
  readonly store: SecretStore;
  readonly vaultId: string;
  readonly sealId: string | null;
  readonly canary: Uint8Array;
}

const canaryBytes = 32;
/** How long events stay closed after the keychain was found locked, before it is asked again for their sake. */
export const promptPauseMs = 60_000;

export class Keeper {
  readonly exporter = new Exporter({
    withSecrets: (environment) => this.#withSecrets(environment),
    read: (credentialId) => this.#value(credentialId),
    entered: (value) => this.#entered(value),
  });
  readonly sweeper = new Sweeper((credentialId) => this.#value(credentialId));
  readonly #openStore: OpenStore;
  readonly #ports: SecretPorts;
  readonly #imports: ImportDesk;
  readonly #values = new Map<string, string>();
  readonly #reading = new Map<string, Promise<string>>();
  readonly #checks = new ServiceChecks();
  readonly #now: () => number;
  readonly #cost: number | undefined;
  #opened: Opened | undefined;
  /** While secrets are moved: where they go, and after that where they were. */
  #beside: Opened | undefined;
  /** Of a move, the last one to have begun: when it has ended. A move that was given up does not stop it. */
  #step: Promise<unknown> = Promise.resolve();
  #looking: Promise<void> | undefined;
  /** When the store was last found to hide its entries, if it still did when it was last looked at. */
  #hiddenAt: number | undefined;

  /** @param cost Of scrypt, for passphrases that are new: tests that take thousands take the least. */
  constructor(
    openStore: OpenStore,
    ports = new SecretPorts(),
    now = () => performance.now(),
    cost?: number,
    imports = new ImportDesk(),
  ) {
    this.#openStore = openStore;
    this.#cost = cost;
    this.#ports = ports;
    this.#imports = imports;
    this.#now = now;
  }

  async open(input: Input<'open'>): Promise<{ vaultId: string }> {
    const { store: kind, vaultId, hasCanary, startOverAs, file, seal, checkEndpoints } = input;
    this.#checks.endpoints = checkEndpoints ?? {};
    this.sweeper.cancel();
    this.exporter.drop();
    this.#opened = undefined;
    this.#beside = undefined;
    this.#values.clear();
    // Its fingerprints are keyed by the store that was open.
    this.#imports.drop();
    const passphrase = seal && this.#entered(seal.passphrase);
    const base = await this.#openStore(kind, this.#withPassphrase(file));
    const sealId = seal?.sealId ?? null;
    const store =
      seal && passphrase !== undefined
        ? await SealedEntries.open(base, sealAccount(vaultId, seal.sealId), passphrase)
        : base;
    const use = (id: string, canary: string) => {
      this.#opened = { kind, store, vaultId: id, sealId, canary: Buffer.from(canary, 'base64') };
      return { vaultId: id };
    };
    const stored = await store.read(canaryAccount(vaultId, sealId));
    if (stored !== null) return use(vaultId, stored);
    if (!hasCanary) return use(vaultId, await this.#writeCanary(store, canaryAccount(vaultId, sealId)));
    if (startOverAs === undefined) throw storeHidesEntries();
    const canary = await this.#writeCanary(store, canaryAccount(startOverAs));
    // The store has just shown what it was given: now it can be believed.
    const former = await store.read(canaryAccount(vaultId));
    if (former === null) return use(startOverAs, canary);
    await store.remove(canaryAccount(startOverAs));
    return use(vaultId, former);
  }

  prepareMove(input: Input<'prepareMove'>): Promise<Record<string, never>> {
    return this.#asStep(this.#prepareMove(input));
  }

  async #prepareMove(input: Input<'prepareMove'>): Promise<Record<string, never>> {
    const { store: kind, vaultId, hasCanary, isEmpty, file, seal, from } = input;
    const { store: opened, canary } = this.#requireOpen();
    this.#beside = undefined;
    const former = from && this.#entered(from);
    const passphrase = seal && this.#entered(seal.passphrase);
    if (former !== undefined) {
      if (!(opened instanceof SealedEntries)) throw new AppError('conflict', 'The secrets are not sealed.');
      await opened.requirePassphrase(former);
    }
    const base = await this.#openStore(kind, this.#withPassphrase(file));
    const sealId = seal?.sealId ?? null;
    let store = base;
    if (seal && passphrase !== undefined) {
      const account = sealAccount(vaultId, seal.sealId);
      store = seal.isNew
        ? await SealedEntries.create(base, account, passphrase, this.#cost)
        : await SealedEntries.open(base, account, passphrase);
    }
    const there = await store.read(canaryAccount(vaultId, sealId));
    if (there === null && hasCanary) throw storeHidesEntries();
    const own = Buffer.from(canary).toString('base64');
    const used =
      there !== null && !isEmpty
        ? there
        : await this.#writeCanary(store, canaryAccount(vaultId, sealId), own);
    this.#beside = { kind, store, vaultId, sealId, canary: Buffer.from(used, 'base64') };
    return {};
  }

  copy(input: Input<'copy'>): Promise<readonly SecretSummary[]> {
    return this.#asStep(this.#copy(input));
  }

  async #copy({ copies }: Input<'copy'>): Promise<readonly SecretSummary[]> {
    const { canary } = this.#requireBeside();
    const values = new Map<string, string>();
    for (const { from, to } of copies) values.set(to, await this.#value(from));
    await writeAndReadBack(this.#requireBeside(), values);
    return [...values].map(([to, value]) => {
      this.#values.set(to, value);
      return summarise(value, canary);
    });
  }

  #asStep<T>(work: Promise<T>): Promise<T> {
    this.#step = work.catch(() => {});
    return work;
  }

  async holdsOnly({ credentialIds }: Input<'holdsOnly'>): Promise<boolean> {
    const { store, vaultId } = this.#requireOpen();
    if (!(store instanceof SealedFileStore)) return true;
    const known = new Set([
      canaryAccount(vaultId),
      ...credentialIds.map((credentialId) => accountOf(vaultId, credentialId)),
    ]);
    return store.accounts.every((account) => known.has(account));
  }

  /** Values stay known by their former ids as well: calls that are under way go by those. */
  async completeMove(): Promise<Record<string, never>> {
    const former = this.#requireOpen();
    this.#opened = this.#requireBeside();
    // As when another store is opened. One that has got the former's canary tells fingerprints alike.
    if (!Buffer.from(former.canary).equals(this.#opened.canary)) this.#imports.drop();
    this.#beside = former;
    this.#hiddenAt = undefined;
    return {};
  }

  async tidy({ leftovers, vaultId, credentialIds, folder }: Input<'tidy'>): Promise<boolean> {
    const { store: kind, sealId } = leftovers;
    await this.#step;
    const beside = this.#beside?.kind === kind ? this.#beside.store : undefined;
    this.#beside = undefined;
    if (kind === 'file' && leftovers.isAll) {
      await removeSealedFile(folder);
      return true;
    }
    if (kind === 'file' && !beside) return false;
    // What is sealed in a keychain is removed as what is not.
    const store = kind === 'file' && beside ? beside : await this.#openStore(kind, undefined);
    const accounts = credentialIds.map((credentialId) => accountOf(vaultId, credentialId));
    if (leftovers.isAll) accounts.push(canaryAccount(vaultId, sealId));
    if (leftovers.isAll && sealId !== null) accounts.push(sealAccount(vaultId, sealId));
    // The canary may be gone already. A store that shows what it was given, before and after, is no locked one.
    const probe = accountOf(vaultId, probeId);
    await this.#writeProbe(store, probe);
    await removeFrom(store, accounts);
    await requireRemoved(store, accounts);
    if ((await store.read(probe)) === null) throw storeHidesEntries();
    await store.remove(probe);
    return true;
  }

  async put({ credentialId, format, ...entered }: Input<'put'>): Promise<SecretSummary> {
    return this.#keep(credentialId, canonicalSecret(format, this.#entered(entered)));
  }

  async openImport(source: Input<'openImport'>) {
    this.#requireOpen();
    return this.#imports.open(
      this.#textOf(source),
      (value) => summarise(value, this.#requireOpen().canary).fingerprint,
    );
  }

  async putImported({ credentialId, importId, ...place }: Input<'putImported'>): Promise<SecretSummary> {
    return this.#keep(credentialId, this.#imports.secret(importId, place));
  }

  async dropImport({ importId }: Input<'dropImport'>): Promise<Record<string, never>> {
    this.#imports.drop(importId);
    return {};
  }

  #textOf(source: ImportSource): ImportText {
    if ('path' in source) {
      const { path, passphrase } = source;
      return { path, passphrase: passphrase && this.#entered(passphrase) };
    }
    return { text: 'portId' in source ? this.#ports.takeText(source.portId) : source.value };
  }

  async changePassphrase({ from, to }: Input<'changePassphrase'>): Promise<Record<string, never>> {
    const { store } = this.#requireOpen();
    if (!(store instanceof SealedFileStore)) {
      throw new AppError('conflict', 'The secrets are not kept in a vault file.');
    }
    const [former, next] = [this.#entered(from), this.#entered(to)];
    await store.changePassphrase(former, next);
    return {};
  }

  #entered(entered: EnteredValue): string {
    return 'portId' in entered ? this.#ports.take(entered.portId) : entered.value;
  }

  async generateMasterKey({ credentialId }: Input<'generateMasterKey'>): Promise<SecretSummary> {
    return this.#keep(credentialId, encodeBase64(generateMasterKey()));
  }

  async load({ credentialId }: Input<'load'>): Promise<Record<string, never>> {
    await this.#value(credentialId);
    return {};
  }

  async show({ credentialId, portId }: Input<'show'>): Promise<Record<string, never>> {
    this.#ports.show(portId, await this.#value(credentialId));
    return {};
  }

  async tell({ credentialId }: Input<'tell'>): Promise<{ value: string }> {
    return { value: await this.#value(credentialId) };
  }

  async formVariables(input: Input<'formVariables'>): Promise<readonly EnvVariable[]> {
    return envVariables(await this.#withSecrets(input), input.target);
  }

  async formEnvText(input: Input<'formEnvText'>): Promise<EnvText> {
    return envText(await this.#withSecrets(input), input.target, input.style);
  }

  async remove({ credentialIds }: Input<'remove'>): Promise<Record<string, never>> {
    const { store, vaultId } = this.#requireOpen();
    const accounts = credentialIds.map((credentialId) => accountOf(vaultId, credentialId));
    // A locked keychain ignores the removal without asking the user, and then shows nothing: it is asked to open
    // before, and can be believed only while it shows the canary.
    await this.#requireVisible();
    await removeFrom(store, accounts);
    await this.#requireVisible().catch(maybeRemoved);
    await requireRemoved(store, accounts);
    for (const credentialId of credentialIds) this.#values.delete(credentialId);
    return {};
  }

  async signChannel({ socketId, channel, channelData, ...signer }: Input<'signChannel'>) {
    return { auth: signChannel({ ...(await this.#pair(signer)), socketId, channel, channelData }) };
  }

  async signUser({ socketId, userData, ...signer }: Input<'signUser'>) {
    return { auth: signUser({ ...(await this.#pair(signer)), socketId, userData }) };
  }

  async signRequest({ credentialId, key, ...request }: Input<'signRequest'>) {
    const pair = await this.#pair({ credentialId, key });
    return { query: signRequest({ ...pair, ...request }).query };
  }

  async verifyWebhook({ body, headerKey, headerSignature, ...signer }: Input<'verifyWebhook'>) {
    return verifyWebhook({ ...(await this.#pair(signer)), body, headerKey, headerSignature });
  }

  async encrypt({ credentialId, channel, plaintext }: Input<'encrypt'>) {
    const masterKey = parseMasterKey(await this.#value(credentialId));
    return encryptEvent({ masterKey, channel, plaintext });
  }

  async decryptBatch({
    keys,
    items,
    fromMemory = false,
  }: Input<'decryptBatch'>): Promise<readonly Decryption[]> {
    const usable: DecryptionKey[] = [];
    for (const { slot, credentialId } of keys) {
      if (!this.#values.has(credentialId)) {
        if (fromMemory) throw new AppError('vault_waiting', 'A master key has not been read yet.');
        if (this.#wasJustHidden()) throw storeLocked();
      }
      const value = await this.#valueIfThere(credentialId);
      if (value !== undefined) usable.push({ slot, masterKey: parseMasterKey(value) });
    }
    return items.map(({ channel, data }) => decryptEvent({ channel, data, keys: usable }));
  }

  checkService({ credentialId, ...check }: Input<'checkService'>) {
    return this.#checks.run(check, () => this.#value(credentialId));
  }

  async stopCheck({ requestId }: Input<'stopCheck'>): Promise<Record<string, never>> {
    this.#checks.stop(requestId);
    return {};
  }

  #withPassphrase(file: FileToOpen | undefined): OpenedFile | undefined {
    return file && { ...file, passphrase: this.#entered(file.passphrase) };
  }

  async #writeCanary(
    store: SecretStore,
    account: string,
    canary = randomBytes(canaryBytes).toString('base64'),
  ): Promise<string> {
    await this.#writeProbe(store, account, canary);
    return canary;
  }

  /** An entry that tells an open store from one that hides its entries. */
  async #writeProbe(store: SecretStore, account: string, value = randomBytes(8).toString('hex')) {
    await store.write(account, value);
    if ((await store.read(account)) === value) return;
    throw storeUnavailable(
      'The system keychain took an entry and did not keep it.',
      `Check that your login keychain is unlocked, ${otherPlaces}.`,
    );
  }

  async #keep(credentialId: string, value: string): Promise<SecretSummary> {
    const { canary } = this.#requireOpen();
    await writeAndReadBack(this.#requireOpen(), new Map([[credentialId, value]]));
    this.#values.set(credentialId, value);
    return summarise(value, canary);
  }

  async #withSecrets({ app, secrets }: EnvironmentToForm): Promise<ExportApp> {
    const values = await Promise.all(
      secrets.map(async ({ field, credentialId }) => [field, await this.#value(credentialId)] as const),
    );
    return { ...app, fields: { ...app.fields, ...Object.fromEntries(values) } };
  }

  async #pair({ credentialId, key }: Signer): Promise<{ key: string; secret: string }> {
    return { key, secret: await this.#value(credentialId) };
  }

  async #valueIfThere(credentialId: string): Promise<string | undefined> {
    try {
      return await this.#value(credentialId);
    } catch (error) {
      if (error instanceof AppError && error.code === 'no_credential') return undefined;
      throw error;
    }
  }

  async #value(credentialId: string): Promise<string> {
    const known = this.#values.get(credentialId);
    if (known !== undefined) return known;
    const reading =
      this.#reading.get(credentialId) ??
      this.#read(credentialId).finally(() => this.#reading.delete(credentialId));
    this.#reading.set(credentialId, reading);
    return reading;
  }

  async #read(credentialId: string): Promise<string> {
    const { kind, store, vaultId } = this.#requireOpen();
    const account = accountOf(vaultId, credentialId);
    // First, so that a user who dismisses the keychain's prompt is not asked twice for one thing.
    await this.#requireVisible();
    const value = (await store.read(account)) ?? (await this.#readAgain(account));
    if (value === null) throw missingSecret(kind);
    this.#values.set(credentialId, value);
    return value;
  }

  /** It may have been locked for the first try, and opened by the prompt of the look at the canary. */
  async #readAgain(account: string): Promise<string | null> {
    await this.#requireVisible();
    return this.#requireOpen().store.read(account);
  }

  /**
   * Tells an entry that is gone from a store that shows nothing, as it is locked. Those who ask at the same time get
   * one answer: the user is asked once, and not once for each of them.
   */
  #requireVisible(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { store, vaultId, sealId } = this.#requireOpen();
    const isVisible = (await store.read(canaryAccount(vaultId, sealId))) !== null;
    this.#hiddenAt = isVisible ? undefined : this.#now();
    if (!isVisible) throw storeHidesEntries();
  }

  /**
   * What the page draws asks for keys many times a second: a user who has just dismissed the keychain's prompt would get
   * nothing but prompts. Whatever the user does asks again at once.
   */
  #wasJustHidden(): boolean {
    return this.#hiddenAt !== undefined && this.#now() - this.#hiddenAt < promptPauseMs;
  }

  #requireBeside(): Opened {
    if (!this.#beside) throw new AppError('conflict', 'No move is under way.');
    return this.#beside;
  }

  #requireOpen(): Opened {
    if (!this.#opened) throw new AppError('vault_locked', 'The vault is not open.');
    return this.#opened;
  }
}

/** @param values By their credential ids. */
async function writeAndReadBack(
  { store, vaultId, sealId }: Opened,
  values: ReadonlyMap<string, string>,
): Promise<void> {
  const entries = [...values].map(([id, value]) => [accountOf(vaultId, id), value] as const);
  if (store instanceof SealedFileStore) await store.writeAll(entries);
  else for (const [account, value] of entries) await store.write(account, value);
  for (const [account, value] of entries) {
    if ((await store.read(account)) === value) continue;
    if ((await store.read(canaryAccount(vaultId, sealId))) === null) throw storeHidesEntries();
    throw storeUnavailable('The system keychain did not keep what was written.', 'Try again.');
  }
}

async function removeFrom(store: SecretStore, accounts: readonly string[]): Promise<void> {
  if (store instanceof SealedFileStore) return store.removeAll(accounts);
  for (const account of accounts) await store.remove(account);
}

async function requireRemoved(store: SecretStore, accounts: readonly string[]): Promise<void> {
  for (const account of accounts) {
    if ((await store.read(account)) !== null) throw notRemoved();
  }
}

function notRemoved(): AppError {
  return storeUnavailable('The system keychain did not remove the entry.', 'Try again.');
}

function accountOf(vaultId: string, credentialId: string): string {
  return `${vaultId}/${credentialId}`;
}

function canaryAccount(vaultId: string, sealId: string | null = null): string {
  return sealId === null ? `${vaultId}/canary` : `${vaultId}/${sealId}/canary`;
}

/** Says how the entries are sealed. */
function sealAccount(vaultId: string, sealId: string): string {
  return `${vaultId}/${sealId}/seal`;
}

/** Locked since it was asked: what it was to remove may be gone by now. */
function maybeRemoved(error: unknown): never {
  if (!(error instanceof AppError) || error.code !== 'keychain_locked') throw error;
  throw storeUnavailable(
    'The system keychain is locked, and was locked while it removed an entry.',
    'Unlock your login keychain, then try again.',
  );
}

/**
 * The keeper as it is served. Of an unexpected error only the kind and the method leave the process: its message
 * could hold a value.
 */
export function serveable(keeper: Keeper): VaultApi {
  return {
    open: (input) => guarded('open', () => keeper.open(input)),
    put: (input) => guarded('put', () => keeper.put(input)),
    openImport: (input) => guarded('openImport', () => keeper.openImport(input)),
    putImported: (input) => guarded('putImported', () => keeper.putImported(input)),
    dropImport: (input) => guarded('dropImport', () => keeper.dropImport(input)),
    generateMasterKey: (input) => guarded('generateMasterKey', () => keeper.generateMasterKey(input)),
    load: (input) => guarded('load', () => keeper.load(input)),
    show: (input) => guarded('show', () => keeper.show(input)),
    tell: (input) => guarded('tell', () => keeper.tell(input)),
    formVariables: (input) => guarded('formVariables', () => keeper.formVariables(input)),
    formEnvText: (input) => guarded('formEnvText', () => keeper.formEnvText(input)),
    changePassphrase: (input) => guarded('changePassphrase', () => keeper.changePassphrase(input)),
    prepareMove: (input) => guarded('prepareMove', () => keeper.prepareMove(input)),
    copy: (input) => guarded('copy', () => keeper.copy(input)),
    holdsOnly: (input) => guarded('holdsOnly', () => keeper.holdsOnly(input)),
    completeMove: () => guarded('completeMove', () => keeper.completeMove()),
    tidy: (input) => guarded('tidy', () => keeper.tidy(input)),
    remove: (input) => guarded('remove', () => keeper.remove(input)),
    signChannel: (input) => guarded('signChannel', () => keeper.signChannel(input)),
    signUser: (input) => guarded('signUser', () => keeper.signUser(input)),
    signRequest: (input) => guarded('signRequest', () => keeper.signRequest(input)),
    verifyWebhook: (input) => guarded('verifyWebhook', () => keeper.verifyWebhook(input)),
    encrypt: (input) => guarded('encrypt', () => keeper.encrypt(input)),
    decryptBatch: (input) => guarded('decryptBatch', () => keeper.decryptBatch(input)),
    checkService: (input) => guarded('checkService', () => keeper.checkService(input)),
    stopCheck: (input) => guarded('stopCheck', () => keeper.stopCheck(input)),
    prepareExport: (input) => guarded('prepareExport', () => keeper.exporter.prepare(input)),
    writeExport: ({ exportId, file }) => guarded('writeExport', () => keeper.exporter.write(exportId, file)),
    sweep: (input) => guarded('sweep', () => keeper.sweeper.sweep(input)),
    cancelSweep: () =>
      guarded('cancelSweep', async () => {
        keeper.sweeper.cancel();
        return {};
      }),
  };
}

async function guarded<T>(method: keyof VaultApi, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) throw error;
    const kind = error instanceof Error ? error.name : typeof error;
    throw new Error(`The vault process failed in ${method} (${kind}).`);
  }
}
