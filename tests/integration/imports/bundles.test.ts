/** Sealed bundles, out of one Latchkey and into another: what comes back, what opens them, and what is told of it. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ImportPreview } from '#shared/contract/imports.ts';
import type { Slot } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { openBundle, sealBundle } from '../../../electron/vault/bundle.ts';
import type { BundledApp } from '../../../electron/vault/export/index.ts';
import { eventually } from '../../support/conditions.ts';
import { wholeImport } from '../../support/import-files.ts';
import { type Latchkey, type LatchkeyOptions, startLatchkey } from '../../support/latchkey.ts';
import { SecretSearch } from '../../support/secret-search.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const started: Latchkey[] = [];
afterEach(async () => {
  for (const latchkey of started.splice(0)) {
    await latchkey.close();
    expect(latchkey.bugs).toEqual([]);
  }
});

/** The least that scrypt takes, where the bundle is the test's own. */
const least = 2 ** 14;
const passphrase = randomBytes(12).toString('hex');
const newSecret = () => randomBytes(20).toString('hex');
const newMasterKey = () => randomBytes(32).toString('base64');

async function start(options: LatchkeyOptions = {}) {
  const dataFolder = temporaryFolder();
  const latchkey = await startLatchkey(dataFolder, options);
  started.push(latchkey);
  await latchkey.client.call('vault.chooseStore', { store: 'session' });
  return { ...latchkey, dataFolder };
}

async function failureOf(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw error ?? new Error('It did not fail');
  return error;
}

function write(bytes: Uint8Array | string): string {
  const path = join(temporaryFolder(), 'shop.latchkey');
  writeFileSync(path, bytes);
  return path;
}

type Version = NonNullable<BundledApp['versions']>[number];
const pair = (slot: Slot, { key = 'shop-key', label = null as string | null } = {}): Version => ({
  field: 'secret',
  slot,
  label,
  key,
  value: newSecret(),
});

const shopWith = (versions: readonly Version[], changes: Partial<BundledApp> = {}): BundledApp => ({
  name: 'shop',
  provider: 'pusher',
  dialect: null,
  environment: 'staging',
  fields: { appId: '7', key: 'shop-key', cluster: 'eu' },
  versions,
  ...changes,
});

async function sealed(...apps: readonly BundledApp[]): Promise<string> {
  return write((await sealBundle(apps, passphrase, least)).bytes);
}

const openIn = ({ client }: Pick<Latchkey, 'client'>, path: string, value = passphrase) =>
  client.secrets.openBundle({ path, value });

async function credentialsOf({ client }: Pick<Latchkey, 'client'>, profileId: string) {
  const { credentials } = await client.call('vault.credentials', { profileId });
  return credentials.map(({ kind, slot, label, key }) => ({ kind, slot, label, key }));
}

/** All that a user may have: several apps, each with several of everything. */
async function furnish({ client }: Latchkey): Promise<{ profileIds: string[]; secrets: string[] }> {
  const secrets: string[] = [];
  const planted = (value: string) => {
    secrets.push(value);
    return value;
  };
  const { enter } = client.secrets;
  const end = { host: '127.0.0.1', port: 6001, tls: false };
  const shop = await client.call('profiles.save', {
    profile: {
      name: 'shop',
      environment: 'local',
      dialect: 'soketi',
      appId: '77',
      // Another one than its secret's: it was changed in the app since.
      key: 'changed-key',
      location: {
        kind: 'endpoints',
        http: { ...end, path: '' },
        webSocket: { ...end, path: '/realtime' },
      },
    },
  });
  const { profileId } = shop;
  const secret = { profileId, kind: 'secret' } as const;
  const masterKey = { profileId, kind: 'masterKey' } as const;
  const twice = planted(newSecret());
  await enter({ ...secret, slot: 'current', key: 'shop-key', value: twice });
  for (const [slot, label] of [
    ['extra', 'mobile'],
    ['extra', 'web'],
    ['next', undefined],
    ['previous', 'old “one”'],
    ['revoked', undefined],
  ] as const) {
    const named = label === undefined ? {} : { label };
    await enter({ ...secret, ...named, slot, key: `${slot}-key`, value: planted(newSecret()) });
    await enter({ ...masterKey, ...named, slot, value: planted(newMasterKey()) });
  }
  await enter({ ...secret, slot: 'revoked', key: 'shop-key', label: 'the same again', value: twice });
  await enter({ ...secret, slot: 'extra', key: 'other-key', label: 'for another key', value: twice });
  const app = {
    name: 'production',
    environment: 'development',
    dialect: 'pusher',
    appId: '1',
    key: 'hosted-key',
    location: { kind: 'cluster', cluster: 'ap1' },
  } as const;
  const hosted = await client.call('profiles.save', { profile: app });
  await enter({
    profileId: hosted.profileId,
    kind: 'masterKey',
    slot: 'current',
    value: planted(newMasterKey()),
  });
  const empty = await client.call('profiles.save', {
    profile: { ...app, name: 'without secrets', key: 'unused-key' },
  });
  const news = await client.call('profiles.saveService', {
    service: {
      name: 'news',
      environment: 'production',
      provider: 'airship',
      fields: [
        { fieldId: 'site', value: 'go.airship.eu' },
        { fieldId: 'appKey', value: 'news-app-key' },
      ],
    },
  });
  const token = { profileId: news.profileId, kind: 'bearerToken' } as const;
  await enter({ ...token, slot: 'current', label: 'CI', value: planted(newSecret()) });
  await enter({ ...token, slot: 'extra', label: 'server', value: planted(newSecret()) });
  return { profileIds: [profileId, hosted.profileId, empty.profileId, news.profileId], secrets };
}

/** What is another one in every Latchkey. */
const withoutIds = { profileId: undefined, createdAt: undefined, updatedAt: undefined };

async function exportAll({ client }: Pick<Latchkey, 'client'>, profileIds: readonly string[]) {
  const path = join(temporaryFolder(), 'all.latchkey');
  await client.secrets.writeBundle({
    profileIds: [...profileIds],
    path,
    overwrite: false,
    confirmed: true,
    value: passphrase,
  });
  return path;
}

async function contentOf(path: string) {
  const { apps, problems } = await openBundle(readFileSync(path), passphrase);
  expect(problems).toEqual([]);
  return apps.map((app) => ({
    ...app,
    versions: app.versions?.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)),
  }));
}

const told = ({ apps }: ImportPreview) =>
  (apps[0]?.versions ?? []).map(({ fieldId, slot, label, key }) => ({ fieldId, slot, label, key }));

describe.each([
  ['without channels, as on the web host', false],
  ['with channels, as in Electron', true],
])('%s', (_, hasPorts) => {
  it('what was exported comes back as it was, in an empty Latchkey', { timeout: 60_000 }, async () => {
    const one = await start({ hasPorts });
    const { profileIds, secrets } = await furnish(one);
    const path = await exportAll(one, profileIds);
    const bytes = readFileSync(path);

    const other = await start({ hasPorts });
    const preview = await openIn(other, path);
    expect(preview).toMatchObject({ format: 'latchkey', problems: [], unrecognised: 0 });
    expect(
      preview.apps.map(({ name, environment, asks, assumed, existing, warnings }) => ({
        name,
        environment,
        asks,
        assumed,
        existing,
        warnings,
      })),
    ).toEqual(
      [
        ['shop', 'local'],
        ['production', 'development'],
        ['without secrets', 'development'],
        ['news', 'production'],
      ].map(([name, environment]) => ({
        name,
        environment,
        asks: [],
        assumed: [],
        existing: [],
        warnings: [],
      })),
    );
    const { apps } = await other.client.call('imports.apply', wholeImport(preview));
    const outcomes = apps.flatMap((app) => app.secrets.map(({ outcome }) => outcome));
    expect(outcomes).toEqual(secrets.concat('the same again', 'for another key').map(() => 'entered'));

    const plain = (each: object) => ({ ...each, ...withoutIds });
    const [before, after] = await Promise.all(
      [one, other].map(({ client }) => client.call('profiles.list', {})),
    );
    expect(after?.profiles.map(plain)).toEqual(before?.profiles.map(plain));
    expect(after?.services.map(plain)).toEqual(before?.services.map(plain));
    const again = await exportAll(
      other,
      apps.map(({ profileId }) => profileId ?? ''),
    );
    expect(await contentOf(again)).toEqual(await contentOf(path));
    expect((await contentOf(again))[0]?.versions).toHaveLength(13);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    const { entries } = await other.client.call('audit.list', { limit: 50 });
    expect(entries.find(({ action }) => action === 'imported')).toMatchObject({ count: outcomes.length });

    // Nothing twice, and all of it is told to be here.
    const reopened = await openIn(other, path);
    expect(
      reopened.apps.map(({ index, versions, existing }) => ({
        index,
        places: existing.flatMap(({ slot, version }) => (version === null ? [] : [`${version} ${slot}`])),
        versions: versions?.length,
      })),
    ).toEqual(
      preview.apps.map(({ index, versions }) => ({
        index,
        places: versions?.map(({ slot }, version) => `${version} ${slot}`),
        versions: versions?.length,
      })),
    );
    const whole = wholeImport(reopened);
    const second = await other.client.call('imports.apply', {
      ...whole,
      apps: whole.apps.map((app) => ({ ...app, into: apps[app.index]?.profileId ?? null })),
    });
    expect(second.apps.flatMap((app) => app.secrets.map(({ outcome }) => outcome))).toEqual(
      outcomes.map(() => 'present'),
    );

    // A value was in no message, nor is one on a disk; the passphrase went past main where there is a way past it.
    const search = new SecretSearch(
      [
        ...secrets,
        ...secrets.filter((each) => each.endsWith('=')).map((each) => Buffer.from(each, 'base64')),
      ].map((value, index) => ({ name: `secret ${index}`, value })),
    );
    const forPassphrase = new SecretSearch([{ name: 'passphrase', value: passphrase }]);
    const crossed = [...other.recording, ...other.vaultRecording].join('\n');
    expect(crossed).toContain('imports.open');
    expect(crossed).toContain('openImport');
    expect(search.inText('what crossed a boundary', crossed)).toEqual([]);
    // By calls it is in those, as the ledger says: the search finds what is there.
    expect(forPassphrase.inText('what crossed a boundary', crossed).length > 0).toBe(!hasPorts);
    for (const each of [search, forPassphrase]) {
      const { findings, fileCount } = await each.inFolder(other.dataFolder);
      expect(fileCount).toBeGreaterThan(2);
      expect(findings).toEqual([]);
    }
    expect(search.inText('a control', JSON.stringify(await contentOf(again))).length).toBeGreaterThan(10);
  });

  it('a bundle wants its passphrase, by this host’s way', async () => {
    const latchkey = await start({ hasPorts });
    const { client } = latchkey;
    const path = await sealed(shopWith([pair('current')]));
    expect(await failureOf(client.call('imports.open', { path }))).toMatchObject({
      code: 'passphrase_required',
      message: 'This file is a sealed bundle.',
      hint: 'Enter the passphrase that it was exported with.',
    });
    const wrong = await failureOf(openIn(latchkey, path, `${passphrase}!`));
    expect(wrong).toMatchObject({
      code: 'wrong_passphrase',
      message: 'The passphrase is not the one of this bundle.',
    });
    expect(JSON.stringify(wrong.toFailure())).not.toContain(passphrase);
    const otherWay = hasPorts ? { value: passphrase } : { portId: '7b6f1a52-5f4e-4d6b-9b61-0a1f0b6a1c11' };
    expect(await failureOf(client.call('imports.open', { path, passphrase: otherWay }))).toMatchObject({
      code: 'refused',
    });
    expect((await openIn(latchkey, path)).apps).toHaveLength(1);
  });
});

describe('a bundle', () => {
  it('that is damaged is told from a wrong passphrase, and what was open before stays', async () => {
    const latchkey = await start();
    const { client } = latchkey;
    const bytes = readFileSync(await sealed(shopWith([pair('current')])));
    const before = await openIn(latchkey, write(bytes));
    for (const at of [40, bytes.length - 1]) {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      expect(await failureOf(openIn(latchkey, write(damaged)))).toMatchObject({
        code: 'storage_failed',
        message: expect.stringMatching(/^The bundle is damaged: /),
        hint: expect.stringContaining('another copy'),
      });
    }
    expect(await failureOf(openIn(latchkey, write(bytes.subarray(0, 30))))).toMatchObject({
      code: 'storage_failed',
    });
    expect((await client.call('imports.apply', wholeImport(before))).apps[0]?.failure).toBeNull();
  });

  it('of a later version says so', async () => {
    const latchkey = await start();
    const [line = '', ...rest] = readFileSync(await sealed())
      .toString('latin1')
      .split('\n');
    const json = line.replace(/^Latchkey bundle (.*) \S+$/, '$1').replace('"version":1', '"version":2');
    const sum = createHash('sha256').update(json).digest('base64');
    const later = Buffer.from([`Latchkey bundle ${json} ${sum}`, ...rest].join('\n'), 'latin1');
    expect(await failureOf(openIn(latchkey, write(later)))).toMatchObject({
      code: 'storage_failed',
      message: 'The bundle was written by a later version of Latchkey.',
    });
  });

  it('of no apps has nothing to import, and is no failure', async () => {
    const latchkey = await start();
    expect(await openIn(latchkey, await sealed())).toMatchObject({
      format: 'latchkey',
      apps: [],
      problems: [],
    });
  });

  it('is a file: nothing that was pasted takes a passphrase, and no other file heeds one', async () => {
    const latchkey = await start();
    const { client } = latchkey;
    const value = `PUSHER_KEY=k\nPUSHER_SECRET=${newSecret()}\n`;
    expect(
      await failureOf(client.call('imports.open', { value, passphrase: { value: passphrase } })),
    ).toMatchObject({ code: 'invalid_input' });
    expect(await openIn(latchkey, write(value))).toMatchObject({ format: 'variables', apps: [{}] });
  });

  it('that nobody waits for any more is dropped when it has been opened', async () => {
    const { client, vaultRecording } = await start();
    // Of the usual cost, so that there is something to cancel.
    const path = write((await sealBundle([shopWith([pair('current')])], passphrase)).bytes);
    const cancel = new AbortController();
    const opening = client.secrets.openBundle({ path, value: passphrase }, { signal: cancel.signal });
    await eventually(() => vaultRecording.some((each) => each.includes('openImport')));
    cancel.abort();
    expect(await failureOf(opening)).toMatchObject({ code: 'cancelled' });
    await eventually(() => vaultRecording.some((each) => each.includes('dropImport')));
    const next = await client.secrets.openBundle({ path, value: passphrase });
    expect((await client.call('imports.apply', wholeImport(next))).apps[0]?.failure).toBeNull();
  });
});

describe('an app that is here already', () => {
  async function withShop(versions: readonly Version[]) {
    const latchkey = await start();
    const first = await openIn(latchkey, await sealed(shopWith(versions)));
    const { apps } = await latchkey.client.call('imports.apply', wholeImport(first));
    const profileId = apps[0]?.profileId ?? '';
    const into = async (path: string, isDefault = false) => {
      const preview = await openIn(latchkey, path);
      const { importId, apps: chosen } = wholeImport(preview);
      const answer = await latchkey.client.call('imports.apply', {
        importId,
        apps: chosen.map((app) => ({
          ...app,
          into: profileId,
          secrets: app.secrets.map((secret) => ({ ...secret, isDefault })),
        })),
      });
      return { preview, secrets: answer.apps[0]?.secrets ?? [] };
    };
    return { latchkey, profileId, into };
  }

  it('keeps what is in its slots: each of a bundle’s goes to its own if that is free, and else beside', async () => {
    const here = [pair('current'), pair('next', { label: 'mine' })];
    const { latchkey, profileId, into } = await withShop(here);
    const versions = [
      pair('current', { label: 'theirs' }),
      pair('next'),
      pair('previous'),
      pair('revoked'),
      { ...pair('extra'), value: here[0]?.value ?? '' },
    ];
    const { preview, secrets } = await into(await sealed(shopWith(versions)));
    expect(told(preview)).toEqual(
      versions.map(({ field, slot, label, key }) => ({ fieldId: field, slot, label, key })),
    );
    expect(preview.apps[0]?.existing).toEqual([
      { fieldId: 'key', profileId, name: 'shop', slot: null, version: null },
      { fieldId: 'secret', profileId, name: 'shop', slot: 'current', version: 4 },
    ]);
    expect(secrets.map(({ version, outcome, slot }) => [version, outcome, slot])).toEqual([
      [0, 'entered', 'extra'],
      [1, 'entered', 'extra'],
      [2, 'entered', 'previous'],
      [3, 'entered', 'revoked'],
      [4, 'present', 'current'],
    ]);
    const key = 'shop-key';
    expect(await credentialsOf(latchkey, profileId)).toEqual([
      { kind: 'secret', slot: 'current', label: null, key },
      { kind: 'secret', slot: 'next', label: 'mine', key },
      { kind: 'secret', slot: 'extra', label: 'theirs', key },
      { kind: 'secret', slot: 'extra', label: null, key },
      { kind: 'secret', slot: 'previous', label: null, key },
      { kind: 'secret', slot: 'revoked', label: null, key },
    ]);
  });

  it('takes one of the bundle’s for its own when that is chosen, with its key', async () => {
    const { latchkey, profileId, into } = await withShop([pair('current')]);
    const path = await sealed(shopWith([pair('current', { key: 'new-key' })]));
    const { secrets } = await into(path, true);
    expect(secrets).toMatchObject([{ version: 0, outcome: 'entered', slot: 'current', failure: null }]);
    expect((await credentialsOf(latchkey, profileId)).map(({ slot, key }) => [slot, key])).toEqual([
      ['extra', 'shop-key'],
      ['current', 'new-key'],
    ]);
  });

  it('does not sign with another key’s secret unasked', async () => {
    const { latchkey, profileId, into } = await withShop([]);
    await into(await sealed(shopWith([pair('current', { key: 'another-key' })])));
    expect((await credentialsOf(latchkey, profileId)).map(({ slot, key }) => [slot, key])).toEqual([
      ['extra', 'another-key'],
    ]);
  });

  it('takes the same secret for another key as another pair', async () => {
    const here = pair('current');
    const { latchkey, profileId, into } = await withShop([here]);
    const { preview } = await into(await sealed(shopWith([{ ...here, key: 'another-key' }])));
    expect(preview.apps[0]?.existing.filter(({ fieldId }) => fieldId === 'secret')).toEqual([]);
    expect((await credentialsOf(latchkey, profileId)).map(({ slot, key }) => [slot, key])).toEqual([
      ['current', 'shop-key'],
      ['extra', 'another-key'],
    ]);
  });

  it('keeps its rotation’s slots while that is under way', async () => {
    const { latchkey, profileId, into } = await withShop([pair('current')]);
    await latchkey.client.call('rotation.start', { profileId, planId: 'key-pair' });
    const { secrets } = await into(await sealed(shopWith([pair('next'), pair('previous'), pair('revoked')])));
    expect(secrets.map(({ outcome, slot }) => [outcome, slot])).toEqual([
      ['entered', 'extra'],
      ['entered', 'extra'],
      ['entered', 'revoked'],
    ]);
  });

  it('takes those that were chosen, and no version that the bundle has not', async () => {
    const { latchkey, profileId } = await withShop([]);
    const preview = await openIn(latchkey, await sealed(shopWith([pair('current'), pair('next')])));
    const { importId, apps } = wholeImport(preview);
    const { apps: applied } = await latchkey.client.call('imports.apply', {
      importId,
      apps: apps.map((app) => ({
        ...app,
        into: profileId,
        secrets: [
          { fieldId: 'secret', version: 1, isDefault: false },
          { fieldId: 'secret', version: 2, isDefault: false },
          { fieldId: 'masterKey', version: 0, isDefault: false },
          { fieldId: 'secret', isDefault: false },
        ],
      })),
    });
    expect(applied[0]?.secrets.map(({ outcome, failure }) => [outcome, failure?.code])).toEqual([
      ['entered', undefined],
      ['failed', 'not_found'],
      ['failed', 'not_found'],
      ['failed', 'not_found'],
    ]);
    expect((await credentialsOf(latchkey, profileId)).map(({ slot }) => slot)).toEqual(['next']);
  });
});
