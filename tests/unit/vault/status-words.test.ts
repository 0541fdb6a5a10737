/** What the vault says of secrets that are missing: of each kind, and wherever its keys are. */
import { expect, it } from 'vitest';
import type { CredentialRecord } from '../../../electron/vault/credential-index.ts';
import { lostSecret } from '../../../electron/vault/status-words.ts';

const record: CredentialRecord = {
  credentialId: 'one',
  profileId: 'newsletter',
  kind: 'secret',
  slot: 'current',
  key: null,
  label: null,
  fingerprint: '0123456789abcdef',
  lastFour: null,
  lastUsedAt: null,
  createdAt: 0,
  store: 'keychain',
  state: 'stored',
};

it.each([
  ['secret', 'The current app secret with fingerprint 0123456789abcdef is gone.'],
  ['masterKey', 'The current master key with fingerprint 0123456789abcdef is gone.'],
  ['bearerToken', 'The current secret with fingerprint 0123456789abcdef is gone.'],
])('does not call a %s by another kind’s name', (kind, message) => {
  expect(lostSecret({ ...record, kind }).message).toBe(message);
});
