import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { AppError } from '#shared/lib/app-error.ts';
import { canonicalSecret, summarise } from '../../../electron/vault/secret-forms.ts';
import { failureFor } from '../../../electron/vault/stores/keychain-store.ts';

const canary = randomBytes(32);

describe('what is told of a secret', () => {
  test('is the last four characters from 16 on, and nothing of shorter ones', () => {
    expect(summarise(`${'a'.repeat(12)}wxyz`, canary).lastFour).toBe('wxyz');
    expect(summarise(`${'a'.repeat(11)}wxyz`, canary).lastFour).toBeNull();
  });

  test('counts characters, not their halves', () => {
    expect(summarise('🔑'.repeat(15), canary).lastFour).toBeNull();
    expect(summarise('🔑'.repeat(16), canary).lastFour).toBe('🔑'.repeat(4));
  });

  test('is a fingerprint that depends on the store’s canary', () => {
    const { fingerprint } = summarise('value', canary);
    expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(summarise('value', canary).fingerprint).toBe(fingerprint);
    expect(summarise('value', randomBytes(32)).fingerprint).not.toBe(fingerprint);
  });
});

test('a refusal repeats nothing of the secret', () => {
  for (const format of ['text', 'master-key'] as const) {
    const value = randomBytes(24).toString('hex');
    for (const bent of [
      ` ${value}`,
      `${value}\u0000`,
      `${value} ${value}`,
      `${value}\u202e`,
      value.repeat(60),
    ]) {
      let failure: unknown;
      try {
        canonicalSecret(format, bent);
      } catch (error) {
        failure = error;
      }
      expect(failure).toBeInstanceOf(AppError);
      expect(JSON.stringify((failure as AppError).toFailure())).not.toContain(value.slice(0, 8));
    }
  }
});

test.each([
  ['Cannot create an item in a locked collection', 'keychain_locked', 'locked'],
  ['User interaction is not allowed.', 'keychain_locked', 'locked'],
  ['Prompt was dismissed', 'keychain_locked', 'locked'],
  ['Could not connect: No such file or directory', 'keychain_unavailable', 'D-Bus'],
  ['Cannot autolaunch D-Bus without X11 $DISPLAY', 'keychain_unavailable', 'D-Bus'],
  [
    'The name org.freedesktop.secrets was not provided by any .service files',
    'keychain_unavailable',
    'keyring service',
  ],
  [
    'Object does not exist at path “/org/freedesktop/secrets/collection/login”',
    'keychain_unavailable',
    'collection',
  ],
  ['Timeout was reached', 'keychain_unavailable', 'did not answer'],
  [
    'Message recipient disconnected from message bus without replying',
    'keychain_unavailable',
    'did not answer',
  ],
  ['something new', 'keychain_unavailable', 'refused'],
])('what the system says, “%s”, becomes %s and words of our own', (said, code, words) => {
  const failure = failureFor(said);
  expect(failure.code).toBe(code);
  expect(failure.message).toContain(words);
  expect(failure.hint).toBeTruthy();
  expect(failure.message).not.toContain(said);
});
