/** Files to import, of real shape, and what a test can say when an import asks for what they lack. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImportPreview } from '#shared/contract/imports.ts';
import type { CallInput } from '#shared/contract/index.ts';
import { environmentFixtures } from '../unit/vault/import/fixtures/environment.ts';
import type { Fixture, Planted } from '../unit/vault/import/fixtures/fixture.ts';
import { malformedFixtures } from '../unit/vault/import/fixtures/malformed.ts';
import { settingsFixtures } from '../unit/vault/import/fixtures/settings.ts';
import { SecretSearch } from './secret-search.ts';

export const importFixtures: readonly Fixture[] = [
  ...environmentFixtures,
  ...settingsFixtures,
  ...malformedFixtures,
];

export function writeFixture(folder: string, { fileName, text }: Fixture, planted: Planted): string {
  const path = join(folder, fileName.replaceAll('/', '-'));
  writeFileSync(path, text(planted));
  return path;
}

export function searchFor(planted: readonly Planted[]): SecretSearch {
  return new SecretSearch(
    planted.flatMap(({ secret, secret2, masterKey }, index) => [
      { name: `secret ${index}`, value: secret },
      { name: `second secret ${index}`, value: secret2 },
      { name: `master key ${index}`, value: masterKey },
      { name: `bytes of master key ${index}`, value: Buffer.from(masterKey, 'base64') },
    ]),
  );
}

const answers: Readonly<Record<string, string>> = {
  appId: '1',
  key: 'a-key',
  cluster: 'eu',
  apiHost: 'localhost',
  site: 'go.airship.eu',
  appKey: 'an-app-key',
  appGuid: 'a-guid',
};

/** Everything of it, as new apps. */
export function wholeImport({ importId, apps }: ImportPreview): CallInput<'imports.apply'> {
  return {
    importId,
    apps: apps.map(({ index, name, asks, fields, versions, environment }) => ({
      index,
      name,
      environment: environment ?? 'development',
      into: null,
      given: asks.map((fieldId) => ({ fieldId, value: answers[fieldId] ?? '' })),
      secrets: [
        ...fields.flatMap(({ isSecret, fieldId }) => (isSecret ? [{ fieldId, isDefault: false }] : [])),
        ...(versions ?? []).map(({ fieldId }, version) => ({ fieldId, version, isDefault: false })),
      ],
    })),
  };
}
