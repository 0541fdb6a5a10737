/** The credential doctor against the sandbox, and against servers that stand where the app should be. */
import { randomBytes } from 'node:crypto';
import { request as httpRequest, type ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Diagnosis } from '#shared/contract/doctor.ts';
import type { Profile } from '#shared/contract/profiles.ts';
import type { Credential } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { Doctor } from '../../../electron/doctor/index.ts';
import { HttpApi } from '../../../electron/http-api/index.ts';
import type { SandboxApp } from '../../../electron/sandbox/server/app-store.ts';
import { createSandboxServer, type SandboxServer } from '../../../electron/sandbox/server/sandbox-server.ts';
import { signRequest } from '../../../electron/signing/index.ts';
import { expired, future, selfSigned } from '../../support/certificates.ts';
import { loopbackOnly } from '../../support/loopback-only.ts';
import { closedPort, type SeenRequest, startStandIn } from '../../support/stand-in-server.ts';

type Endpoints = Extract<Profile['location'], { kind: 'endpoints' }>;

loopbackOnly();

let server: SandboxServer;
let app: SandboxApp;
let secret: string;
/** Of the machine that asks, against the real one. */
let clockOffMs: number;

beforeAll(async () => {
  server = await createSandboxServer();
});
afterAll(() => server.close());
beforeEach(() => {
  app = server.createApp();
  secret = app.oldestPair.secret;
  clockOffMs = 0;
});

const at = (port: number, rest: Partial<Endpoints['http']> = {}): Endpoints => {
  const endpoint = { host: '127.0.0.1', port, tls: false, path: '', ...rest };
  return { kind: 'endpoints', http: endpoint, webSocket: endpoint };
};

const profileId = '6f1c2c7e-0000-4000-8000-000000000001';

const profile = (changes: Partial<Profile> = {}): Profile => ({
  profileId,
  name: 'shop',
  environment: 'staging',
  dialect: 'sandbox',
  appId: app.appId,
  key: app.oldestPair.key,
  location: at(server.port),
  createdAt: 0,
  updatedAt: 0,
  ...changes,
});

const pairOf = (key: string): Credential => ({
  credentialId: '6f1c2c7e-0000-4000-8000-000000000002',
  profileId,
  kind: 'secret',
  slot: 'current',
  label: null,
  key,
  fingerprint: '0123456789abcdef',
  lastFour: null,
  createdAt: 0,
  lastUsedAt: null,
});

interface CheckOptions {
  readonly elsewhere?: boolean;
  readonly places?: Record<string, number>;
  readonly hasSecret?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, of: number) => void;
}

async function check(
  checked: Profile,
  { elsewhere, places, hasSecret = true, signal, onProgress }: CheckOptions = {},
) {
  const now = () => Date.now() + clockOffMs;
  const clusters = Object.entries(places ?? {}).map(([cluster, port]) => ({ cluster, location: at(port) }));
  const doctor = new Doctor({
    ...nothingElse,
    api: new HttpApi({
      signRequest: async ({ method, path, query, body }) => ({
        query: signRequest({
          key: checked.key,
          secret,
          method,
          path,
          query,
          body,
          timestampSeconds: Math.floor(now() / 1000),
        }).query,
      }),
    }),
    credentials: () => (hasSecret ? [pairOf(checked.key)] : []),
    onProgress: ({ done, of }) => onProgress?.(done, of),
    now,
    ...(places ? { clusters } : {}),
  });
  const [diagnosis, ...others] = await doctor.checkApp(checked, {
    elsewhere,
    signal: signal ?? new AbortController().signal,
  });
  if (!diagnosis || others.length > 0) throw new Error('Not one diagnosis');
  return diagnosis;
}

/** What an app without a master key, and without services, does not need. */
const unwanted = () => Promise.reject(new Error('Not for this check'));
const nothingElse = {
  checkService: unwanted,
  recentEncrypted: unwanted,
  decryptWith: unwanted,
  isPublishedHere: () => false,
  apps: () => [],
  onProgress: () => {},
};

/** Forwards to the sandbox what it is asked under `prefix`, without the prefix if so asked. */
function proxied(prefix: string) {
  return ({ method, path, headers }: SeenRequest, answer: ServerResponse) => {
    if (!path.startsWith(prefix)) {
      answer.writeHead(404, { 'Content-Type': 'text/html' }).end('<h1>Not found</h1>');
      return;
    }
    const to = { host: '127.0.0.1', port: server.port, method, headers, path: path.slice(prefix.length) };
    httpRequest(to, (from) => {
      answer.writeHead(from.statusCode ?? 500, from.headers);
      from.pipe(answer);
    }).end();
  };
}

function tried({ findings }: Diagnosis, text: string) {
  return findings.find(({ tried: what }) => what.includes(text));
}

describe('credentials that are right', () => {
  it('work, with what was tried', async () => {
    const diagnosis = await check(profile());
    expect(diagnosis).toMatchObject({
      subject: 'Key and secret',
      credentialId: pairOf('').credentialId,
      verdict: 'works',
      advice: null,
      serverSaid: null,
      clockOffsetMs: 0,
      mayBeElsewhere: false,
    });
    expect(diagnosis.findings.map(({ isGood }) => isGood)).toEqual([true, true, true]);
    expect(tried(diagnosis, 'signed')?.result).toBe('Accepted (200).');
  });

  it('are asked about with nothing but a GET of the list of channels', async () => {
    const standIn = await startStandIn(proxied(''));
    await check(profile({ location: { ...at(server.port), http: at(standIn.port).http } }));
    expect(standIn.seen.map(({ method, path }) => `${method} ${path.split('?')[0]}`)).toEqual([
      `GET /apps/${app.appId}/channels`,
    ]);
  });

  it('work behind a path prefix that the proxy takes off', async () => {
    const { port } = await startStandIn(proxied('/realtime'));
    const { http } = at(port, { path: '/realtime' });
    expect((await check(profile({ location: { ...at(server.port), http } }))).verdict).toBe('works');
  });

  it('work with a clock that is off a little, and it is said', async () => {
    clockOffMs = 100_000;
    const diagnosis = await check(profile());
    expect(diagnosis.verdict).toBe('works');
    // Rounded, and the answer took some time as well.
    expect(diagnosis.advice).toMatch(/(99|100|101) s ahead of/);
    expect(diagnosis.clockOffsetMs).toBeLessThan(-98_000);
  });

  it('work, and it is said that clients may not get in where the WebSocket is another', async () => {
    const { webSocket } = at(await closedPort());
    const diagnosis = await check(profile({ location: { ...at(server.port), webSocket } }));
    expect(diagnosis.verdict).toBe('works');
    expect(diagnosis.advice).toContain(`127.0.0.1:${webSocket.port} gave no greeting`);
  });
});

describe('credentials that are wrong', () => {
  it.each([
    ['wrong-key', () => profile({ key: randomBytes(10).toString('hex') })],
    ['wrong-app-id', () => profile({ appId: server.createApp().appId })],
    ['wrong-place', () => profile({ appId: '1', key: 'nobody' })],
    ['wrong-secret', profile],
  ] as const)('are told apart: %s', async (verdict, make) => {
    if (verdict === 'wrong-secret') secret = randomBytes(10).toString('hex');
    const diagnosis = await check(make());
    expect(diagnosis).toMatchObject({ verdict, advice: expect.any(String), serverSaid: expect.any(String) });
    expect(tried(diagnosis, 'signed')).toMatchObject({
      isGood: false,
      result: expect.stringMatching(/^Answered 40[14]\./),
    });
    expect(JSON.stringify(diagnosis)).not.toContain(secret);
  });

  it('are disabled when the app is', async () => {
    app.setEnabled(false);
    expect((await check(profile())).verdict).toBe('disabled');
  });
});

describe('a key without its secret', () => {
  it.each([
    ['works', () => profile()],
    ['wrong-key', () => profile({ key: 'nobody' })],
    ['unreachable', async () => profile({ location: at(await closedPort()) })],
    [
      'disabled',
      () => {
        app.setEnabled(false);
        return profile();
      },
    ],
  ] as const)('is looked at alone: %s', async (verdict, make) => {
    const diagnosis = await check(await make(), { hasSecret: false });
    expect(diagnosis).toMatchObject({
      subject: 'Key',
      credentialId: null,
      verdict,
      advice: expect.any(String),
    });
  });
});

describe('a clock that is off', () => {
  it.each([
    ['ahead of', 3_600_000],
    ['behind', -3_600_000],
  ])('is named, with how much it is %s', async (words, offset) => {
    clockOffMs = offset;
    const diagnosis = await check(profile());
    expect(diagnosis.verdict).toBe('clock-off');
    expect(diagnosis.summary).toContain(`60 min ${words}`);
    expect(tried(diagnosis, 'time in')).toMatchObject({ isGood: false });
  });

  it('is measured at the server that answers, not at this machine', async () => {
    const anHourAgo = new Date(Date.now() - 3_600_000).toUTCString();
    const { port } = await startStandIn((_, answer) =>
      answer.writeHead(401, { Date: anHourAgo, 'Content-Type': 'application/json' }).end('{}'),
    );
    const diagnosis = await check(profile({ location: at(port) }));
    expect(diagnosis.verdict).toBe('clock-off');
    expect(diagnosis.clockOffsetMs).toBeLessThan(-3_590_000);
  });
});

describe('the wrong place', () => {
  const strange = () => profile({ location: { kind: 'cluster', cluster: 'latchkey-test' } });

  it('is named when the app is on another cluster, with that cluster', async () => {
    const other = await createSandboxServer();
    onTestFinished(() => other.close());
    const places = { eu: other.port, mt1: server.port, ap1: other.port };
    const progress: string[] = [];
    // No address but this machine’s can be reached: the first request finds no server, and the clusters are asked.
    const diagnosis = await check(strange(), {
      elsewhere: true,
      places,
      onProgress: (done, of) => progress.push(`${done}/${of}`),
    });
    expect(diagnosis).toMatchObject({
      verdict: 'wrong-place',
      foundOnCluster: 'mt1',
      mayBeElsewhere: false,
      summary: expect.stringContaining('mt1'),
    });
    expect(progress).toEqual(['0/3', '1/3', '2/3', '3/3']);
    expect(tried(diagnosis, '3 clusters')?.result).toContain('mt1');
  });

  it('is looked for with the key alone where there is no secret', async () => {
    const places = { eu: await closedPort(), sa1: server.port };
    const diagnosis = await check(strange(), { elsewhere: true, places, hasSecret: false });
    expect(diagnosis).toMatchObject({ verdict: 'wrong-place', foundOnCluster: 'sa1' });
  });

  it('is looked for only on request, and only of hosted apps', async () => {
    const places = { mt1: server.port };
    expect(await check(strange(), { places })).toMatchObject({
      verdict: 'unreachable',
      foundOnCluster: null,
      mayBeElsewhere: true,
    });
    const own = profile({ location: at(await closedPort()) });
    expect(await check(own, { places, elsewhere: true })).toMatchObject({
      verdict: 'unreachable',
      foundOnCluster: null,
      mayBeElsewhere: false,
    });
  });

  it('is not found where no cluster has the app', async () => {
    const diagnosis = await check(strange(), { elsewhere: true, places: { mt1: await closedPort() } });
    expect(diagnosis).toMatchObject({ verdict: 'unreachable', foundOnCluster: null, mayBeElsewhere: false });
    expect(tried(diagnosis, '1 clusters')).toMatchObject({ isGood: false });
  });

  it('is a path when something else answers there', async () => {
    const site = await startStandIn((_, answer) =>
      answer.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>Hi</p>'),
    );
    expect((await check(profile({ location: at(site.port) }))).verdict).toBe('path-prefix');
    const missing = await startStandIn((_, answer) => answer.writeHead(404).end('<h1>404</h1>'));
    expect((await check(profile({ location: at(missing.port) }))).verdict).toBe('path-prefix');
  });

  it('is a path when what answers has no end', async () => {
    const flood = Buffer.alloc(64 * 1024, 'x');
    const endless = await startStandIn((_, answer) => {
      const pour = () => {
        while (!answer.destroyed && answer.write(flood));
      };
      answer.on('drain', pour);
      pour();
    });
    const diagnosis = await check(profile({ location: at(endless.port) }));
    expect(diagnosis.verdict).toBe('path-prefix');
    expect(tried(diagnosis, 'signed')?.result).toContain('4 MB');
  });

  it('is a path prefix that should not be there', async () => {
    const { http } = at((await startStandIn(proxied(''))).port, { path: '/wrong' });
    const diagnosis = await check(profile({ location: { ...at(server.port), http } }));
    expect(diagnosis.verdict).toBe('path-prefix');
    expect(diagnosis.summary).toContain('without the path prefix');
  });

  it('is unreachable when nothing answers', async () => {
    const diagnosis = await check(profile({ location: at(await closedPort()) }));
    expect(diagnosis.verdict).toBe('unreachable');
    expect(diagnosis.summary).toContain('nothing listens');
  });
});

describe('TLS trouble', () => {
  it('is a server that wants TLS, or has none', async () => {
    const redirecting = await startStandIn((_, answer) =>
      answer.writeHead(301, { Location: 'https://127.0.0.1/' }).end(),
    );
    expect((await check(profile({ location: at(redirecting.port) }))).verdict).toBe('tls');
    expect((await check(profile({ location: at(server.port, { tls: true }) }))).verdict).toBe('tls');
  });

  it.each([
    ['not trusted', undefined, 'trusted by this system'],
    ['expired', expired, 'clock'],
    ['not valid yet', future, 'clock'],
  ])('is a certificate that is %s', async (words, validity, advice) => {
    const standIn = await startStandIn((_, answer) => void answer.end('{}'), selfSigned(validity));
    const diagnosis = await check(profile({ location: at(standIn.port, { tls: true }) }));
    expect(diagnosis.verdict).toBe('tls');
    expect(diagnosis.summary).toContain(words);
    expect(diagnosis.advice).toContain(advice);
    expect(standIn.seen).toEqual([]);
  });

  it('is something that does not speak TLS', async () => {
    const mute = createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void mute.close());
    const { port } = mute.address() as { port: number };
    expect((await check(profile({ location: at(port, { tls: true }) }))).verdict).toBe('tls');
  });
});

describe('a check', () => {
  it('says of a server that fails that it says nothing', async () => {
    const failing = await startStandIn((_, answer) => answer.writeHead(503).end('try later'));
    expect(await check(profile({ location: at(failing.port) }))).toMatchObject({
      verdict: 'unclear',
      serverSaid: 'try later',
    });
  });

  it('can be cancelled while a server hangs, and while clusters do', async () => {
    const hanging = await startStandIn(() => {});
    const { port } = hanging;
    for (const options of [
      { checked: profile({ location: at(port) }) },
      {
        checked: profile({ location: { kind: 'cluster', cluster: 'latchkey-test' } }),
        elsewhere: true,
        places: { mt1: port },
      },
    ]) {
      const controller = new AbortController();
      const asked = hanging.nextRequest();
      const running = check(options.checked, { ...options, signal: controller.signal });
      await Promise.race([asked, running]);
      controller.abort();
      await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    }
  });

  it('passes on what the vault says', async () => {
    const locked = new AppError('vault_locked', 'The vault is locked.');
    const doctor = new Doctor({
      ...nothingElse,
      api: new HttpApi({ signRequest: () => Promise.reject(locked) }),
      credentials: () => [pairOf(app.oldestPair.key)],
    });
    const { signal } = new AbortController();
    await expect(doctor.checkApp(profile(), { signal })).rejects.toBe(locked);
  });
});
