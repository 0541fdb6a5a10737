/**
 * Every secret of every kind of credentials, in every place for secrets: entered, used, refused, exported and moved; then
 * everything that could have kept one is searched. What there is to be entered is what Latchkey says that there is.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProviderField } from '#shared/contract/providers.ts';
import type { Credential } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import type { SandboxApp } from '../../../electron/sandbox/server/app-store.ts';
import { createSandboxServer, type SandboxServer } from '../../../electron/sandbox/server/sandbox-server.ts';
import { deriveChannelKey } from '../../../electron/signing/master-key.ts';
import { newPassphrase } from '../../support/command-line.ts';
import { eventually } from '../../support/conditions.ts';
import { keyringEntries } from '../../support/keyring-entries.ts';
import { leaksIn, newControl, newMarker, placesOf } from '../../support/leak-verdict.ts';
import { officialServer } from '../../support/sandbox.ts';
import { SecretSearch } from '../../support/secret-search.ts';
import { type SecretService, startSecretService } from '../../support/secret-service.ts';
import type { Secret } from '../../support/secret-spellings.ts';
import type { ServeProgram } from '../../support/serve-program.ts';
import { openSocketClient, type SocketClient } from '../../support/socket-client.ts';
import { type StandIn, startStandIn } from '../../support/stand-in-server.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { findingsInMemory, killAll, WatchedFolders, wholeIn } from '../../support/watched-serve.ts';

const channel = 'private-encrypted-orders';
/** The ones whose values are entered: `revoked` is where an earlier one ends, in the same way. */
const slots = ['current', 'next', 'extra', 'previous'] as const;
/** Which server stands for each kind of app. A kind that is new here has to be given one. */
const dialects: Readonly<Record<string, 'pusher' | 'soketify' | 'soketi'>> = {
  pusher: 'pusher',
  soketify: 'soketify',
  'self-hosted': 'soketi',
};
type Slot = (typeof slots)[number];
type Place = 'keychain' | 'sealed keychain' | 'vault file' | 'session';

interface Planted extends Secret {
  readonly value: string;
  readonly field: ProviderField;
  readonly slot: Slot;
  /** The app key that it belongs to, of a pair. */
  readonly key?: string | undefined;
  credential?: Credential;
}

interface Holder {
  readonly providerId: string;
  readonly profileId: string;
  readonly app?: SandboxApp;
  readonly planted: Planted[];
}

function newValue({ fieldId, format }: ProviderField): string {
  if (format.kind === 'text') return randomBytes(15).toString('base64url');
  if (format.kind === 'master-key') return randomBytes(32).toString('base64');
  throw new Error(`Here nobody knows what a right value of ${fieldId} is`);
}

/** What its form does not let pass. */
function newMalformed({ format }: ProviderField): string {
  return format.kind === 'master-key'
    ? randomBytes(31).toString('base64')
    : `${randomBytes(10).toString('hex')} ${randomBytes(10).toString('hex')}`;
}

function publicValue({ fieldId, format }: ProviderField): string {
  return format.kind === 'choice' ? (format.choices[0] ?? '') : `the-${fieldId}`;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const failure = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  return failure instanceof AppError ? failure.code : `no failure: ${String(failure)}`;
}

describe.runIf(process.platform === 'linux').each([
  ['keychain', 'vault file'],
  ['sealed keychain', 'vault file'],
  ['vault file', 'sealed keychain'],
  ['session', 'keychain'],
] as const)('secrets of every kind in a %s, and then in a %s', (first, second) => {
  const folders = new WatchedFolders(temporaryFolder());
  const control = newControl();
  const marker = newMarker();
  const passphrases = { passphrase: newPassphrase(), 'wrong passphrase': newPassphrase() };
  const bundlePassphrase = newPassphrase();
  const holders: Holder[] = [];
  const refused: Secret[] = [];
  let server: SandboxServer;
  let keyring: SecretService;
  let host: ServeProgram;
  let socket: SocketClient;

  const everyPlanted = () => holders.flatMap(({ planted }) => planted);
  const kept = (): Secret[] => everyPlanted().flatMap((each) => [each, ...bytesOf(each)]);
  const searchFor = (...more: Secret[]) => new SecretSearch([...kept(), ...more, control, marker]);
  const untilState = (state: string) =>
    eventually(async () => (await socket.client.call('vault.status', {})).state === state, {
      withinMs: 30_000,
      what: state,
    });
  const passphrase = (how: 'unlock' | 'choose' | 'set' | 'move') =>
    socket.client.secrets.passphrase({ how, value: passphrases.passphrase });

  beforeAll(async () => {
    keyring = await startSecretService();
    closing.push(() => keyring.close());
    await keyring.startKeyring();
    server = await createSandboxServer();
    closing.push(() => server.close());
  });

  /** Gives what providers of services were asked. */
  async function start(): Promise<StandIn> {
    const providers = await startStandIn((_, response) =>
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(
        JSON.stringify({
          ok: true,
          schedules: [],
          access_token: 'x',
          token_type: 'Bearer',
          expires_in: 3600,
        }),
      ),
    );
    host = await folders.start(keyring.env, providers.url);
    closing.push(host.stop);
    socket = openSocketClient(host.url);
    closing.push(socket.close);
    return providers;
  }

  const closing: (() => unknown)[] = [];
  afterAll(async () => {
    for (const close of closing.toReversed()) await close();
  });

  async function choose(place: Place): Promise<void> {
    await untilState('unlocked');
    if (place === 'session') await socket.client.call('vault.chooseStore', { store: 'session' });
    if (place === 'vault file') await passphrase('choose');
    if (place === 'sealed keychain') await passphrase('set');
  }

  async function moveTo(place: 'keychain' | 'sealed keychain' | 'vault file'): Promise<void> {
    if (place === 'vault file') await passphrase('move');
    else await socket.client.call('vault.moveTo', { store: 'keychain' });
    if (place === 'sealed keychain') await passphrase('set');
  }

  async function add(
    providerId: string,
    hasChannels: boolean,
    fields: readonly ProviderField[],
  ): Promise<Holder> {
    const { client } = socket;
    const common = { name: `${providerId} ${marker.value}`, environment: 'staging' } as const;
    if (!hasChannels) {
      const filled = fields
        .filter(({ isSecret }) => !isSecret)
        .map((field) => ({ fieldId: field.fieldId, value: publicValue(field) }));
      const service = { ...common, provider: providerId, fields: filled };
      const { profileId } = await client.call('profiles.saveService', { service });
      return { providerId, profileId, planted: [] };
    }
    const dialect = dialects[providerId];
    if (!dialect) throw new Error(`Here nobody knows a server of ${providerId}`);
    const app = server.createApp();
    const endpoint = { host: '127.0.0.1', port: server.port, tls: false, path: '' };
    const location = { kind: 'endpoints', http: endpoint, webSocket: endpoint } as const;
    const profile = { ...common, dialect, appId: app.appId, key: app.oldestPair.key, location };
    const { profileId } = await client.call('profiles.save', { profile });
    return { providerId, profileId, app, planted: [] };
  }

  /** An app's server knows its pairs, so that everything can be tried with them. */
  function plant({ providerId, app, planted }: Holder, field: ProviderField, slot: Slot): Planted {
    const isPair = app !== undefined && field.fieldId === 'secret';
    const pair = isPair ? (slot === 'current' ? app.oldestPair : app.createPair()) : undefined;
    const value = pair?.secret ?? newValue(field);
    const each = { name: `${providerId} ${field.fieldId} ${slot}`, value, field, slot, key: pair?.key };
    planted.push(each);
    return each;
  }

  const enter = ({ profileId }: Holder, field: ProviderField, value: string, slot: Slot, key?: string) =>
    socket.client.secrets.enter({
      profileId,
      kind: field.fieldId,
      slot,
      value,
      label: `${slot} one`,
      ...(key === undefined ? {} : { key }),
    });

  async function enterAll(): Promise<void> {
    const { providers } = await socket.client.call('providers.list', {});
    for (const { providerId, hasChannels, fields } of providers) {
      const holder = await add(providerId, hasChannels, fields);
      holders.push(holder);
      for (const field of fields.filter(({ isSecret }) => isSecret)) {
        const malformed = { name: `malformed ${providerId} ${field.fieldId}`, value: newMalformed(field) };
        const misplaced = { name: `misplaced ${providerId} ${field.fieldId}`, value: newValue(field) };
        refused.push(malformed, misplaced);
        expect(await codeOf(enter(holder, field, malformed.value, 'current'))).toBe('invalid_input');
        const asKind = { ...field, fieldId: misplaced.value };
        expect(await codeOf(enter(holder, asKind, 'abc', 'current'))).toBe('invalid_input');
        for (const slot of slots) {
          const each = plant(holder, field, slot);
          each.credential = await enter(holder, field, each.value, slot, each.key);
          const { credentialId } = each.credential;
          await socket.client.call('vault.labelSecret', { credentialId, label: `the ${slot} one` });
        }
      }
      // All that it can have, and none twice: what is planted is the whole of it.
      const { credentials } = await socket.client.call('vault.credentials', { profileId: holder.profileId });
      const known = fields.flatMap(({ fieldId, isSecret }) =>
        isSecret ? slots.map((slot) => `${fieldId} ${slot}`) : [],
      );
      expect(credentials.map(({ kind, slot }) => `${kind} ${slot}`).toSorted()).toEqual(known.toSorted());
    }
  }

  const plantedValue = ({ planted }: Holder, fieldId: string, slot: Slot) =>
    planted.find((each) => each.field.fieldId === fieldId && each.slot === slot)?.value ?? '';

  /** Signed, encrypted, and opened again with every master key that anybody has. */
  async function publish(holder: Holder & { app: SandboxApp }): Promise<void> {
    const { client } = socket;
    const { profileId } = holder;
    const data = JSON.stringify({ marker: marker.value });
    const input = { profileId, channel, event: 'order.paid', data };
    expect(await client.call('publishing.publish', input)).toMatchObject({
      isAccepted: true,
      isEncrypted: true,
    });
  }

  async function watch(holder: Holder & { app: SandboxApp }, alone: string): Promise<void> {
    const { client } = socket;
    const { profileId, app } = holder;
    await client.call('live.connect', { profileId });
    await client.call('live.subscribe', { profileId, channel });
    const isSubscribed = async () => {
      const { connections } = await client.call('live.list', {});
      const own = connections.find((connection) => connection.profileId === profileId);
      return own?.subscriptions[0]?.state === 'subscribed';
    };
    await eventually(isSubscribed, { withinMs: 30_000, what: 'the subscription' });
    await publish(holder);
    const address = { port: server.port, appId: app.appId, ...app.oldestPair };
    const masterKeys = [...slots.map((slot) => plantedValue(holder, 'masterKey', slot)), alone];
    for (const masterKey of masterKeys) {
      await officialServer(address, masterKey).trigger(channel, 'order.paid', { by: 'another server' });
    }
    const view = { profileId, viewId: 'v' };
    const opened = async () => {
      await client.call('history.openView', { ...view, filter: 'order.paid' });
      const { rows } = await client.call('history.rows', { ...view, start: 0, count: 50 });
      return rows.filter(({ encryption }) => encryption?.state === 'decrypted').length;
    };
    await eventually(async () => (await opened()) === slots.length + 1, {
      withinMs: 30_000,
      what: 'its events',
    });
  }

  /** The verdict on every secret, by its name. */
  async function checkAll(): Promise<Record<string, string>> {
    const verdicts: Record<string, string> = {};
    for (const { profileId, planted } of holders) {
      for (const { name, credential } of planted) {
        const input = { profileId, credentialId: credential?.credentialId ?? '' };
        const { diagnoses } = await socket.client.call('doctor.check', input);
        verdicts[name] = diagnoses.map(({ verdict }) => verdict).join();
      }
    }
    return verdicts;
  }

  it('are entered, refused, used, written into files and moved', async () => {
    const providers = await start();
    const { client } = socket;
    await choose(first);
    await enterAll();

    const apps = holders.filter((holder): holder is Holder & { app: SandboxApp } => holder.app !== undefined);
    const alone = holders.find(({ providerId }) => providerId === 'master-key');
    for (const app of apps) await watch(app, alone ? plantedValue(alone, 'masterKey', 'current') : '');
    const verdicts = await checkAll();
    for (const { app, providerId, planted } of holders) {
      for (const { name, slot, field } of planted) {
        if (app && field.fieldId === 'secret') expect(verdicts[name], name).toBe('works');
        // Each has opened one event at least.
        else if (app) expect(verdicts[name], name).toMatch(/works|unclear/);
        else if (providerId === 'master-key')
          expect(verdicts[name], name).toBe(slot === 'current' ? 'works' : 'unclear');
        else expect(verdicts[name], name).toMatch(/works|unchecked/);
      }
    }
    // The control: what was sent to providers is found in what they got.
    const sent = new SecretSearch(kept()).inText('what providers got', JSON.stringify(providers.seen));
    const shouldBeSent = holders
      .filter(({ app, providerId }) => !app && providerId !== 'master-key')
      .flatMap(({ planted }) => planted.map(({ name }) => name).filter((name) => verdicts[name] === 'works'));
    expect(shouldBeSent.length).toBeGreaterThanOrEqual(4 * slots.length);
    const basic = providers.seen.flatMap(({ headers }) => {
      const [, encoded] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? [];
      return encoded === undefined ? [] : [Buffer.from(encoded, 'base64').toString()];
    });
    sent.push(...new SecretSearch(kept()).inText('what providers got', basic.join('\n')));
    expect([...wholeIn(sent)].toSorted()).toEqual(shouldBeSent.toSorted());

    await writeFiles();
    const entries = await keyringEntries(keyring);
    const inKeyring = new SecretSearch(kept()).inText(
      'the keyring',
      entries.map(({ password }) => password).join('\n'),
    );
    expect(wholeIn(inKeyring)).toEqual(new Set(first === 'keychain' ? kept().map(({ name }) => name) : []));
    if (first !== 'keychain') expect(leaksIn(inKeyring, [])).toEqual([]);

    await moveTo(second);
    for (const app of apps) await publish(app);
    await client.call('vault.lock', {});
    for (const holder of holders) {
      for (const { field } of holder.planted.filter(({ slot }) => slot === 'current')) {
        const late = {
          name: `${holder.providerId} ${field.fieldId} for a locked vault`,
          value: newValue(field),
        };
        refused.push(late);
        expect(await codeOf(enter(holder, field, late.value, 'current'))).toBe('vault_locked');
      }
    }
    if (second !== 'keychain') {
      const wrong = client.secrets.passphrase({ how: 'unlock', value: passphrases['wrong passphrase'] });
      expect(await codeOf(wrong)).toBe('wrong_passphrase');
      await passphrase('unlock');
    } else await client.call('vault.unlock', {});
    for (const app of apps) await publish(app);
  }, 180_000);

  /** All that Latchkey writes for others, and what it tells of secrets. One is shown. */
  async function writeFiles(): Promise<void> {
    const { client } = socket;
    const profileIds = holders.map(({ profileId }) => profileId);
    const at = (name: string) => ({ path: join(folders.user, name), overwrite: false });
    for (const { profileId, providerId, app } of holders) {
      const { usual, hasSnippets } = await client.call('exports.describe', { profileId });
      if (!app) continue;
      await client.call('exports.writeEnv', {
        profileId,
        target: usual,
        ...at(`${providerId}.env`),
        confirmed: true,
      });
      expect(hasSnippets).toBe(true);
      await client.call('exports.snippets', { profileId });
    }
    await client.call('exports.redacted', { profileIds });
    await client.call('exports.writeRedacted', { profileIds, ...at('redacted.txt') });
    const bundle = { profileIds, ...at('bundle'), confirmed: true as const };
    expect(await client.secrets.writeBundle({ ...bundle, value: bundlePassphrase })).toMatchObject({
      secrets: everyPlanted().length,
    });
    await client.call('audit.list', { limit: 200 });
    for (const format of ['csv', 'ndjson'] as const) {
      const { entries } = await client.call('audit.export', { format, ...at(`audit.${format}`) });
      expect(entries).toBeGreaterThan(everyPlanted().length);
    }
    const sweep = await client.call('sweep.start', { path: folders.user, history: false });
    expect(sweep.found.length).toBeGreaterThan(0);
    const [shown] = everyPlanted();
    expect(await client.secrets.reveal(shown?.credential?.credentialId ?? '')).toBe(shown?.value);
  }

  it('are left in no folder, message or output when everything is killed', async () => {
    await killAll(host);
    socket.close();
    const passed = Object.entries({ ...passphrases, 'bundle passphrase': bundlePassphrase });
    const search = searchFor(...refused, ...passed.map(([name, value]) => ({ name, value })));
    const findings = await folders.findings(search, control);
    findings.push(...search.inText('the output', host.output()));
    expect(leaksIn(findings, [control, marker])).toEqual([]);
    expect(placesOf(findings, marker).join('\n')).toContain('.db-wal');

    // Said when it was asked for, once by each of the two, and never else.
    const messages = folders.messages('latchkey-vault');
    expect(messages.length).toBeGreaterThan(everyPlanted().length);
    const told = messages.flatMap(({ bytes }) => search.inBytes('a message from the vault process', bytes));
    const toPage = socket.received.flatMap((message) => search.inText('a message to the page', message));
    const [shown] = everyPlanted();
    expect(leaksIn(told, [control, marker])).toEqual([expect.stringContaining(`${shown?.name} as text`)]);
    expect(leaksIn(toPage, [control, marker])).toEqual([expect.stringContaining(`${shown?.name} as text`)]);
    expect(placesOf(toPage, marker)).toHaveLength(1);

    // What was exported has the current secrets of apps, in plain text; what else was written has nothing.
    const written = (await search.inFolder(folders.user)).findings;
    const exported = written.filter(({ where }) => where.endsWith('.env'));
    const current = holders
      .flatMap(({ app, planted }) => (app ? planted.filter(({ slot }) => slot === 'current') : []))
      .flatMap((each) => [each, ...bytesOf(each)].map(({ name }) => name));
    expect(wholeIn(exported)).toEqual(new Set([...current, marker.name]));
    expect(
      leaksIn(
        written.filter((finding) => !exported.includes(finding)),
        [marker],
      ),
    ).toEqual([]);

    const entries = await keyringEntries(keyring);
    expect(entries.length > 0).toBe(second !== 'vault file');
    const inKeyring = search.inText('the keyring', entries.map(({ password }) => password).join('\n'));
    expect(wholeIn(inKeyring)).toEqual(new Set(second === 'keychain' ? kept().map(({ name }) => name) : []));
    if (second !== 'keychain') expect(leaksIn(inKeyring, [])).toEqual([]);
  }, 60_000);

  it('are in the vault process alone after another start, and in none after a lock', async () => {
    await start();
    const { client } = socket;
    await untilState(second === 'keychain' ? 'unlocked' : 'locked');
    if (second !== 'keychain') await passphrase('unlock');
    for (const holder of holders) {
      if (holder.app) await publish({ ...holder, app: holder.app });
      else await client.call('doctor.check', { profileId: holder.profileId });
    }
    const channelKeys = everyPlanted().flatMap(({ name, value, field }) =>
      field.format.kind === 'master-key'
        ? [{ name: `channel key of ${name}`, value: deriveChannelKey(Buffer.from(value, 'base64'), channel) }]
        : [],
    );
    const search = searchFor(...channelKeys);
    const unlocked = findingsInMemory(search, host);
    const inVault = wholeIn(unlocked.vault);
    const used = holders.flatMap(({ app, planted }) =>
      planted.filter(({ slot, field }) => slot === 'current' && (app || field.format.kind === 'master-key')),
    );
    for (const { name } of used) expect(inVault).toContain(name);
    for (const { name, field } of used) {
      if (field.format.kind === 'master-key') expect(inVault).toContain(`the bytes of ${name}`);
    }
    await client.call('vault.lock', {});
    await eventually(() => host.child('latchkey-vault') === undefined);
    const locked = findingsInMemory(search, host);
    expect(locked.vault).toEqual([]);
    const others = [...unlocked.others, ...locked.others];
    expect(leaksIn(others, [marker])).toEqual([]);
    expect(placesOf(others, marker).join()).toContain('main');
  }, 120_000);
});

function bytesOf({ name, value, field }: Planted): Secret[] {
  if (field.format.kind !== 'master-key') return [];
  return [{ name: `the bytes of ${name}`, value: Buffer.from(value, 'base64') }];
}
