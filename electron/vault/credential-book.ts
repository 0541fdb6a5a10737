/**
 * Credentials in the index and their values in the store, kept in step: the index says first what is about to happen
 * to the store, so that whatever a crash leaves behind is known, and settled when the store opens again.
 */
import { randomUUID } from 'node:crypto';
import type { AuditAction, AuditOutcome } from '#shared/contract/audit.ts';
import type { Credential, Slot, StoreKind } from '#shared/contract/vault.ts';
import { AppError, type ErrorCode } from '#shared/lib/app-error.ts';
import type { AuditNote, AuditTrail } from '../audit/index.ts';
import type { CredentialIndex, CredentialRecord } from './credential-index.ts';
import type { SecretSummary } from './secret-forms.ts';
import * as words from './status-words.ts';
import type { VaultCalls } from './vault-process.ts';

export interface Place {
  readonly profileId: string;
  /** The field that it fills. */
  readonly kind: string;
  readonly slot: Slot;
}

/** What is entered, beside its value. */
export interface Entry extends Place {
  /** The app key that a `secret` belongs to. */
  readonly key: string | null;
  readonly label: string | null;
}

/** Of these there is one at most, and what is entered takes the place of what was there. */
export const singleSlots: readonly Slot[] = ['current', 'next', 'previous'];

type Remover = Pick<VaultCalls, 'call'>;

/** After these nothing was asked of the store: there was no value, or its form was refused. */
const unasked: readonly ErrorCode[] = ['invalid_input', 'not_found'];

export class CredentialBook {
  readonly #index: CredentialIndex;
  readonly #audit: AuditTrail;
  readonly #now: () => number;
  readonly #onChanged: (profileId: string) => void;

  constructor(
    index: CredentialIndex,
    audit: AuditTrail,
    now: () => number,
    onChanged: (profileId: string) => void,
  ) {
    this.#index = index;
    this.#audit = audit;
    this.#now = now;
    this.#onChanged = onChanged;
  }

  stored(profileId: string, store: StoreKind): CredentialRecord[] {
    return this.#index.list({ profileId, store }).filter(({ state }) => state === 'stored');
  }

  storedIn(store: StoreKind): CredentialRecord[] {
    return this.#index.list({ store }).filter(({ state }) => state === 'stored');
  }

  at(place: Place, store: StoreKind): CredentialRecord | undefined {
    return this.stored(place.profileId, store).find(
      ({ kind, slot }) => kind === place.kind && slot === place.slot,
    );
  }

  /**
   * @param store The one that is open, or chosen: of another one it could only seem to be removed.
   * @throws AppError `not_found`
   */
  get(credentialId: string, store: StoreKind | null): CredentialRecord {
    const record = this.#index.find(credentialId);
    if (record?.state !== 'stored') {
      throw new AppError('not_found', 'This credential is no longer in Latchkey.');
    }
    if (record.store !== store) throw words.isElsewhere(record.store);
    return record;
  }

  count(store: StoreKind): number {
    return this.storedIn(store).length;
  }

  /** What a store may have, and nobody is to have any more. */
  unsettled(store: StoreKind): CredentialRecord[] {
    return this.#index.list({ store }).filter(({ state }) => state !== 'stored');
  }

  together(work: () => void): void {
    this.#audit.together(work);
  }

  /**
   * Replaces what is in the place, once the new value is known to be kept. The old value is removed after that; if
   * that fails, it is removed at the next open.
   * @param keep Has the value stored under the id that it is given.
   * @param slotThen Where it goes, asked once it is kept, with nothing between that and its taking the place: what was
   * free before the value was written may be taken by now. Without it, the entry's own slot.
   */
  async enter(
    action: 'entered' | 'generated',
    entry: Entry,
    store: StoreKind,
    process: Remover,
    keep: (credentialId: string) => Promise<SecretSummary>,
    slotThen: () => Slot = () => entry.slot,
  ): Promise<Credential> {
    const writing: CredentialRecord = {
      ...entry,
      credentialId: randomUUID(),
      fingerprint: '',
      lastFour: null,
      createdAt: this.#now(),
      lastUsedAt: null,
      store,
      state: 'writing',
    };
    this.#index.change({ put: [writing] });
    const summary = await this.#keep(writing, keep);
    if (this.#index.find(writing.credentialId)?.state !== 'writing') {
      throw new AppError('not_found', 'The app was taken away while its secret was being stored.');
    }
    const stored: CredentialRecord = { ...writing, ...summary, slot: slotThen(), state: 'stored' };
    const replaced = singleSlots.includes(stored.slot) ? this.at(stored, store) : undefined;
    this.#change(
      { put: replaced ? [stored, { ...replaced, state: 'removing' }] : [stored] },
      replaced ? [note(action, stored), note('removed', replaced)] : [note(action, stored)],
    );
    this.#onChanged(entry.profileId);
    if (replaced) await this.finishRemoval(replaced, process);
    return toCredential(stored);
  }

  /** @throws AppError what failed: `keychain_locked` changes nothing, after any other it is out of use and goes later. */
  async remove(record: CredentialRecord, process: Remover): Promise<void> {
    this.#change({ put: [{ ...record, state: 'removing' }] }, [note('removed', record)]);
    try {
      await process.call('remove', { credentialIds: [record.credentialId] });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === 'keychain_locked') {
        // Certainly not done. After any other failure it may have been, or may yet be.
        this.#change({ put: [record] }, [note('removed', record, 'failed')]);
        throw error;
      }
      this.#onChanged(record.profileId);
      throw words.removalPending(error);
    }
    this.#index.change({ remove: [record.credentialId] });
    this.#onChanged(record.profileId);
  }

  /** Marks all that a profile has, in every store, for removal. Gives what was there. */
  markRemoved(profileId: string): readonly CredentialRecord[] {
    const records = this.#index.list({ profileId });
    this.#change(
      { put: records.map((record) => ({ ...record, state: 'removing' })) },
      seen(records).map((record) => note('removed', record)),
    );
    if (records.length > 0) this.#onChanged(profileId);
    return records;
  }

  /** Gives the record whose value is no longer in use, if there was one: the one before the previous. */
  promoteNext(profileId: string, kind: string, store: StoreKind): CredentialRecord | undefined {
    const next = this.at({ profileId, kind, slot: 'next' }, store);
    if (!next) {
      throw new AppError('no_credential', 'There is no next version to change to.', {
        hint: 'Enter it under “Keys & rotation” first.',
      });
    }
    const current = this.at({ profileId, kind, slot: 'current' }, store);
    const previous = this.at({ profileId, kind, slot: 'previous' }, store);
    const promoted: CredentialRecord = { ...next, slot: 'current' };
    const put = [promoted];
    if (current) put.push({ ...current, slot: 'previous' });
    // Without a current version, what is previous stays: nothing takes its place.
    const dropped = current ? previous : undefined;
    if (dropped) put.push({ ...dropped, state: 'removing' });
    this.#change(
      { put },
      dropped ? [note('promoted', promoted), note('removed', dropped)] : [note('promoted', promoted)],
    );
    this.#onChanged(profileId);
    return dropped;
  }

  label(record: CredentialRecord, label: string | null): Credential {
    const labelled = { ...record, label };
    this.#change({ put: [labelled] }, [note('labelled', labelled)]);
    this.#onChanged(record.profileId);
    return toCredential(labelled);
  }

  /** What was current becomes an extra one when another takes its place. @throws AppError `conflict` */
  move(record: CredentialRecord, slot: Slot): Credential {
    if (record.slot === slot) return toCredential(record);
    const there = singleSlots.includes(slot) ? this.at({ ...record, slot }, record.store) : undefined;
    if (there && slot !== 'current') {
      const mark = slot === 'previous' && record.kind !== 'masterKey' ? 'retiring' : slot;
      throw new AppError('conflict', `Another one is marked “${mark}” already.`, {
        hint: 'Remove that one, or mark it as something else first.',
      });
    }
    const moved: CredentialRecord = { ...record, slot };
    const former: CredentialRecord[] = there ? [{ ...there, slot: 'extra' }] : [];
    this.#change(
      { put: [moved, ...former] },
      [moved, ...former].map((each) => note('moved', each)),
    );
    this.#onChanged(record.profileId);
    return toCredential(moved);
  }

  /** Uses that were counted since. One that is gone by now is no failure. @returns The profiles whose they are */
  noteUses(
    uses: ReadonlyMap<string, { readonly count: number; readonly lastAt: number }>,
  ): ReadonlySet<string> {
    const used = [...uses].flatMap(([credentialId, use]) => {
      const record = this.#index.find(credentialId);
      return record ? [{ record: { ...record, lastUsedAt: use.lastAt }, count: use.count }] : [];
    });
    this.#change(
      { put: used.map(({ record }) => record) },
      used.map(({ record, count }) => ({ ...note('used', record), count })),
    );
    return new Set(used.map(({ record }) => record.profileId));
  }

  /** Removes what a crash, a cancelled call or a locked store left behind. A store that refuses keeps it for later. */
  async settle(store: StoreKind, process: Remover): Promise<void> {
    const records = this.unsettled(store);
    // A vault file is written as a whole: once for all of them.
    const batches = store === 'file' ? [records] : records.map((record) => [record]);
    for (const batch of batches) {
      if (batch.length > 0 && !(await this.#finishRemovals(batch, process))) return;
    }
  }

  /** Takes every record of a store away: its values are gone, or are not to be known any more. */
  forget(store: StoreKind): void {
    const records = this.#index.list({ store });
    if (records.length === 0) return;
    this.#change(
      { remove: records.map(({ credentialId }) => credentialId) },
      seen(records).map((record) => note('forgotten', record)),
    );
    for (const profileId of new Set(records.map((record) => record.profileId))) this.#onChanged(profileId);
  }

  /** For a record that the user no longer sees. False: the store failed, and the record waits for the next open. */
  finishRemoval(record: CredentialRecord, process: Remover): Promise<boolean> {
    return this.#finishRemovals([record], process);
  }

  async #finishRemovals(records: readonly CredentialRecord[], process: Remover): Promise<boolean> {
    const credentialIds = records.map(({ credentialId }) => credentialId);
    try {
      await process.call('remove', { credentialIds });
    } catch (error) {
      if (error instanceof AppError) return false;
      throw error;
    }
    this.#index.change({ remove: credentialIds });
    return true;
  }

  #change(change: Parameters<CredentialIndex['change']>[0], notes: readonly AuditNote[]): void {
    this.#audit.together(() => {
      this.#index.change(change);
      for (const each of notes) this.#audit.record(each);
    });
  }

  async #keep(
    writing: CredentialRecord,
    keep: (credentialId: string) => Promise<SecretSummary>,
  ): Promise<SecretSummary> {
    try {
      return await keep(writing.credentialId);
    } catch (error) {
      if (error instanceof AppError && unasked.includes(error.code)) {
        this.#index.change({ remove: [writing.credentialId] });
      }
      throw error;
    }
  }
}

/** What the audit log says of a secret. */
export function note(
  action: AuditAction,
  record: CredentialRecord,
  outcome: AuditOutcome = 'done',
): AuditNote {
  const { profileId, kind, slot, fingerprint, lastFour, store } = record;
  return { action, outcome, credential: { profileId, kind, slot, fingerprint, lastFour }, store };
}

/** Those that the user knew of. */
function seen(records: readonly CredentialRecord[]): CredentialRecord[] {
  return records.filter(({ state }) => state === 'stored');
}

export function toCredential(record: CredentialRecord): Credential {
  const { store: _store, state: _state, ...credential } = record;
  return credential;
}
