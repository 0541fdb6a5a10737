/** What the vault's states become in the audit log. */
import { beforeEach, expect, it } from 'vitest';
import type { VaultState, VaultStatus } from '#shared/contract/vault.ts';
import { MemoryAuditTrail } from '../../../electron/audit/index.ts';
import { MemoryCredentialIndex } from '../../../electron/vault/index.ts';
import { StatusAudit } from '../../../electron/vault/status-audit.ts';

let index: MemoryCredentialIndex;
let trail: MemoryAuditTrail;
let audit: StatusAudit;

beforeEach(() => {
  index = new MemoryCredentialIndex();
  begin();
});

/** A run of Latchkey. */
function begin(): void {
  trail = new MemoryAuditTrail();
  audit = new StatusAudit(index, trail);
}

function become(state: VaultState, store: VaultStatus['store'] = 'keychain'): void {
  audit.note({ state, store, reason: null, hint: null, hasVaultFile: false, isKeychainSealed: false });
}

function opened(vaultId: string, store: 'keychain' | 'session' = 'keychain'): void {
  index.writeMeta({ vaultId, chosenStore: store, hasCanary: store === 'keychain' });
  become('unlocked', store);
}

const told = () => trail.notes.map(({ action, store }) => [action, store]);

it('is an entry for each opening and each locking, and for the store when that is another', () => {
  become('opening');
  opened('one');
  become('locked');
  become('opening');
  become('unlocked');
  become('opening', 'session');
  opened('one', 'session');
  become('locked', 'session');
  expect(told()).toEqual([
    ['storeChosen', 'keychain'],
    ['unlocked', 'keychain'],
    ['locked', 'keychain'],
    ['unlocked', 'keychain'],
    ['locked', 'keychain'],
    ['storeChosen', 'session'],
    ['unlocked', 'session'],
    ['locked', 'session'],
  ]);
});

it('is no entry for what did not open, nor for a wait', () => {
  become('opening');
  become('waiting');
  become('unavailable');
  become('locked');
  expect(told()).toEqual([]);
  opened('one');
  become('waiting');
  become('unlocked');
  expect(told()).toEqual([
    ['storeChosen', 'keychain'],
    ['unlocked', 'keychain'],
  ]);
});

it('tells a keychain that was started over from one that is opened again', () => {
  opened('one');
  begin();
  opened('one');
  become('locked');
  opened('another');
  expect(told()).toEqual([
    ['unlocked', 'keychain'],
    ['locked', 'keychain'],
    ['startedOver', 'keychain'],
    ['unlocked', 'keychain'],
  ]);
});

it('is an entry when Latchkey closes with the vault open', () => {
  opened('one');
  audit.noteLocked();
  audit.noteLocked();
  expect(told().at(-1)).toEqual(['locked', 'keychain']);
  expect(told()).toHaveLength(3);
});
