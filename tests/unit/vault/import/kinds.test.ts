/** What files are searched for, and what the kinds of credentials have, is the same. */
import { expect, it } from 'vitest';
import { providers } from '../../../../electron/providers/index.ts';
import { fieldsOfProvider, importFieldIds, isSecretField } from '../../../../electron/vault/import/index.ts';

it('every secret of every kind is looked for, and known as one', () => {
  const secrets = providers.flatMap(({ fields }) => fields.filter(({ isSecret }) => isSecret));
  expect(secrets.length).toBeGreaterThan(8);
  for (const { fieldId } of secrets) {
    expect(importFieldIds).toContain(fieldId);
    expect(isSecretField(fieldId as (typeof importFieldIds)[number])).toBe(true);
  }
});

it('whatever is found belongs to a kind, and is as secret as the kind says', () => {
  const notes = ['appName', 'enabled', 'clientMessages', 'userAuthentication', 'allowedOrigins'];
  for (const id of importFieldIds) {
    const fields = providers.flatMap((provider) => provider.fields.filter(({ fieldId }) => fieldId === id));
    expect(fields.length > 0 || notes.includes(id), id).toBe(true);
    for (const { isSecret } of fields) expect(isSecretField(id), id).toBe(isSecret);
  }
});

it('a kind’s fields are its own', () => {
  expect(fieldsOfProvider['master-key']).toEqual(['masterKey']);
  expect(fieldsOfProvider['ibm-push']).toEqual(['appGuid', 'clientSecret', 'iamApiKey']);
  expect(fieldsOfProvider.pusher).toEqual(
    expect.arrayContaining(['appId', 'key', 'secret', 'cluster', 'appName']),
  );
  expect(fieldsOfProvider.pusher).not.toContain('apiHost');
  expect(fieldsOfProvider['self-hosted']).not.toContain('cluster');
});
