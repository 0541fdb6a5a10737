/** What signing and verifying refuse, and what they say about it. */
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  decryptEvent,
  encodeBase64,
  encryptEvent,
  generateMasterKey,
  parseMasterKey,
  signChannel,
  signRequest,
  signUser,
  verifyChannelAuth,
  verifyRequest,
  verifyWebhook,
} from '../../../electron/signing/index.ts';

const key = randomBytes(10).toString('hex');
const secret = randomBytes(10).toString('hex');
const findSecret = (asked: string) => (asked === key ? secret : undefined);

describe('signing a channel', () => {
  it.each(['', '1234', '1.1::user::{}', '1.1\n', '1.1:private-x', 'a.b'])(
    'refuses the socket id %j, which could smuggle in another text to sign',
    (socketId) => {
      const refusal = expect.objectContaining({ code: 'invalid_input' });
      expect(() => signChannel({ key, secret, socketId, channel: 'private-x' })).toThrow(refusal);
      expect(() => signUser({ key, secret, socketId, userData: '{"id":"1"}' })).toThrow(refusal);
    },
  );

  it.each(['', 'private x', 'private-a:b', '#server-to-user-1', `private-${'x'.repeat(200)}`])(
    'refuses the channel %j',
    (channel) => {
      expect(() => signChannel({ key, secret, socketId: '1.1', channel })).toThrow(
        expect.objectContaining({ code: 'invalid_input' }),
      );
    },
  );
});

describe('verifying a channel signature', () => {
  const channel = 'private-x';
  const auth = signChannel({ key, secret, socketId: '1.1', channel });
  it.each([
    [undefined, 'missing'],
    ['', 'missing'],
    ['no-colon', 'malformed'],
    [`${key}:`, 'malformed'],
    [`other:${auth.split(':')[1]}`, 'unknown-key'],
    [`${auth.slice(0, -1)}g`, 'bad-signature'],
    [auth.toUpperCase().replace(key.toUpperCase(), key), 'bad-signature'],
    [`${key}:é`, 'bad-signature'],
  ])('answers for %#', (given, reason) => {
    expect(verifyChannelAuth({ auth: given, findSecret, socketId: '1.1', channel })).toEqual({
      ok: false,
      reason,
    });
  });
});

describe('signing a request', () => {
  const base = { key, secret, method: 'GET', path: '/apps/3/channels', timestampSeconds: 1_750_000_000 };

  it('refuses a query parameter that belongs to the signature', () => {
    for (const name of ['auth_key', 'auth_signature', 'body_md5', 'Auth_Key']) {
      expect(() => signRequest({ ...base, query: { [name]: '1' } })).toThrow(
        expect.objectContaining({ code: 'invalid_input' }),
      );
    }
  });

  it('refuses a path with a line break, a query or no slash', () => {
    for (const path of ['/a\nb', '/a?b=1', 'apps', '/a#b', '']) {
      expect(() => signRequest({ ...base, path })).toThrow(
        expect.objectContaining({ code: 'invalid_input' }),
      );
    }
  });
});

describe('verifying a request', () => {
  const timestampSeconds = 1_750_000_000;
  const body = '{"name":"x"}';
  const path = '/apps/3/events';
  const { query } = signRequest({ key, secret, method: 'POST', path, body, timestampSeconds });
  const request = { method: 'POST', path, query, body, findSecret, nowSeconds: timestampSeconds };

  it('accepts a timestamp up to 600 s away, on either side', () => {
    expect(verifyRequest({ ...request, nowSeconds: timestampSeconds + 600 }).ok).toBe(true);
    expect(verifyRequest({ ...request, nowSeconds: timestampSeconds - 600 }).ok).toBe(true);
  });

  it.each([
    ['a timestamp too old', { nowSeconds: timestampSeconds + 601 }, 'stale-timestamp'],
    ['a timestamp too new', { nowSeconds: timestampSeconds - 601 }, 'stale-timestamp'],
    ['another body', { body: '{"name":"y"}' }, 'bad-body-md5'],
    ['a body where none was signed', { query: queryWithoutBody(), method: 'GET' }, 'missing-parameter'],
    ['another method', { method: 'PUT' }, 'bad-signature'],
    ['another path', { path: '/apps/4/events' }, 'bad-signature'],
    ['another key', { query: query.replace(key, 'unknown') }, 'unknown-key'],
    ['another timestamp', { query: query.replace('1750000000', '1750000001') }, 'bad-signature'],
    ['a timestamp that is no number', { query: query.replace('1750000000', '1e9') }, 'malformed-parameter'],
    [
      'another version',
      { query: query.replace('auth_version=1.0', 'auth_version=2.0') },
      'malformed-parameter',
    ],
    ['a parameter twice', { query: `${query}&auth_key=${key}` }, 'malformed-parameter'],
    ['a parameter added', { query: `${query}&info=user_count` }, 'bad-signature'],
    ['no query', { query: '' }, 'missing-parameter'],
  ])('refuses %s', (_case, change, reason) => {
    const verification = verifyRequest({ ...request, ...change });
    expect(verification).toMatchObject({ ok: false, reason });
    expect(JSON.stringify(verification)).not.toContain(secret);
  });

  function queryWithoutBody(): string {
    return signRequest({ key, secret, method: 'GET', path, timestampSeconds }).query;
  }
});

describe('a master key', () => {
  it('is read back from its base64', () => {
    const masterKey = generateMasterKey();
    expect(parseMasterKey(` ${encodeBase64(masterKey)}\n`)).toEqual(masterKey);
  });

  const bytes = (length: number) => randomBytes(length);
  it.each([
    ['', /empty/],
    [bytes(32).toString('hex'), /hexadecimal/],
    [`${bytes(16).toString('base64')} ${bytes(16).toString('base64')}`, /white space/],
    [`-_${'a'.repeat(41)}=`, /URL-safe/],
    [`${'a'.repeat(42)}é=`, /not base64/],
    [bytes(32).toString('base64').slice(0, 43), /43 characters/],
    [bytes(31).toString('base64'), /31 bytes/],
    [bytes(48).toString('base64'), /48 bytes/],
  ])('of a wrong form is refused with its reason and without a trace of it (%#)', (text, reason) => {
    let message = '';
    try {
      parseMasterKey(text);
    } catch (error) {
      message = String(error);
    }
    expect(message).toMatch(reason);
    if (text !== '') expect(message).not.toContain(text.trim().slice(0, 8));
  });
});

describe('decrypting', () => {
  const channel = 'private-encrypted-orders';
  const masterKey = generateMasterKey();
  const keys = [{ slot: 'current', masterKey }] as const;
  const good = encryptEvent({ masterKey, channel, plaintext: '{"id":1}' });

  it('names the slot of the key that opened the event', () => {
    const next = { slot: 'next', masterKey } as const;
    const old = { slot: 'current', masterKey: generateMasterKey() } as const;
    expect(decryptEvent({ channel, data: good, keys: [old, next] })).toEqual({
      state: 'decrypted',
      slot: 'next',
      plaintext: '{"id":1}',
    });
  });

  it('keeps every character, a leading byte order mark too', () => {
    const plaintext = '\uFEFFé😀\u2028';
    const data = encryptEvent({ masterKey, channel, plaintext });
    expect(decryptEvent({ channel, data, keys })).toMatchObject({ plaintext });
  });

  it('uses a new nonce every time', () => {
    const nonces = Array.from(
      { length: 100 },
      () => encryptEvent({ masterKey, channel, plaintext: '' }).nonce,
    );
    expect(new Set(nonces).size).toBe(100);
  });

  it.each([
    ['text that is no JSON', 'hello', 'not-encrypted'],
    ['plain data', { id: 1 }, 'not-encrypted'],
    ['nothing', null, 'not-encrypted'],
    ['parts that are no strings', { nonce: 1, ciphertext: 2 }, 'not-encrypted'],
    ['a nonce that is too short', { ...good, nonce: 'AAAA' }, 'bad-nonce'],
    ['a nonce that is not base64', { ...good, nonce: '*'.repeat(32) }, 'bad-nonce'],
    ['a ciphertext that is not base64', { ...good, ciphertext: '*' }, 'not-encrypted'],
    ['a ciphertext that is too short', { ...good, ciphertext: 'AAAA' }, 'short-ciphertext'],
    ['a ciphertext that was changed', { ...good, ciphertext: encodeBase64(new Uint8Array(40)) }, 'wrong-key'],
  ])('explains %s', (_case, data, why) => {
    expect(decryptEvent({ channel, data, keys })).toEqual({ state: 'closed', why });
  });

  it('explains another master key, another channel, and no key at all', () => {
    const other = [{ slot: 'current', masterKey: generateMasterKey() }] as const;
    expect(decryptEvent({ channel, data: good, keys: other })).toEqual({ state: 'closed', why: 'wrong-key' });
    expect(decryptEvent({ channel: `${channel}2`, data: good, keys })).toEqual({
      state: 'closed',
      why: 'wrong-key',
    });
    expect(decryptEvent({ channel, data: good, keys: [] })).toEqual({
      state: 'closed',
      why: 'no-master-key',
    });
  });
});

describe('verifying a webhook', () => {
  it('says which header is missing, and when it was signed with another pair', () => {
    const base = { key, secret, body: '{}', headerKey: key, headerSignature: 'x' };
    expect(verifyWebhook({ ...base, headerKey: undefined })).toEqual({ ok: false, reason: 'missing-key' });
    expect(verifyWebhook({ ...base, headerSignature: undefined })).toEqual({
      ok: false,
      reason: 'missing-signature',
    });
    expect(verifyWebhook({ ...base, headerKey: 'other' })).toEqual({ ok: false, reason: 'unknown-key' });
    expect(verifyWebhook(base)).toEqual({ ok: false, reason: 'bad-signature' });
  });
});
