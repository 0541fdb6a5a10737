import { expect, test } from 'vitest';
import { AppError, type ErrorCode } from '#shared/lib/app-error.ts';
import { MemoryAuditTrail } from '../../../electron/audit/index.ts';
import { CredentialBook } from '../../../electron/vault/credential-book.ts';
import { type CredentialRecord, MemoryCredentialIndex } from '../../../electron/vault/credential-index.ts';

const record: CredentialRecord = {
  credentialId: 'one',
  profileId: 'app',
  kind: 'secret',
  slot: 'current',
  label: null,
  key: 'key',
  fingerprint: '0123456789abcdef',
  lastFour: null,
  lastUsedAt: null,
  createdAt: 0,
  store: 'keychain',
  state: 'stored',
};

async function removeFrom(failure: ErrorCode) {
  const index = new MemoryCredentialIndex();
  index.change({ put: [record] });
  const announced: string[] = [];
  const book = new CredentialBook(
    index,
    new MemoryAuditTrail(),
    () => 0,
    (profileId) => announced.push(profileId),
  );
  const call = async () => {
    throw new AppError(failure, 'It did not work.', { hint: 'Try again.', retryable: true });
  };
  const error = await book.remove(record, { call }).catch((thrown: AppError) => thrown);
  return { error, announced, state: index.find('one')?.state };
}

test.each([
  ['file', [3]],
  ['keychain', [1, 1, 1]],
] as const)('what is left behind in a %s is removed in %j', async (store, sizes) => {
  const index = new MemoryCredentialIndex();
  const left = ['one', 'two', 'three'].map((credentialId) => ({ ...record, credentialId, store }));
  index.change({ put: left.map((each) => ({ ...each, state: 'removing' as const })) });
  const asked: number[] = [];
  const book = new CredentialBook(
    index,
    new MemoryAuditTrail(),
    () => 0,
    () => {},
  );
  const call = async (_: string, { credentialIds }: { credentialIds: readonly string[] }) =>
    asked.push(credentialIds.length);
  await book.settle(store, { call: call as never });
  expect(asked).toEqual(sizes);
  expect(index.list({})).toEqual([]);
});

test('a removal that a locked store refused has changed nothing, and may be tried again', async () => {
  const { error, announced, state } = await removeFrom('keychain_locked');
  expect(error).toMatchObject({ code: 'keychain_locked', hint: 'Try again.', retryable: true });
  expect([announced, state]).toEqual([[], 'stored']);
});

// The store may have done it, or may do it once it answers again: a credential that stays could be gone tomorrow.
test.each<ErrorCode>(['keychain_unavailable', 'cancelled', 'vault_locked'])(
  'a removal that ended with %s is finished later, and the user is told so',
  async (code) => {
    const { error, announced, state } = await removeFrom(code);
    expect(error).toMatchObject({
      code,
      message: expect.stringMatching(
        /^It did not work\. .*out of use, and goes for good when the vault is opened/,
      ),
      hint: 'Try again.',
      retryable: false,
    });
    expect([announced, state]).toEqual([['app'], 'removing']);
  },
);
