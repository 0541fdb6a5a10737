import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { type ExportApp, redactedDescription } from '../../../../electron/vault/export/index.ts';
import { fieldsOfProvider, importProviders, isSecretField } from '../../../../electron/vault/import/index.ts';

test('a description for bug reports has the kinds, the lengths, and no more than the end of a key', () => {
  const key = randomBytes(10).toString('hex');
  const text = redactedDescription([
    {
      name: 'Our Shop',
      provider: 'pusher',
      dialect: null,
      fields: { appId: '1234567', key, secret: randomBytes(10).toString('hex'), cluster: 'eu' },
    },
    {
      name: 'x',
      provider: 'self-hosted',
      dialect: 'soketi',
      fields: {
        key: 'short-key',
        apiHost: 'ws.internal.example.com',
        apiPort: '6001',
        apiTls: 'false',
        socketHost: '127.0.0.1',
      },
    },
  ]);
  expect(text).toBe(`App 1: pusher
  found by: cluster
  appId: 7 characters
  key: 20 characters, ends in ${key.slice(-4)}
  secret: set
  cluster: eu

App 2: self-hosted (soketi)
  found by: endpoints
  key: 9 characters
  apiHost: a host name
  apiPort: 6001
  apiTls: false
  socketHost: this machine
`);
});

test('no value of any kind of credential is in it, whatever field it stands in', () => {
  for (const provider of importProviders) {
    const secret = randomBytes(16).toString('hex');
    const fields = Object.fromEntries(fieldsOfProvider[provider].map((id) => [id, secret]));
    const app: ExportApp = { name: secret, provider, dialect: null, fields };
    const text = redactedDescription([app]);
    for (let start = 0; start + 4 <= secret.length; start++)
      expect(text).not.toContain(secret.slice(start, start + 4));
  }
});

test('of public fields alone nothing but the end of a key is in it', () => {
  for (const provider of importProviders) {
    const values = new Map(
      fieldsOfProvider[provider]
        .filter((id) => !isSecretField(id))
        .map((id) => [id, randomBytes(16).toString('hex')] as const),
    );
    const text = redactedDescription([
      { name: 'x', provider, dialect: null, fields: Object.fromEntries(values) },
    ]);
    for (const value of values.values()) expect(text).not.toContain(value.slice(-5));
  }
});
