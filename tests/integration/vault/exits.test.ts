/** How secrets leave: shown or copied, on a host with channels and on one without, and what the audit log has of it. */
import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { AppError } from '#shared/lib/app-error.ts';
import { MemoryAuditTrail } from '../../../electron/audit/index.ts';
import { Database, Preferences } from '../../../electron/storage/index.ts';
import { SqliteCredentialIndex } from '../../../electron/vault/index.ts';
import { VaultPort } from '../../../renderer/bridge/vault-port.ts';
import { eventually } from '../../support/conditions.ts';
import { type Latchkey, startLatchkey } from '../../support/latchkey.ts';
import { MemoryClipboard } from '../../support/memory-clipboard.ts';
import { noSessionBus } from '../../support/secret-service.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { VaultHarness } from '../../support/vault-harness.ts';

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const started: Latchkey[] = [];
afterEach(async () => {
  for (const latchkey of started.splice(0)) {
    await latchkey.close();
    expect(latchkey.bugs).toEqual([]);
  }
});

async function start(hasPorts: boolean, dataFolder = temporaryFolder()) {
  const clipboard = new MemoryClipboard();
  const latchkey = await startLatchkey(dataFolder, { hasPorts, clipboard });
  started.push(latchkey);
  const { client } = latchkey;
  await client.call('vault.chooseStore', { store: 'session' });
  const endpoint = { host: '127.0.0.1', port: 1, tls: false, path: '' };
  const { profileId } = await client.call('profiles.save', {
    profile: {
      name: 'shop',
      environment: 'local',
      dialect: 'other',
      appId: '1',
      key: 'key',
      location: { kind: 'endpoints', http: endpoint, webSocket: endpoint },
    },
  });
  const value = randomBytes(20).toString('hex');
  const place = { profileId, kind: 'secret', slot: 'current' } as const;
  const credential = await client.secrets.enter({ ...place, value });
  const entries = async () => (await client.call('audit.list', { limit: 50 })).entries;
  return { latchkey, client, clipboard, place, credential, value, entries };
}

/** All that crossed a boundary of main, but for what was entered. */
function afterEntry({ recording, vaultRecording }: Latchkey): string {
  return [...recording, ...vaultRecording]
    .filter((text) => !/"(?:enterSecret|vault\.enterSecret|put)"/.test(text))
    .join('\n');
}

describe('with channels, as in Electron', () => {
  test('a secret is shown on a channel, and nothing of it goes through main', async () => {
    const { latchkey, client, credential, value, entries } = await start(true);
    expect(await client.secrets.reveal(credential.credentialId)).toBe(value);
    expect(latchkey.recording.join('\n')).toContain('vault.revealSecret');
    expect([...latchkey.recording, ...latchkey.vaultRecording].join('\n')).not.toContain(value);
    expect((await entries())[0]).toMatchObject({
      action: 'revealed',
      outcome: 'done',
      profileName: 'shop',
      kind: 'secret',
      slot: 'current',
      fingerprint: credential.fingerprint,
      lastFour: value.slice(-4),
    });
  });

  test('a secret is copied from the vault, and cleared when the vault is locked', async () => {
    const { latchkey, client, clipboard, credential, value, entries } = await start(true);
    const told: string[] = [];
    client.on('vault.copyEnded', ({ how }) => told.push(how));
    expect(await client.call('vault.copySecret', { credentialId: credential.credentialId })).toEqual({
      clearedAfterMs: 10_000,
    });
    expect(clipboard.text).toBe(value);
    expect(latchkey.recording.join('\n')).not.toContain(value);
    expect((await entries())[0]).toMatchObject({
      action: 'copied',
      outcome: 'done',
      lastFour: value.slice(-4),
    });
    await client.call('vault.lock', { forget: true });
    await expect.poll(() => told).toEqual(['cleared']);
    expect(clipboard.text).toBe('');
  });

  test('what was copied is cleared when Latchkey quits, unless something else was', async () => {
    const one = await start(true);
    await one.client.call('vault.copySecret', { credentialId: one.credential.credentialId });
    const other = await start(true);
    await other.client.call('vault.copySecret', { credentialId: other.credential.credentialId });
    other.clipboard.text = 'the user’s own';
    await one.latchkey.close();
    await other.latchkey.close();
    started.length = 0;
    expect([one.clipboard.text, other.clipboard.text]).toEqual(['', 'the user’s own']);
  });

  test('it leaves by no other way', async () => {
    const { latchkey, client, credential, value, entries } = await start(true);
    const { credentialId } = credential;
    const port = await VaultPort.open((end) => latchkey.app.passPort(end));
    const ways = [
      { purpose: 'show' },
      { purpose: 'copy' },
      { purpose: 'copy', portId: port.portId },
    ] as const;
    for (const way of ways) {
      const revealing = client.call('vault.revealSecret', { credentialId, confirmed: true, ...way });
      await expect(revealing).rejects.toMatchObject({ code: 'refused' });
    }
    port.close();
    expect(afterEntry(latchkey)).not.toContain(value);
    expect((await entries()).map(({ action }) => action)).not.toContain('revealed');
  });

  test('a channel that is gone by then is told, and so is the audit log', async () => {
    const { client, credential, entries } = await start(true);
    const revealing = client.call('vault.revealSecret', {
      credentialId: credential.credentialId,
      confirmed: true,
      purpose: 'show',
      portId: randomUUID(),
    });
    await expect(revealing).rejects.toMatchObject({ code: 'not_found', retryable: true });
    expect((await entries()).slice(0, 2).map(({ action, outcome }) => [action, outcome])).toEqual([
      ['revealed', 'failed'],
      ['revealed', 'done'],
    ]);
  });

  test('a clipboard that does not take it is told, and so is the audit log', async () => {
    const { latchkey, client, clipboard, credential, entries } = await start(true);
    clipboard.failure = new Error('held by another program');
    const copying = client.call('vault.copySecret', { credentialId: credential.credentialId });
    await expect(copying).rejects.toMatchObject({ code: 'refused', retryable: true });
    expect((await entries())[0]).toMatchObject({ action: 'copied', outcome: 'failed' });
    clipboard.failure = undefined;
    await latchkey.close();
    started.length = 0;
    expect(latchkey.bugs).toEqual([expect.stringContaining('held by another program')]);
  });
});

describe('without channels, as on the web host', () => {
  test.each(['show', 'copy'] as const)('a secret leaves in one answer, to %s', async (purpose) => {
    const { latchkey, client, credential, value, entries } = await start(false);
    const input = { credentialId: credential.credentialId, confirmed: true, purpose } as const;
    expect(await client.call('vault.revealSecret', input)).toEqual({ value });
    const answers = latchkey.recording.filter((text) => text.includes('"result"') && text.includes(value));
    expect(answers).toHaveLength(1);
    expect((await entries())[0]).toMatchObject({
      action: purpose === 'copy' ? 'copied' : 'revealed',
      outcome: 'done',
      lastFour: value.slice(-4),
    });
  });

  test('there is no clipboard of the host’s, and no channel', async () => {
    const { latchkey, client, credential, value } = await start(false);
    const { credentialId } = credential;
    await expect(client.call('vault.copySecret', { credentialId })).rejects.toMatchObject({
      code: 'refused',
    });
    const input = { credentialId, confirmed: true, purpose: 'show', portId: randomUUID() } as const;
    await expect(client.call('vault.revealSecret', input)).rejects.toMatchObject({ code: 'refused' });
    expect(afterEntry(latchkey)).not.toContain(value);
  });

  test('a locked vault lets nothing out, and a secret that is gone is told', async () => {
    const { latchkey, client, credential, value } = await start(false);
    const input = { credentialId: credential.credentialId, confirmed: true, purpose: 'show' } as const;
    await client.call('vault.lock', { forget: true });
    await expect(client.call('vault.revealSecret', input)).rejects.toMatchObject({ code: 'vault_locked' });
    await client.call('vault.unlock', {});
    await expect(client.call('vault.revealSecret', input)).rejects.toMatchObject({ code: 'not_found' });
    expect(afterEntry(latchkey)).not.toContain(value);
  });
});

test('the audit log follows what happens in the vault, and outlives it', async () => {
  const folder = temporaryFolder();
  const { client, place, credential, latchkey } = await start(false, folder);
  const added: number[] = [];
  client.on('audit.added', ({ auditId }) => added.push(auditId));
  const replacement = await client.secrets.enter({ ...place, value: randomBytes(20).toString('hex') });
  const made = await client.call('vault.generateMasterKey', { profileId: place.profileId, slot: 'current' });
  await client.call('vault.removeSecret', { credentialId: made.credentialId });
  await client.call('vault.lock', { forget: true });
  await client.call('vault.unlock', {});
  await latchkey.close();
  started.length = 0;
  expect(added.length).toBeGreaterThan(0);
  const again = await startLatchkey(folder);
  started.push(again);
  const { entries } = await again.client.call('audit.list', { limit: 200 });
  const told = entries
    .toReversed()
    .map(({ action, outcome, store, kind, fingerprint }) => ({ action, outcome, store, kind, fingerprint }));
  const done = { outcome: 'done', store: 'session', kind: null, fingerprint: null };
  const ofSecret = { ...done, kind: 'secret' };
  const ofMasterKey = { ...done, kind: 'masterKey', fingerprint: made.fingerprint };
  expect(told.slice(0, 11)).toEqual([
    { action: 'storeChosen', ...done },
    { action: 'unlocked', ...done },
    { action: 'entered', ...ofSecret, fingerprint: credential.fingerprint },
    { action: 'entered', ...ofSecret, fingerprint: replacement.fingerprint },
    { action: 'removed', ...ofSecret, fingerprint: credential.fingerprint },
    { action: 'generated', ...ofMasterKey },
    { action: 'removed', ...ofMasterKey },
    { action: 'locked', ...done },
    { action: 'forgotten', ...ofSecret, fingerprint: replacement.fingerprint },
    { action: 'unlocked', ...done },
    // When it quit.
    { action: 'locked', ...done },
  ]);
  for (const entry of entries) expect(entry.profileName).toBe(entry.kind === null ? null : 'shop');
});

describe('when the audit log can’t be written', () => {
  const full = new AppError('storage_failed', 'There is no room on the disk: nothing was changed.');
  const opened: VaultHarness[] = [];
  afterEach(() => {
    for (const harness of opened.splice(0)) harness.close();
  });

  async function failing() {
    const database = await Database.inMemory();
    const trail = new MemoryAuditTrail();
    const harness = new VaultHarness({
      env: noSessionBus(temporaryFolder()),
      index: new SqliteCredentialIndex(database, new Preferences(database)),
      audit: { record: (note) => trail.record(note), together: (work) => database.transaction(work) },
    });
    opened.push(harness);
    await harness.vault.chooseStore('session');
    const { credentialId } = await harness.enterSecret();
    trail.record = () => {
      throw full;
    };
    return { harness, credentialId };
  }

  test('nothing leaves', async () => {
    const { harness, credentialId } = await failing();
    let hasLeft = false;
    const leaving = harness.vault.letOut('copied', credentialId, async () => {
      hasLeft = true;
    });
    expect(await harness.failureOf(leaving)).toBe(full);
    expect(hasLeft).toBe(false);
  });

  test('nothing is changed that could be refused', async () => {
    const { harness } = await failing();
    const before = harness.vault.credentials(harness.profileId);
    expect(await harness.failureOf(harness.enterSecret(harness.newSecret(), 'next', 'k'))).toBe(full);
    expect(harness.vault.credentials(harness.profileId)).toEqual(before);
  });

  test('the loss of the vault process is told all the same', async () => {
    const { harness } = await failing();
    process.kill(harness.pid, 'SIGKILL');
    expect(await harness.untilState('locked')).toMatchObject({
      reason: expect.stringContaining('the secrets of this session are gone'),
    });
  });

  test('the vault is locked all the same', async () => {
    const { harness } = await failing();
    const { pid } = harness;
    expect(await harness.failureOf(() => harness.vault.lock({ forget: true }))).toBe(full);
    expect(harness.vault.status).toMatchObject({ state: 'locked' });
    await eventually(() => !isRunning(pid), { what: 'the end of the vault process' });
    expect(await harness.failureOf(harness.sign())).toMatchObject({ code: 'vault_locked' });
  });
});
