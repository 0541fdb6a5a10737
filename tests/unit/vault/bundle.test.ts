/** Sealed bundles: what was put in comes out, with their passphrase only, and what is damaged is told. */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isBundle, openBundle, sealBundle } from '../../../electron/vault/bundle.ts';
import type { BundledApp } from '../../../electron/vault/export/index.ts';
import { importLimits, readLatchkeyFile } from '../../../electron/vault/import/index.ts';
import { SealedFileStore, sealedFileNames } from '../../../electron/vault/stores/sealed-file-store.ts';
import { SecretSearch } from '../../support/secret-search.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const least = 2 ** 14;
const passphrase = 'correct horse battery';
const secret = randomBytes(20).toString('hex');
const apps: readonly BundledApp[] = [
  {
    name: 'shop “é”',
    provider: 'pusher',
    dialect: null,
    environment: 'production',
    fields: { appId: '1', key: 'key', cluster: 'eu' },
    versions: [
      { field: 'secret', slot: 'current', label: null, key: 'key', value: secret },
      {
        field: 'secret',
        slot: 'revoked',
        label: 'old',
        key: 'former',
        value: randomBytes(20).toString('hex'),
      },
    ],
  },
  { name: 'empty', provider: 'ibm-push', dialect: null, fields: {}, publicFields: [], versions: [] },
];

describe('a bundle', () => {
  test('opens with its passphrase, however its letters were composed', async () => {
    const { bytes, prove } = await sealBundle(apps, 'Passphräse'.normalize('NFD'), least);
    await prove(bytes);
    expect(isBundle(bytes)).toBe(true);
    expect(new SecretSearch([{ name: 'secret', value: secret }]).inBytes('the bundle', bytes)).toEqual([]);
    const opened = await openBundle(bytes, 'Passphräse'.normalize('NFC'));
    expect(opened).toMatchObject({
      format: 'latchkey',
      problems: [],
      apps: [
        { ...apps[0], fields: { appId: { value: '1' }, secret: { value: secret } }, warnings: [] },
        { name: 'empty', versions: [] },
      ],
    });
  });

  test('wants a passphrase that is no word', async () => {
    await expect(sealBundle(apps, 'short', least)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test('is told from a wrong passphrase when it is damaged, wherever that is', async () => {
    const { bytes } = await sealBundle(apps, passphrase, least);
    await expect(openBundle(bytes, `${passphrase}!`)).rejects.toMatchObject({
      code: 'wrong_passphrase',
      message: 'The passphrase is not the one of this bundle.',
    });
    const random = new SeededRandom(1);
    for (let round = 0; round < 40; round++) {
      const damaged = Uint8Array.from(bytes);
      const at = random.integer(0, damaged.length - 1);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << random.integer(0, 7));
      await expect(openBundle(damaged, passphrase), `at ${at}`).rejects.toMatchObject({
        code: 'storage_failed',
      });
    }
    for (const length of [0, 20, bytes.length - 1]) {
      await expect(openBundle(bytes.subarray(0, length), passphrase)).rejects.toMatchObject({
        code: 'storage_failed',
        message: /^The bundle is damaged/,
      });
    }
  });

  test('with the content of a newer Latchkey says so, whatever that is', () => {
    const text = '{"format":"latchkey-apps","version":2,"apps":[{"unheard":"of"}],"more":1}';
    expect(readLatchkeyFile(text)).toMatchObject({
      apps: [],
      problems: [{ message: 'The file was written by a newer version of Latchkey.' }],
    });
  });

  test('holds no more than an import reads', async () => {
    const [shop] = apps as [BundledApp];
    const versions = Array.from({ length: importLimits.versionsPerApp }, () => ({
      field: 'secret' as const,
      slot: 'extra' as const,
      label: null,
      key: 'key',
      value: randomBytes(600).toString('hex'),
    }));
    expect((await sealBundle([{ ...shop, versions }], passphrase, least)).bytes.length).toBeLessThan(
      importLimits.bytes,
    );
    await expect(
      sealBundle(
        [
          { ...shop, versions },
          { ...shop, versions },
        ],
        passphrase,
        least,
      ),
    ).rejects.toMatchObject({ code: 'invalid_input', hint: 'Export fewer apps at once.' });
  });

  test('is not a vault file, nor the other way round', async () => {
    const folder = temporaryFolder();
    await SealedFileStore.create(folder, passphrase, least);
    const { readFileSync, writeFileSync } = await import('node:fs');
    const path = `${folder}/${sealedFileNames.current}`;
    const vaultFile = readFileSync(path);
    expect(isBundle(vaultFile)).toBe(false);
    await expect(openBundle(vaultFile, passphrase)).rejects.toMatchObject({ code: 'storage_failed' });
    writeFileSync(path, (await sealBundle(apps, passphrase, least)).bytes);
    await expect(SealedFileStore.open(folder, passphrase)).rejects.toMatchObject({
      code: 'storage_failed',
      message: /^The vault file is damaged/,
    });
  });

  test('is not proven by another one, nor by one that would lose something', async () => {
    const one = await sealBundle(apps, passphrase, least);
    const other = await sealBundle(apps.slice(1), passphrase, least);
    await expect(one.prove(other.bytes)).rejects.toMatchObject({ code: /wrong_passphrase|storage_failed/ });
    // A value that no store would take.
    const [shop] = apps as [BundledApp];
    const broken = { ...shop, versions: [{ ...shop.versions?.[0], value: 'has white space' } as never] };
    const sealed = await sealBundle([broken], passphrase, least);
    await expect(sealed.prove(sealed.bytes)).rejects.toMatchObject({ code: 'storage_failed' });
  });
});
