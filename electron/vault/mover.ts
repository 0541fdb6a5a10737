/**
 * Moves every secret from the open store to another one. Copies first, each under an id of its own and read back; then
 * the index says in one transaction that these are the secrets and where they are; then what is left in the place
 * before is removed. The index has a move's leftovers from before its first step to after its last: docs/decisions.
 */
import { randomUUID } from 'node:crypto';
import type { MoveTarget, StoreKind, VaultMove } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import type { AuditTrail } from '../audit/index.ts';
import type { EnteredValue, SealToOpen, VaultApi } from './api.ts';
import type { ChangeGate } from './change-gate.ts';
import { note, singleSlots } from './credential-book.ts';
import { type CredentialIndex, type CredentialRecord, idIn } from './credential-index.ts';
import type { Lifecycle, Running } from './lifecycle.ts';
import type { SecretSummary } from './secret-forms.ts';
import * as words from './status-words.ts';
import { hasSealedFile } from './stores/sealed-file-store.ts';

export interface MoverOptions {
  readonly index: CredentialIndex;
  readonly audit: AuditTrail;
  readonly lifecycle: Lifecycle;
  readonly gate: ChangeGate;
  /** Where the vault file is, or will be. */
  readonly folder: string;
  onProgress(move: VaultMove | null): void;
  /** What is still to be written down by the former ids. */
  beforeSwitch(): void;
  /** The secrets of this profile have other ids. */
  onCredentialsChanged(profileId: string): void;
}

interface Target {
  readonly store: MoveTarget;
  /** Of a vault file. */
  readonly passphrase?: EnteredValue | undefined;
  /** Of a keychain that is sealed, or is to be. */
  readonly seal?: (SealToOpen & { readonly isNew: boolean }) | undefined;
  /** What the open store is sealed with, asked for once more. */
  readonly from?: EnteredValue | undefined;
  /** The same keychain. */
  readonly isInPlace?: boolean;
}

export interface MoveEnd {
  readonly isCleared: boolean;
}

/** A secret that is in both places. */
interface Copied {
  /** Its credential ids. */
  readonly from: string;
  readonly to: string;
  readonly summary: SecretSummary;
}

export class Mover {
  readonly #options: MoverOptions;
  #move: VaultMove | null = null;
  #cancelled = new AbortController();

  constructor(options: MoverOptions) {
    this.#options = options;
  }

  get move(): VaultMove | null {
    return this.#move;
  }

  cancel(): void {
    this.#cancelled.abort();
  }

  /** @returns Whether nothing is left in the place before. @throws AppError after which everything is where it was. */
  async moveTo(store: MoveTarget, passphrase: EnteredValue | undefined): Promise<MoveEnd> {
    const { store: from } = await this.#options.lifecycle.running();
    if (from === store) throw words.isThereAlready(store);
    const { sealId } = this.#options.index.readMeta();
    const isSealed = store === 'file' || sealId !== null;
    if (isSealed && !passphrase) throw words.passphraseRequired();
    const seal = store === 'keychain' &&
      sealId !== null &&
      passphrase && { sealId, passphrase, isNew: false };
    return this.#run(from, { store, passphrase, seal: seal || undefined });
  }

  /**
   * From the open keychain to itself, sealed otherwise.
   * @param how `from` is what it is sealed with, where it is; without `to`, nothing seals it after that.
   */
  async reseal(how: { readonly from?: EnteredValue; readonly to?: EnteredValue }): Promise<MoveEnd> {
    const { store } = await this.#options.lifecycle.running();
    const isSealed = this.#options.index.readMeta().sealId !== null;
    if (store !== 'keychain' || isSealed !== (how.from !== undefined)) throw words.notToSeal(store, isSealed);
    const seal = how.to && { sealId: randomUUID(), passphrase: how.to, isNew: true };
    return this.#run(store, { store, seal, from: how.from, isInPlace: true });
  }

  async #run(from: StoreKind, target: Target): Promise<MoveEnd> {
    const { gate } = this.#options;
    gate.requireOpen();
    this.#cancelled = new AbortController();
    this.#tell({ from, to: target.store, done: 0, total: 0 });
    try {
      return await gate.closed(() => this.#moveAll(target));
    } finally {
      this.#tell(null);
    }
  }

  async #moveAll(target: Target): Promise<MoveEnd> {
    const { lifecycle } = this.#options;
    await Promise.race([lifecycle.tidied(), whenCancelled(this.#cancelled.signal)]);
    const running = await lifecycle.running();
    try {
      const copied = await this.#copyAll(running, target);
      await this.#switch(running, target, copied);
    } catch (error) {
      await this.#clear(running);
      const isLost = running.store === 'session' && !running.process.isRunning;
      throw error instanceof AppError ? words.notMoved(error, running.store, isLost) : error;
    }
    // From here on the secrets are there, whatever happens.
    const isComplete = await running.process
      .operation()
      .call('completeMove', {})
      .then(
        () => true,
        () => false,
      );
    return { isCleared: isComplete && (await this.#clear(running)) };
  }

  async #copyAll(running: Running, target: Target): Promise<Copied[]> {
    const { index, folder } = this.#options;
    const { store, passphrase, seal, from, isInPlace = false } = target;
    const records = index.list({ store: running.store }).filter(({ state }) => state === 'stored');
    if (!isInPlace) this.#requireFree(records, store);
    this.#tell({ from: running.store, to: store, done: 0, total: records.length });
    // A keychain that is sealed otherwise has nothing of that yet.
    const hasCanary = store === 'keychain' && index.readMeta().hasCanary && !isInPlace;
    // What there is none of is made, and is to go if this ends early.
    const isAll = store === 'file' ? !hasSealedFile(folder) : !hasCanary;
    index.writeMeta({ leftovers: { store, isAll, sealId: seal?.sealId ?? null } });
    const vaultId = idIn(store, index.readMeta());
    if (vaultId === null) throw new Error('A vault that is open has an id.');
    await this.#call(running, 'prepareMove', {
      store,
      vaultId,
      hasCanary,
      isEmpty: isInPlace || !index.list({ store }).some(({ state }) => state === 'stored'),
      ...(store === 'file' && passphrase ? { file: { folder, passphrase, how: 'make' as const } } : {}),
      seal,
      from,
    });
    const begun = records.map((record): readonly [CredentialRecord, CredentialRecord] => {
      const copy = { credentialId: randomUUID(), store, state: 'writing', fingerprint: '' } as const;
      return [record, { ...record, ...copy }];
    });
    index.change({ put: begun.map(([, to]) => to) });
    const copied: Copied[] = [];
    while (copied.length < begun.length) {
      const batch = begun.slice(copied.length, copied.length + batchSize(store, copied.length));
      for (const [record] of batch) await this.#load(running, record);
      const copies = batch.map(([from, to]) => ({ from: from.credentialId, to: to.credentialId }));
      const summaries = await this.#call(running, 'copy', { copies });
      for (const [at, copy] of copies.entries()) {
        const summary = summaries[at];
        if (!summary) throw new Error('A copy was made of which nothing is told.');
        copied.push({ ...copy, summary });
      }
      this.#tell({ from: running.store, to: store, done: copied.length, total: begun.length });
    }
    return copied;
  }

  async #load(running: Running, record: CredentialRecord): Promise<void> {
    try {
      await this.#call(running, 'load', { credentialId: record.credentialId });
    } catch (error) {
      throw error instanceof AppError && error.code === 'no_credential' ? words.lostSecret(record) : error;
    }
  }

  async #switch({ process, store }: Running, target: Target, copied: readonly Copied[]): Promise<void> {
    const { index, audit, lifecycle } = this.#options;
    const { store: to, seal, isInPlace = false } = target;
    const credentialIds = index.list({ store }).map(({ credentialId }) => credentialId);
    const isAll = await process.operation().call('holdsOnly', { credentialIds });
    this.#requireGoingOn();
    process.requireRunning();
    this.#options.beforeSwitch();
    const originals = new Map(index.list({ store }).map((record) => [record.credentialId, record]));
    const changed = new Set<string>();
    audit.together(() => {
      for (const { from, to: credentialId, summary } of copied) {
        const original = originals.get(from);
        if (!original) throw new Error('A secret went while it was being moved.');
        // As it is by now: it may have got another name meanwhile.
        const moved: CredentialRecord = { ...original, ...summary, credentialId, store: to };
        // A session's values go with its store, and can't be left.
        if (store === 'session') index.change({ put: [moved], remove: [from] });
        else index.change({ put: [moved, { ...original, state: 'removing' }] });
        if (!isInPlace) audit.record(note('relocated', moved));
        changed.add(original.profileId);
      }
      if (isInPlace) audit.record({ action: resealed(target), outcome: 'done', store });
      const { sealId } = index.readMeta();
      index.writeMeta({
        chosenStore: to,
        leftovers:
          store === 'session' ? null : { store, isAll, sealId: store === 'keychain' ? sealId : null },
        ...(store === 'keychain' ? { hasCanary: false, sealId: null } : {}),
        ...(to === 'keychain' ? { hasCanary: true, sealId: seal?.sealId ?? null } : {}),
      });
    });
    lifecycle.switchedTo(to);
    for (const profileId of changed) this.#options.onCredentialsChanged(profileId);
  }

  /** What can't be removed now is, when the vault is opened next. */
  async #clear({ process }: Running): Promise<boolean> {
    try {
      // One that was ended can't be asked, and what was open may be closing.
      process.requireRunning();
      if (process.isCatchingUp) {
        this.#options.lifecycle.tidyLater(process);
        return false;
      }
      return await this.#options.lifecycle.tidyWith(process.operation());
    } catch (error) {
      if (error instanceof AppError) return false;
      throw error;
    }
  }

  /** Two secrets in one place would leave one of them out of sight. */
  #requireFree(records: readonly CredentialRecord[], store: StoreKind): void {
    const { index } = this.#options;
    const placeOf = ({ profileId, kind, slot }: CredentialRecord) => `${profileId} ${kind} ${slot}`;
    const there = index.list({ store }).filter(({ state }) => state === 'stored');
    const taken = new Set(there.map(placeOf));
    const isTaken = (record: CredentialRecord) =>
      singleSlots.includes(record.slot) && taken.has(placeOf(record));
    const count = records.filter(isTaken).length;
    if (count > 0) throw words.placesTaken(store, count);
  }

  #call<M extends keyof VaultApi>(
    { process }: Running,
    method: M,
    input: Parameters<VaultApi[M]>[0],
  ): Promise<Awaited<ReturnType<VaultApi[M]>>> {
    this.#requireGoingOn();
    // Each by itself: it is not one thing to wait for, as the user sees it go on.
    return process.operation().call(method, input);
  }

  #requireGoingOn(): void {
    if (this.#cancelled.signal.aborted) throw cancelledMove();
  }

  #tell(move: VaultMove | null): void {
    this.#move = move;
    this.#options.onProgress(move);
  }
}

/**
 * A vault file is written as a whole for each batch: with batches that grow as it does, the time for all of them grows
 * with the number of secrets, and no faster.
 */
function batchSize(store: MoveTarget, copiedCount: number): number {
  return store === 'file' ? Math.max(1, Math.floor(copiedCount / 4)) : 1;
}

/** Rejects once the move is cancelled. */
function whenCancelled(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(cancelledMove());
    signal.addEventListener('abort', () => reject(cancelledMove()));
  });
}

function cancelledMove(): AppError {
  return new AppError('cancelled', 'You cancelled the move.');
}

function resealed({ seal, from }: Target): 'passphraseSet' | 'passphraseChanged' | 'passphraseRemoved' {
  if (!seal) return 'passphraseRemoved';
  return from ? 'passphraseChanged' : 'passphraseSet';
}
