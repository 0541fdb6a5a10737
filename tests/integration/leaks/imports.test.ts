/**
 * Imports that came to nothing: files that are broken, hostile or too large, and those that were cancelled, dropped, left
 * alone or cut off by a lock. Their secrets are in nothing that Latchkey keeps, says or records, and never in main.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImportPreview } from '#shared/contract/imports.ts';
import { newPassphrase } from '../../support/command-line.ts';
import { eventually } from '../../support/conditions.ts';
import { importFixtures, wholeImport, writeFixture } from '../../support/import-files.ts';
import { leaksIn, newControl, newMarker, placesOf } from '../../support/leak-verdict.ts';
import { SecretSearch } from '../../support/secret-search.ts';
import { noSessionBus } from '../../support/secret-service.ts';
import type { Secret } from '../../support/secret-spellings.ts';
import type { ServeProgram } from '../../support/serve-program.ts';
import { openSocketClient, type SocketClient } from '../../support/socket-client.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { findingsInMemory, killAll, WatchedFolders, wholeIn } from '../../support/watched-serve.ts';
import { type Planted, plant } from '../../unit/vault/import/fixtures/fixture.ts';

const megabyte = 1024 * 1024;

describe.runIf(process.platform === 'linux')('the secrets of an import that came to nothing', () => {
  const folders = new WatchedFolders(temporaryFolder());
  /** Where the user has the files: not one of the folders that are searched. */
  const sources = temporaryFolder();
  const environment = noSessionBus(temporaryFolder());
  const control = newControl();
  /** A public value of each file: told, and so in everything that is searched. */
  const marker = newMarker();
  const passphrase = newPassphrase();
  const planted: Secret[] = [{ name: 'passphrase', value: passphrase }];
  let host: ServeProgram;
  let socket: SocketClient;
  let search: SecretSearch;

  const plantAs = (name: string): Planted => {
    const here = plant();
    const { secret, secret2, masterKey } = here;
    for (const [kind, value] of Object.entries({ secret, secret2, masterKey })) {
      planted.push({ name: `${kind} ${name}`, value });
    }
    planted.push({ name: `bytes of the master key ${name}`, value: Buffer.from(masterKey, 'base64') });
    return here;
  };
  const write = (name: string, content: string | Uint8Array) => {
    const folder = join(sources, randomBytes(4).toString('hex'));
    mkdirSync(folder);
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const open = (path: string, signal?: AbortSignal) =>
    socket.client.call('imports.open', { path }, { signal });
  /** What became of it, whatever that is. */
  const outcomeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: { code?: string }) => error.code,
    );
  const envOf = ({ id, secret, masterKey }: Planted) =>
    `PUSHER_APP_ID=${id}\nPUSHER_APP_KEY=${marker.value}\nPUSHER_APP_SECRET=${secret}\nPUSHER_APP_CLUSTER=eu\nPUSHER_ENCRYPTION_MASTER_KEY_BASE64=${masterKey}\n`;
  const manyOf = (every: readonly Planted[]) =>
    every
      .map(({ id, secret }, index) => {
        const prefix = `PUSHER_P${index}`;
        return `${prefix}_APP_ID=${id}\n${prefix}_CLUSTER=eu\n${prefix}_KEY=k${index}\n${prefix}_SECRET=${secret}\n`;
      })
      .join('');
  const untilState = (state: string) =>
    eventually(async () => (await socket.client.call('vault.status', {})).state === state, {
      withinMs: 20_000,
      what: state,
    });
  const unlock = () => socket.client.secrets.passphrase({ how: 'unlock', value: passphrase });

  const start = async () => {
    host = await folders.start(environment);
    closing.push(host.stop);
    socket = openSocketClient(host.url);
    closing.push(socket.close);
  };
  const closing: (() => unknown)[] = [];
  beforeAll(async () => {
    await start();
    await untilState('choose');
    await socket.client.secrets.passphrase({ how: 'choose', value: passphrase });
    // Another run: the passphrase was entered through main, which is not what this is about.
    socket.close();
    await host.stop();
    await start();
    await untilState('locked');
    await unlock();
  });
  afterAll(async () => {
    for (const close of closing.toReversed()) await close();
  });

  it('whose preview was shown, and dropped or left alone', async () => {
    const here = plantAs('of a preview');
    for (const fixture of importFixtures) {
      const preview = await open(writeFixture(mkdirUnder(sources), fixture, here));
      expect(preview.apps.length + preview.problems.length, fixture.title).toBeGreaterThan(0);
      if (preview.apps.length % 2 === 0)
        await socket.client.call('imports.drop', { importId: preview.importId });
    }
    const preview = await open(write('.env', envOf(here)));
    expect(JSON.stringify(preview)).toContain(marker.value);
  });

  it('that is broken, hostile or too large', async () => {
    const here = plantAs('of a hostile file');
    const { secret, secret2, masterKey } = here;
    const line = `PUSHER_APP_SECRET=${secret}\n`;
    const files: Record<string, string | Uint8Array> = {
      'of 5 MB': line.padEnd(5 * megabyte, '#'),
      'of a byte too much': line.padEnd(megabyte + 1, '#'),
      binary: Buffer.from(`\x7fELF\0\0${line}\0`),
      'with a broken character': Buffer.concat([Buffer.from(envOf(here)), Buffer.from([0xff, 0xfe, 0xe9])]),
      nested: `{"pusher":${'['.repeat(20_000)}"${secret}"${']'.repeat(20_000)}}`,
      'cut off': `[{"id":"1","key":"${marker.value}","secret":"${secret}`,
      'with a quote that stays open': `PUSHER_APP_KEY=${marker.value}\nPUSHER_APP_SECRET="${secret}\nOTHER=${secret2}\n`,
      'for a browser': `VITE_PUSHER_APP_KEY=${marker.value}\nVITE_PUSHER_APP_SECRET=${secret}\nNEXT_PUBLIC_PUSHER_MASTER_KEY=${masterKey}\n`,
      'with its secrets in names': `PUSHER_APP_SECRET_${secret}=x\nPUSHER_${secret}_KEY=${marker.value}\n${secret2}=1\nPUSHER_APP_SECRET=${secret}\nPUSHER_MOBILE_SECRET=${secret2}\n`,
      'with its secrets in public places': `PUSHER_APP_KEY=${secret}\nPUSHER_APP_ID=${secret2}\nPUSHER_HOST=${masterKey}\nPUSHER_APP_SECRET=${secret}\nPUSHER_MOBILE_SECRET=${secret2}\nPUSHER_ENCRYPTION_MASTER_KEY_BASE64=${masterKey}\n`,
      'with a name of its own': `[{"id":"1","name":"${secret}","key":"${marker.value}","secret":"${secret}"}]`,
    };
    const outcomes: Record<string, string | undefined> = {};
    for (const [what, content] of Object.entries(files)) {
      outcomes[what] = await outcomeOf(open(write('app.json', content)));
    }
    expect(outcomes).toMatchObject({
      'of 5 MB': 'invalid_input',
      'of a byte too much': 'invalid_input',
      binary: 'invalid_input',
      'with its secrets in names': 'done',
    });
  });

  it('that asks for what it does not get, or for an app that is not there', async () => {
    const preview = await open(write('.env', envOf(plantAs('that could not be applied'))));
    const whole = wholeImport(preview);
    const changes = [
      { into: '7b6f1a52-5f4e-4d6b-9b61-0a1f0b6a1c11' },
      { given: [{ fieldId: 'appId', value: '..' }] },
      { secrets: [{ fieldId: 'bearerToken', isDefault: true }], given: [{ fieldId: 'secret', value: 'x' }] },
    ];
    for (const change of changes) {
      const apps = whole.apps.map((app) => ({ ...app, ...change }));
      const told = await socket.client.call('imports.apply', { ...whole, apps });
      expect(told.apps[0]?.failure).not.toBeNull();
    }
    const gone = { ...whole, importId: '7b6f1a52-5f4e-4d6b-9b61-0a1f0b6a1c11' };
    expect(await outcomeOf(socket.client.call('imports.apply', gone))).toBe('not_found');
  });

  it('that was cancelled, while it was read and while it was applied', async () => {
    const { client } = socket;
    const reading = new AbortController();
    const padding = `# ${'x'.repeat(70)}\n`.repeat(10_000);
    const opening = open(write('.env', envOf(plantAs('that was cancelled')) + padding), reading.signal);
    reading.abort();
    expect(await outcomeOf(opening)).toBe('cancelled');
    const every = Array.from({ length: 8 }, (_, index) =>
      plantAs(`that was cancelled while it was applied, ${index}`),
    );
    const preview = await openWhenFree(() => open(write('.env', manyOf(every))));
    const applying = new AbortController();
    const stopListening = client.on('vault.credentialsChanged', () => applying.abort());
    const applied = client.call('imports.apply', wholeImport(preview), { signal: applying.signal });
    expect(await outcomeOf(applied)).toBe('cancelled');
    stopListening();
  });

  it('that a lock, or the end of the vault process, cut off', async () => {
    const { client } = socket;
    const path = write('.env', envOf(plantAs('that was locked while it was read')));
    const opening = outcomeOf(openWhenFree(() => open(path)));
    await client.call('vault.lock', {});
    expect(['vault_locked', 'done']).toContain(await opening);
    expect(await outcomeOf(open(path))).toBe('vault_locked');
    await unlock();

    const every = Array.from({ length: 8 }, (_, index) =>
      plantAs(`that was locked while it was applied, ${index}`),
    );
    const preview = await open(write('.env', manyOf(every)));
    const begun = Promise.withResolvers<void>();
    const stopListening = client.on('vault.credentialsChanged', () => begun.resolve());
    const applying = client.call('imports.apply', wholeImport(preview));
    await begun.promise;
    await client.call('vault.lock', {});
    stopListening();
    const outcomes = (await applying).apps.flatMap(({ secrets }) => secrets.map(({ outcome }) => outcome));
    expect(outcomes).toContain('failed');
    await unlock();

    const lost = outcomeOf(open(write('.env', envOf(plantAs('whose vault process was killed')))));
    await client.call('vault.status', {});
    process.kill(host.child('latchkey-vault')?.pid ?? 0, 'SIGKILL');
    expect(['vault_locked', 'done']).toContain(await lost);
    await untilState('locked');
    await unlock();
    await open(write('.env', envOf(plantAs('of a preview that was open in the end'))));
  });

  it('are never in main’s memory, and after a lock in no other', async () => {
    search = new SecretSearch([...planted, control, marker]);
    const unlocked = findingsInMemory(search, host);
    // The control: what the vault process still holds is found in it.
    expect(wholeIn(unlocked.vault)).toContain('secret of a preview that was open in the end');
    const entered = (name: string) => name === 'passphrase';
    expect(
      leaksIn(
        unlocked.others.filter(({ secret }) => !entered(secret)),
        [marker],
      ),
    ).toEqual([]);
    expect(placesOf(unlocked.others, marker).join()).toContain('main');
    await socket.client.call('vault.lock', {});
    await eventually(() => host.child('latchkey-vault') === undefined);
    const locked = findingsInMemory(search, host);
    expect(
      leaksIn(
        locked.others.filter(({ secret }) => !entered(secret)),
        [marker],
      ),
    ).toEqual([]);
    await unlock();
    await open(write('.env', envOf(plantAs('of a preview that was open when all was killed'))));
  });

  it('are in no message, file, output or audit log', async () => {
    const { client } = socket;
    search = new SecretSearch([...planted, control, marker]);
    const { entries } = await client.call('audit.list', { limit: 200 });
    expect(entries.map(({ action }) => action)).toContain('entered');
    const exported = join(folders.user, 'audit.csv');
    await client.call('audit.export', { path: exported, format: 'csv', overwrite: false });
    await killAll(host);
    const messages = folders.messages('latchkey-vault');
    expect(messages.length).toBeGreaterThan(importFixtures.length);
    const findings = [
      ...(await folders.findings(search, control)),
      ...(await search.inFile(exported)),
      ...search.inText('the output', host.output()),
      ...socket.received.flatMap((message) => search.inText('a message to the page', message)),
      ...messages.flatMap(({ bytes }) => search.inBytes('a message from the vault process', bytes)),
    ];
    expect(leaksIn(findings, [control, marker])).toEqual([]);
    for (const place of ['a message to the page', 'a message from the vault process'])
      expect(placesOf(findings, marker)).toContain(place);
  });
});

function mkdirUnder(folder: string): string {
  const path = join(folder, randomBytes(4).toString('hex'));
  mkdirSync(path);
  return path;
}

/** One that was cancelled may still be read for a moment. */
function openWhenFree(open: () => Promise<ImportPreview>): Promise<ImportPreview> {
  return eventually(() =>
    open().catch((error: { code?: string }) => {
      if (error.code === 'conflict') return undefined;
      throw error;
    }),
  );
}
