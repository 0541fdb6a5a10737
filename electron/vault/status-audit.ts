/** Writes down when the vault was opened and closed, and where its secrets are, as its status tells. */
import type { VaultStatus } from '#shared/contract/vault.ts';
import type { AuditTrail } from '../audit/index.ts';
import { type CredentialIndex, idIn, type VaultMeta } from './credential-index.ts';

export class StatusAudit {
  readonly #index: CredentialIndex;
  readonly #audit: AuditTrail;
  #isUnlocked = false;
  #meta: VaultMeta;

  constructor(index: CredentialIndex, audit: AuditTrail) {
    this.#index = index;
    this.#audit = audit;
    this.#meta = index.readMeta();
  }

  note({ state, store }: VaultStatus): void {
    // A wait for the keychain goes over an open vault and one that opens alike.
    if (state === 'waiting') return;
    if (state === 'unlocked') this.#noteUnlocked(store);
    if (state !== 'unlocked') this.noteLocked();
  }

  /** Also when Latchkey closes. */
  noteLocked(): void {
    if (!this.#isUnlocked) return;
    this.#isUnlocked = false;
    this.#audit.record({ action: 'locked', outcome: 'done', store: this.#meta.chosenStore });
  }

  #noteUnlocked(store: VaultStatus['store']): void {
    const before = this.#meta;
    const meta = this.#index.readMeta();
    const wasUnlocked = this.#isUnlocked;
    this.#isUnlocked = true;
    this.#meta = meta;
    const done = { outcome: 'done', store } as const;
    if (before.hasCanary && idIn('keychain', meta) !== idIn('keychain', before))
      this.#audit.record({ action: 'startedOver', ...done });
    if (meta.chosenStore !== before.chosenStore) this.#audit.record({ action: 'storeChosen', ...done });
    // After a move it is another store that was open all the time.
    if (!wasUnlocked) this.#audit.record({ action: 'unlocked', ...done });
  }
}
