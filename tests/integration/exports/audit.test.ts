/** The audit log as a file: all of it, in order, safe to open, and for its owner alone. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import type { AuditEntry } from '#shared/contract/audit.ts';
import { AuditExport } from '../../../electron/audit/index.ts';
import { type Latchkey, startLatchkey } from '../../support/latchkey.ts';
import { SecretSearch } from '../../support/secret-search.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const started: Latchkey[] = [];
afterEach(async () => {
  for (const latchkey of started.splice(0)) {
    await latchkey.close();
    expect(latchkey.bugs).toEqual([]);
  }
});

const endpoint = { host: '127.0.0.1', port: 1, tls: false, path: '' };
/** What spreadsheets would run, and what ends a cell too early. */
const names = ['=1+1', '+1', '-1', '@SUM(1)', 'a "b", c', 'shop'] as const;

async function start(perApp = 0) {
  const latchkey = await startLatchkey(temporaryFolder());
  started.push(latchkey);
  const { client } = latchkey;
  await client.call('vault.chooseStore', { store: 'session' });
  const secrets: string[] = [];
  for (const name of names) {
    const { profileId } = await client.call('profiles.save', {
      profile: {
        name,
        environment: 'local',
        dialect: 'other',
        appId: '1',
        key: 'key',
        location: { kind: 'endpoints', http: endpoint, webSocket: endpoint },
      },
    });
    const value = randomBytes(20).toString('hex');
    secrets.push(value);
    await client.secrets.enter({ profileId, kind: 'secret', slot: 'current', value });
    for (let index = 0; index < perApp; index++) {
      const { credentials } = await client.call('vault.credentials', { profileId });
      await client.call('vault.labelSecret', {
        credentialId: credentials[0]?.credentialId ?? '',
        label: `label ${index}`,
      });
    }
  }
  const { entries } = await client.call('audit.list', { limit: 1 });
  return { client, secrets, folder: temporaryFolder(), newest: entries[0]?.auditId ?? 0 };
}

test('has every entry once, oldest first, and nothing that a spreadsheet would run', async () => {
  const { client, secrets, folder, newest } = await start(90);
  expect(newest).toBeGreaterThan(540);
  const csv = join(folder, 'audit.csv');
  const ndjson = join(folder, 'audit.ndjson');
  const asCsv = await client.call('audit.export', { path: csv, format: 'csv', overwrite: false });
  expect(asCsv).toEqual({ path: csv, entries: newest, mayBeLost: false });
  await client.call('audit.export', { path: ndjson, format: 'ndjson', overwrite: false });
  const objects = readFileSync(ndjson, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(objects.map(({ id }) => id)).toEqual(Array.from({ length: newest }, (_, index) => index + 1));
  const text = readFileSync(csv, 'utf8');
  const lines = text.trimEnd().split('\r\n');
  expect(lines).toHaveLength(newest + 1);
  expect(lines[0]).toBe(Object.keys(objects[0]).join(','));
  for (const line of lines.slice(1)) {
    const cells = line.match(/(?:"(?:[^"]|"")*"|[^",]*)(?:,|$)/g)?.slice(0, Object.keys(objects[0]).length);
    expect(cells).toHaveLength(Object.keys(objects[0]).length);
    for (const each of cells ?? []) expect(each).not.toMatch(/^"?[=+\-@\t\r]/);
  }
  for (const name of ["'=1+1", "'+1", "'-1", "'@SUM(1)", 'a ""b"", c']) expect(text).toContain(name);
  expect(new Set(objects.map((each) => each.profile_name))).toEqual(new Set([null, ...names]));
  expect([csv, ndjson].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600]);
  const search = new SecretSearch(secrets.map((value, index) => ({ name: `secret ${index}`, value })));
  expect((await search.inFolder(folder)).findings).toEqual([]);
  writeFileSync(join(folder, 'control'), secrets[0] ?? '');
  expect((await search.inFolder(folder)).findings).toHaveLength(1);
});

test('fails when there is no room for all of it, and leaves what was there', async (context) => {
  const disk = temporaryFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    context.skip('A small disk can’t be mounted here.');
  }
  onTestFinished(() => void execFileSync('umount', [disk]));
  const { client } = await start(60);
  const path = join(disk, 'audit.ndjson');
  writeFileSync(path, 'theirs');
  const failing = client.call('audit.export', { path, format: 'ndjson', overwrite: true });
  await expect(failing).rejects.toMatchObject({
    code: 'storage_failed',
    message: 'There is no room for the file on this disk.',
  });
  expect(readFileSync(path, 'utf8')).toBe('theirs');
  expect(readdirSync(disk)).toEqual(['audit.ndjson']);
});

test('is proved: a file that is not as it was written is none', async () => {
  const entry = { auditId: 1, at: 0, action: 'locked', outcome: 'done' } as AuditEntry;
  const written = async () => {
    const parts: string[] = [];
    const exported = new AuditExport('csv');
    const file = { appendFile: async (text: string | Uint8Array) => void parts.push(String(text)) };
    await exported.write(file, (after) => (after === 0 ? [entry] : []), 1);
    return { exported, content: Buffer.from(parts.join('')) };
  };
  const { exported, content } = await written();
  exported.prove(content);
  const short = await written();
  expect(() => short.exported.prove(content.subarray(0, -1))).toThrow(
    'What was written is not what can be read from the disk.',
  );
});

test('replaces nothing unasked', async () => {
  const { client, folder } = await start();
  const path = join(folder, 'audit.csv');
  writeFileSync(path, 'theirs');
  const order = { path, format: 'csv', overwrite: false } as const;
  await expect(client.call('audit.export', order)).rejects.toMatchObject({ code: 'confirmation_required' });
  expect(readFileSync(path, 'utf8')).toBe('theirs');
  await client.call('audit.export', { ...order, overwrite: true });
  expect(readFileSync(path, 'utf8')).toMatch(/^id,time,action/);
  expect(readdirSync(folder)).toEqual(['audit.csv']);
});
