/**
 * Malformed calls of every method of the contract, to the whole app: each is a failure of a known kind that says
 * something, tells no secret, also none that it was sent, and leaves the app and its processes as they were.
 *
 * Inputs arrive as the two hosts' transports bring them: as structured clones, or as JSON.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type * as z from 'zod';
import { filePurposes } from '#shared/contract/files.ts';
import { contract } from '#shared/contract/index.ts';
import { clientMessage, failureTextLimit, type ServerMessage, serverMessage } from '#shared/contract/wire.ts';
import { startWebHost, type WebHost } from '../../electron/hosts/web/server.ts';
import { spawnNodeChild } from '../../electron/processes/node-child.ts';
import { eventually } from '../support/conditions.ts';
import { type Latchkey, startLatchkey } from '../support/latchkey.ts';
import { loopbackOnly } from '../support/loopback-only.ts';
import { asSent, brokenText, type Material, malform } from '../support/malformed.ts';
import { isRunning } from '../support/running.ts';
import { type KnownValues, validInput } from '../support/schema-inputs.ts';
import { SecretSearch } from '../support/secret-search.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import { inRounds } from '../support/soak.ts';
import { temporaryFolder } from '../support/temporary.ts';

const calls = Object.entries(contract).flatMap(([feature, members]) =>
  Object.entries(members).flatMap(([name, member]) =>
    member.kind === 'call' ? [{ method: `${feature}.${name}`, input: member.input }] : [],
  ),
);

const eventNames = Object.entries(contract).flatMap(([feature, members]) =>
  Object.entries(members).flatMap(([name, { kind }]) => (kind === 'event' ? [`${feature}.${name}`] : [])),
);

const refusals = loopbackOnly();
const unexpected: unknown[] = [];
const remember = (error: unknown) => unexpected.push(error);
const pids: number[] = [];
let pidsBefore: readonly number[] = [];
let latchkey: Latchkey;
/** Ids that exist, of two apps. */
let known: KnownValues;
let search: SecretSearch;
/** Secrets that the vault has. They are sent as well, where nothing but a secret’s own field may take them. */
let material: Material;
let profileId: string;

beforeAll(async () => {
  process.env.DBUS_SESSION_BUS_ADDRESS = 'unix:path=/nonexistent/latchkey';
  process.on('unhandledRejection', remember);
  process.on('uncaughtException', remember);
  const sandboxSecrets: string[] = [];
  const files = temporaryFolder();
  const chosen = { import: join(files, 'in'), export: join(files, 'out'), sweep: files };
  latchkey = await startLatchkey(temporaryFolder(), {
    // Without a dialog any path is taken: nothing else of this machine is to be read or written here.
    pickFile: async ({ purpose }) => chosen[purpose],
    spawnProcess: (entry, options) => {
      const child = spawnNodeChild(entry, options);
      pids.push(child.pid ?? 0);
      if (options.name === 'sandbox') {
        child.onMessage((message) => {
          const { value } = message as { value?: { secret?: string; masterKeyBase64?: string } };
          for (const secret of [value?.secret, value?.masterKeyBase64])
            if (secret) sandboxSecrets.push(secret);
        });
      }
      return child;
    },
  });
  const { client } = latchkey;
  await eventually(async () => (await client.call('vault.status', {})).state === 'choose');
  await client.call('vault.chooseStore', { store: 'session' });
  const status = await client.call('sandbox.start', {});
  ({ profileId } = status as { profileId: string });
  const endpoint = { host: '127.0.0.1', port: status.port ?? 1, tls: false, path: '' };
  const other = await client.call('profiles.save', {
    profile: {
      name: 'Another app',
      environment: 'production',
      dialect: 'other',
      appId: 'another',
      key: 'another-key',
      location: { kind: 'endpoints', http: endpoint, webSocket: endpoint },
    },
  });
  const secret = randomBytes(20).toString('hex');
  const masterKey = randomBytes(32).toString('base64');
  const entered = { profileId: other.profileId, slot: 'current' } as const;
  await client.call('vault.enterSecret', { ...entered, kind: 'secret', value: secret });
  await client.call('vault.enterSecret', { ...entered, kind: 'masterKey', value: masterKey });
  const { rotationId } = await client.call('rotation.start', { profileId, planId: 'key-pair' });
  await client.call('history.openView', { profileId, viewId: 'open', filter: '' });
  const sessionId = await eventually(
    async () => (await client.call('history.sessions', { profileId })).sessions[0]?.sessionId,
    { what: 'a session on disk' },
  );
  const sessionIds = [sessionId, '2026-01-01T00-00-00-000Z-abcdef'];
  const credentials = await Promise.all(
    [profileId, other.profileId].map((id) => client.call('vault.credentials', { profileId: id })),
  );
  const secrets = [secret, masterKey, ...sandboxSecrets];
  expect(secrets).toHaveLength(4);
  material = { texts: secrets };
  search = new SecretSearch(secrets.map((value, index) => ({ name: `secret ${index}`, value })));
  const [a = randomUUID(), b = randomUUID()] = credentials.flatMap((each) =>
    each.credentials.map(({ credentialId }) => credentialId),
  );
  for (const purpose of filePurposes) await client.call('files.choose', { purpose });
  known = {
    path: Object.values(chosen),
    profileId: [profileId, other.profileId, a, randomUUID()],
    credentialId: [a, b, profileId, randomUUID()],
    rotationId: [rotationId, profileId],
    viewId: ['open'],
    sessionId: sessionIds,
    one: sessionIds,
    other: sessionIds,
    stepId: ['new-pair', 'deploy', 'delete-old'],
    planId: ['key-pair', 'master-key'],
    channel: ['demo-prices', 'presence-demo-room', 'private-encrypted-orders'],
    host: ['127.0.0.1', 'localhost'],
    port: [status.port, 1],
    kind: ['endpoints'],
  };
  pidsBefore = pids.filter(isRunning);
});

afterAll(async () => {
  await latchkey.close();
  process.off('unhandledRejection', remember);
  process.off('uncaughtException', remember);
});

/** Even on a machine that has much else to do: what hangs is to be told from what is slow. */
const answerLimitMs = 10_000;

/** The way out that the ledger has, when it is called as it should be. */
const givesSecrets = new Set(['vault.revealSecret']);

/** A page of its own, with all that it was told. What it sends has been handled when `receive` resolves. */
function openSession() {
  const told: ServerMessage[] = [];
  const session = latchkey.app.openSession((message) => told.push(message));
  return { ...session, told };
}

async function answersTo(message: unknown): Promise<unknown[]> {
  const session = openSession();
  const startedAt = performance.now();
  await session.receive(message);
  expect(performance.now() - startedAt).toBeLessThan(answerLimitMs);
  session.close();
  expect(search.inText('what the page was told', JSON.stringify(session.told))).toEqual([]);
  return session.told.filter(({ type }) => type !== 'event');
}

/** What is published on an encrypted channel is accepted, arrives, and is shown decrypted. */
async function expectLiveEvents(): Promise<void> {
  const { client } = latchkey;
  const [viewId, channel, marker] = ['live', 'private-encrypted-orders', randomUUID()];
  await client.call('history.openView', { profileId, viewId, filter: marker });
  await client.call('live.connect', { profileId });
  await client.call('live.subscribe', { profileId, channel });
  await eventually(
    async () => {
      const { connections } = await client.call('live.list', {});
      const connection = connections.find((each) => each.profileId === profileId);
      return connection?.subscriptions.some(
        (each) => each.channel === channel && each.state === 'subscribed',
      );
    },
    { what: 'the subscription' },
  );
  const publishing = { profileId, channel, event: 'order.test', data: JSON.stringify({ marker }) };
  const answer = await client.call('publishing.publish', publishing);
  expect(answer).toMatchObject({ status: 200, isEncrypted: true });
  const [row] = await eventually(
    async () => {
      const { rows } = await client.call('history.rows', { profileId, viewId, start: 0, count: 1 });
      return rows.length > 0 && rows;
    },
    { what: 'the decrypted event' },
  );
  expect(row).toMatchObject({ channel, encryption: { state: 'decrypted' } });
}

function expectTypedFailure(answer: unknown): void {
  const parsed = serverMessage.parse(answer);
  if (parsed.type !== 'failure') throw new Error(`It was answered with a ${parsed.type}.`);
  const { code, message, hint = '' } = parsed.error;
  expect(code).toBe('invalid_input');
  expect(message.trim()).not.toBe('');
  expect(message.length + hint.length).toBeLessThanOrEqual(2 * failureTextLimit);
}

/** A valid input with something wrong in it, so that it is not valid any more. */
function malformedInput(input: z.ZodType, random: SeededRandom): unknown {
  for (;;) {
    let bent = validInput(input, random, known);
    for (let wrongs = random.integer(1, 3); wrongs > 0; wrongs--) bent = malform(bent, random, material);
    const sent = asSent(bent, random.pick(['clone', 'json']));
    if (sent && !isValid(input, sent.message)) return sent.message;
  }
}

/** Whether the schema takes it. What it throws is for the call to show. */
function isValid(schema: z.ZodType, input: unknown): boolean {
  try {
    return schema.safeParse(input).success;
  } catch {
    return false;
  }
}

describe('a malformed input fails with words, and without a secret:', () => {
  const counts = { inTest: 1000, inSoak: 10_000, timeoutMs: 300_000 };
  for (const { method, input } of calls) {
    inRounds(method, counts, async (random) => {
      const id = random.integer(0, 1e9);
      const answers = await answersTo({ type: 'call', id, method, input: malformedInput(input, random) });
      expect(answers).toMatchObject([{ id }]);
      expectTypedFailure(answers[0]);
    });
  }
});

describe('a malformed message', () => {
  const valid = { type: 'call', id: 7, method: 'profiles.list', input: {} };
  const counts = { inTest: 1000, inSoak: 20_000, timeoutMs: 300_000 };

  inRounds('fails with words, if it has an id to be answered under', counts, async (random) => {
    const message = malformedMessage(random);
    const answers = await answersTo(message);
    const id = idOf(message);
    expect(answers).toMatchObject(id === undefined ? [] : [{ id }]);
    for (const answer of answers) expectTypedFailure(answer);
  });

  function malformedMessage(random: SeededRandom): unknown {
    for (;;) {
      const base = random.pick([valid, valid, { type: 'cancel', id: 7 }]);
      const sent = asSent(malform(base, random, material), random.pick(['clone', 'json']));
      if (sent && !isValid(clientMessage, sent.message)) return sent.message;
    }
  }

  function idOf(message: unknown): number | undefined {
    const { id } = Object(message) as { id?: unknown };
    return typeof id === 'number' && Number.isSafeInteger(id) && id >= 0 ? id : undefined;
  }

  inRounds('fails with words when no call has its name', counts, async (random) => {
    const known = random.pick(calls).method;
    const [feature = '', name = ''] = known.split('.');
    const bent = malform(known, random, material);
    const method = random.pick([
      '',
      '.',
      '..',
      'a.b.c',
      `${known}.call`,
      `__proto__.${name}`,
      `${feature}.__proto__`,
      `${feature}.constructor`,
      'constructor.prototype',
      'toString.call',
      feature,
      random.pick(eventNames),
      random.pick(material.texts).slice(0, 80),
      `${feature}.${random.pick(material.texts)}`.slice(0, 80),
      typeof bent === 'string' ? bent.slice(0, 80) : 'a.b',
    ]);
    if (calls.some((call) => call.method === method)) return;
    const answers = await answersTo({ type: 'call', id: 7, method, input: {} });
    expect(answers).toHaveLength(1);
    expectTypedFailure(answers[0]);
  });
});

describe('malformed text on the web host’s socket', () => {
  let host: WebHost;
  let socket: WebSocket | undefined;
  beforeAll(async () => {
    const { app } = latchkey;
    host = await startWebHost({ port: 0, pageFolder: '/nonexistent', openSession: app.openSession });
  });
  afterAll(() => host.close());

  const counts = { inTest: 1000, inSoak: 20_000, timeoutMs: 300_000 };
  inRounds('is answered with words or not at all, and the next call is answered', counts, async (random) => {
    const page = socket?.readyState === WebSocket.OPEN ? socket : await openPage();
    socket = page;
    const answers: unknown[] = [];
    const done = Promise.withResolvers<void>();
    const onMessage = (data: Buffer) => {
      const answer = JSON.parse(data.toString()) as { type: string; id?: number };
      if (answer.id === 999_999) done.resolve();
      else if (answer.type !== 'event') answers.push(answer);
    };
    page.on('message', onMessage);
    page.once('close', done.resolve);
    page.send(malformedText(random), { binary: random.fraction() < 0.2 });
    page.send(JSON.stringify({ type: 'call', id: 999_999, method: 'settings.get', input: {} }));
    await done.promise;
    page.off('message', onMessage);
    page.off('close', done.resolve);
    for (const answer of answers) expectTypedFailure(answer);
    expect(search.inText('the answers', JSON.stringify(answers))).toEqual([]);
  });

  it('that is too large closes that socket alone', async () => {
    const [large, other] = [await openPage(), await openPage()];
    const closed = once(large, 'close');
    large.send('x'.repeat(9 * 1024 * 1024));
    expect((await closed)[0]).toBe(1009);
    const answered = once(other, 'message');
    other.send(JSON.stringify({ type: 'call', id: 1, method: 'settings.get', input: {} }));
    expect(JSON.parse(String((await answered)[0]))).toMatchObject({ type: 'result', id: 1 });
  });

  async function openPage(): Promise<WebSocket> {
    const origin = `http://127.0.0.1:${host.port}`;
    const page = new WebSocket(`ws://127.0.0.1:${host.port}/socket`, { origin });
    await once(page, 'open');
    const ticket = new URL(host.createUrl()).hash.replace('#ticket=', '');
    page.send(JSON.stringify({ type: 'hello', ticket, session: randomBytes(32).toString('base64url') }));
    await once(page, 'message');
    return page;
  }

  function malformedText(random: SeededRandom): Buffer {
    const { method, input } = random.pick(calls);
    for (;;) {
      const text = brokenText(
        { type: 'call', id: random.integer(0, 1000), method, input: malformedInput(input, random) },
        random,
      );
      if (!isValidMessage(text)) return text;
    }
  }

  function isValidMessage(text: Buffer): boolean {
    try {
      const parsed = clientMessage.safeParse(JSON.parse(text.toString()));
      if (!parsed.success || parsed.data.type !== 'call') return parsed.success;
      const { method, input } = parsed.data;
      const call = calls.find((each) => each.method === method);
      return call?.input.safeParse(input).success ?? false;
    } catch {
      return false;
    }
  }
});

describe('after all of that', () => {
  it('nothing unexpected has happened, in the same processes', async () => {
    expect(latchkey.bugs).toEqual([]);
    expect(unexpected).toEqual([]);
    expect(refusals.addresses).toEqual([]);
    expect(pids.filter(isRunning)).toEqual(pidsBefore);
    expect(pidsBefore).toHaveLength(2);
  });

  it('the app still publishes, and shows what comes', () => expectLiveEvents());
});

describe('valid inputs that mean no good', () => {
  /** Without secrets: what is saved is shown again, as it should be. */
  const harmless: Material = {
    texts: [randomBytes(20).toString('hex'), "'; DROP TABLE profiles; --", '../..'],
  };
  const counts = { inTest: 60, inSoak: 2000, timeoutMs: 300_000 };
  const callsAtOnce = 6;

  inRounds(
    'are answered, whatever else is under way, and never with a bug or a secret',
    counts,
    async (random) => {
      const bugsBefore = latchkey.bugs.length;
      const session = openSession();
      const called = Array.from({ length: callsAtOnce }, () => random.pick(calls));
      const answering = called.map(async ({ method, input }, id) => {
        const hostile = hostileInput(input, random);
        if (hostile !== undefined) await session.receive({ type: 'call', id, method, input: hostile });
      });
      await Promise.all(answering);
      session.close();
      const parsed = session.told.map((answer) => serverMessage.parse(answer));
      const isInternal = (answer: ServerMessage) =>
        answer.type === 'failure' && answer.error.code === 'internal';
      expect([parsed.filter(isInternal), latchkey.bugs.slice(bugsBefore)]).toEqual([[], []]);
      const mayTell = (answer: ServerMessage) =>
        answer.type === 'result' && givesSecrets.has(called[answer.id]?.method ?? '');
      const told = JSON.stringify(parsed.filter((answer) => !mayTell(answer)));
      expect(search.inText('what the page was told', told)).toEqual([]);
    },
  );

  /** Undefined: what came out leads off this machine. */
  function hostileInput(input: z.ZodType, random: SeededRandom): unknown {
    for (let attempt = 0; attempt < 20; attempt++) {
      const base = validInput(input, random, known);
      const bent = random.fraction() < 0.7 ? malform(base, random, harmless) : base;
      const sent = asSent(bent, random.pick(['clone', 'json']));
      if (sent && isValid(input, sent.message) && staysHere(sent.message)) return sent.message;
    }
    return undefined;
  }

  it('nothing unexpected has happened', () => {
    expect(unexpected).toEqual([]);
    expect(refusals.addresses).toEqual([]);
  });

  it('the app can be used again: it publishes, and shows what comes', async () => {
    const { client } = latchkey;
    await client.call('vault.chooseStore', { store: 'session' });
    await client.call('sandbox.stop', {});
    // The sandbox's own may have been made a production app by now, or anything else.
    const { profiles } = await client.call('profiles.list', {});
    for (const profile of profiles) await client.call('profiles.remove', { profileId: profile.profileId });
    ({ profileId } = (await client.call('sandbox.start', {})) as { profileId: string });
    await expectLiveEvents();
    expect(latchkey.bugs).toEqual([]);
  });
});

it('a connection to another machine would have been noticed', async () => {
  await expect(fetch('http://192.0.2.1/')).rejects.toThrow();
  expect(refusals.addresses).toEqual(['192.0.2.1']);
});

/** Addresses, and ports where nobody but the sandbox listens. */
function staysHere(input: unknown): boolean {
  const text = JSON.stringify(input) ?? '';
  const hosts = [...text.matchAll(/"host":"([^"]*)"/g)].map(([, host]) => host);
  const ports = [...text.matchAll(/"port":([^,}]*)/g)].map(([, port]) => Number(port));
  return (
    !text.includes('"cluster"') &&
    hosts.every((host) => known.host?.includes(host)) &&
    ports.every((port) => known.port?.includes(port))
  );
}
