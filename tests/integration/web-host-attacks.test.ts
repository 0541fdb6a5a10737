/**
 * The web host against whoever else is on this machine: what is asked of it wrongly, by hand, over real sockets, with
 * the whole app behind it. What a browser's own rules are part of is in tests/e2e/web-host/hostile-page.spec.ts.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { trustedHosts } from '../../electron/hosts/web/trust.ts';
import { eventually } from '../support/conditions.ts';
import {
  ask,
  closeCodeIn,
  frame,
  opcodes,
  type RawAnswer,
  RawConnection,
  requestText,
  serverFrames,
  upgradeText,
} from '../support/raw-http.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { type InProcessHost, startWebLatchkey } from '../support/web-host.ts';
import { openPage, settled, Tab } from '../support/web-page.ts';

const folder = temporaryFolder();
/** What lies outside of the page's folder, and must not be had. */
const bait = randomBytes(16).toString('hex');
let latchkey: InProcessHost;
let port: number;

beforeAll(async () => {
  writeFileSync(join(folder, 'private.json'), bait);
  latchkey = await startWebLatchkey(folder, (page) => {
    writeFileSync(join(page, '.hidden.json'), bait);
    writeFileSync(join(page, 'notes.txt'), bait);
    mkdirSync(join(page, '.git'));
    writeFileSync(join(page, '.git', 'config.json'), bait);
    symlinkSync(join(folder, 'private.json'), join(page, 'linked.json'));
    symlinkSync(folder, join(page, 'linked'));
  });
  port = latchkey.host.port;
});
afterAll(() => latchkey.close());

/** Every answer of a test, to look at its headers when the test is over. */
const answers: RawAnswer[] = [];
const connections: RawConnection[] = [];
beforeEach(() => {
  answers.length = 0;
});
afterEach(() => {
  for (const connection of connections.splice(0)) connection.destroy();
  for (const answer of answers) expectSecurityHeaders(answer);
});

function expectSecurityHeaders({ status, headers }: RawAnswer): void {
  // The rest of an upgrade's answer is WebSocket, which has no headers.
  if (status === 101) return;
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('unsafe');
  expect(policy).toContain(status === 200 ? "connect-src 'self'" : "connect-src 'none'");
  expect(Object.fromEntries(headers)).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  });
  const names = [...headers.keys()];
  expect(names.filter((name) => name.startsWith('access-control') || name === 'set-cookie')).toEqual([]);
}

async function connect(said: string | Uint8Array): Promise<RawConnection> {
  const connection = await RawConnection.open(port, said);
  connections.push(connection);
  return connection;
}

/** The status of the answer; 0: it was closed without one. */
async function statusOf(request: Parameters<typeof ask>[1]): Promise<number> {
  const answer = await ask(port, request);
  if (answer) answers.push(answer);
  return answer?.status ?? 0;
}

/** How an attempt to open our socket ends: the HTTP status, or the code with which it is closed, or `welcome`. */
async function upgrade(
  headers: readonly string[],
  first?: unknown,
  target?: string,
): Promise<number | 'welcome'> {
  const connection = await connect(upgradeText(port, headers, target));
  const answer = await connection.answer();
  if (answer) answers.push(answer);
  if (answer?.status !== 101) return answer?.status ?? 0;
  if (first !== undefined) {
    const payload = first instanceof Uint8Array ? first : JSON.stringify(first);
    connection.say(frame({ payload, opcode: first instanceof Uint8Array ? opcodes.binary : opcodes.text }));
  }
  return eventually(() => {
    const [heard] = serverFrames(connection.received);
    if (heard?.opcode === opcodes.text && heard.payload.toString() === '{"type":"welcome"}') return 'welcome';
    return closeCodeIn(connection.received);
  });
}

const createName = () => randomBytes(32).toString('base64url');
const createTicket = () => new URL(latchkey.host.createUrl()).hash.replace('#ticket=', '');
const helloWith = (ticket: unknown) => ({ type: 'hello', session: createName(), ticket });

describe('the ticket', () => {
  it('is what opens a session', async () => {
    const before = latchkey.sessions();
    expect(await upgrade([], helloWith(createTicket()))).toBe('welcome');
    expect(latchkey.sessions()).toBe(before + 1);
  });

  it('is needed: no first message but a right hello opens a session', async () => {
    const ticket = createTicket();
    const before = latchkey.sessions();
    const wrong: unknown[] = [
      { type: 'hello', session: createName() },
      { type: 'hello', ticket },
      { type: 'hello', session: 'short', ticket },
      { type: 'hello', session: [createName()], ticket },
      helloWith(createName()),
      helloWith(''),
      helloWith([ticket]),
      helloWith({ ticket }),
      // zod throws on it: see parse-unknown.ts.
      helloWith({ length: { valueOf: null, toString: null } }),
      helloWith(`${ticket}\u0000`),
      helloWith(ticket.toUpperCase()),
      { ...helloWith(ticket), extra: true },
      { ...helloWith(ticket), type: 'HELLO' },
      { ...helloWith(ticket), type: 'welcome' },
      { session: ticket, type: 'hello' },
      { type: 'call', id: 1, method: 'profiles.list', input: {}, ticket, session: createName() },
      { type: 'call', id: 1, method: 'profiles.list', input: {} },
      null,
      0,
      ticket,
      [ticket],
      Buffer.from(JSON.stringify(helloWith(ticket))),
      Buffer.from(ticket),
    ];
    for (const first of wrong) expect(await upgrade([], first), JSON.stringify(first)).toBe(4401);
    expect(latchkey.sessions()).toBe(before);
    expect(await upgrade([], helloWith(ticket)), 'none of these used it up').toBe('welcome');
  });

  it('is not taken from a query, a path, a header, a cookie, a password or a subprotocol', async () => {
    const ticket = createTicket();
    const before = latchkey.sessions();
    const call = { type: 'call', id: 1, method: 'profiles.list', input: {} };
    for (const target of [`/socket?ticket=${ticket}`, `/socket/${ticket}`, `/socket#ticket=${ticket}`])
      expect(await upgrade([], call, target), target).not.toBe('welcome');
    const basic = Buffer.from(`:${ticket}`).toString('base64');
    for (const header of [
      `Authorization: Bearer ${ticket}`,
      `Authorization: Basic ${basic}`,
      `Cookie: ticket=${ticket}; session=${ticket}`,
      `X-Ticket: ${ticket}`,
      `Sec-WebSocket-Protocol: ${ticket}`,
      `Sec-WebSocket-Protocol: ticket, ${ticket}`,
    ])
      expect(await upgrade([header], call), header).toBe(4401);
    for (const { headers } of answers) {
      expect(headers.get('sec-websocket-protocol')).toBeUndefined();
      expect([...headers.values()].join()).not.toContain(ticket);
    }
    expect(latchkey.sessions()).toBe(before);
    expect(await upgrade([], helloWith(ticket)), 'none of these used it up').toBe('welcome');
  });

  it('is refused when it is replayed, with a reason that the page can explain', async () => {
    const url = latchkey.host.createUrl();
    const { tab } = await openPage(url);
    const before = latchkey.sessions();
    const thief = new Tab();
    expect(await settled(thief.open(url))).toEqual({ state: 'refused', what: 'link', reason: 'used' });
    expect(latchkey.sessions()).toBe(before);
    thief.close();
    tab.close();
  });

  it('leaves the tab that used it free to reload, to reconnect, and to be given another', async () => {
    const url = latchkey.host.createUrl();
    const { client, tab } = await openPage(url);
    expect(tab.location.href).toBe(`http://127.0.0.1:${port}/`);

    const back = new Promise<void>((resolve) => {
      client.onStatus(({ state }) => state === 'online' && resolve());
    });
    tab.breakConnection();
    await back;
    expect(await client.call('profiles.list', {})).toEqual({ profiles: [], services: [] });

    expect(await settled(tab.open(tab.location.href)), 'loaded again').toEqual({ state: 'online' });
    expect(await settled(tab.open(url)), 'its own link, from the history').toEqual({ state: 'online' });
    expect(await settled(tab.open(latchkey.host.createUrl())), 'a new link').toEqual({ state: 'online' });
    tab.close();
  });

  it('is as good for a second tab: each asks for its own', async () => {
    const [first, second] = [
      await openPage(latchkey.host.createUrl()),
      await openPage(latchkey.host.createUrl()),
    ];
    expect(await first.client.call('profiles.list', {})).toEqual({ profiles: [], services: [] });
    expect(await second.client.call('profiles.list', {})).toEqual({ profiles: [], services: [] });
    first.tab.close();
    second.tab.close();
  });
});

describe('who asks', () => {
  const foreignHosts = () => [
    'Host: rebound.example',
    `Host: rebound.example:${port}`,
    `Host: 127.0.0.1.nip.io:${port}`,
    `Host: 127.0.0.1.:${port}`,
    `Host: localhost.:${port}`,
    `Host: latchkey.localhost:${port}`,
    `Host: localhost:${port}.rebound.example`,
    `Host: user@127.0.0.1:${port}`,
    `Host: 127.0.0.1:${port}/`,
    `Host: 127.0.0.1:${port} rebound.example`,
    `Host: 127.0.0.1:${port},rebound.example`,
    `Host: 127.0.0.1:0${port}`,
    'Host: 127.0.0.1:1',
    'Host: 127.0.0.1',
    'Host: localhost',
    `Host: 127.1:${port}`,
    `Host: 127.0.0.2:${port}`,
    `Host: 0.0.0.0:${port}`,
    `Host: 2130706433:${port}`,
    `Host: 0x7f000001:${port}`,
    `Host: 0177.0.0.1:${port}`,
    `Host: [::1]:${port}`,
    `Host: [::ffff:127.0.0.1]:${port}`,
    'Host: ',
  ];

  it('is refused under any other Host, for files and for the socket', async () => {
    for (const host of foreignHosts()) {
      expect(await statusOf({ headers: [host] }), host).toBe(403);
      expect(await upgrade([host], helloWith(createTicket())), host).toBe(403);
      const origin = `Origin: http://${host.slice('Host: '.length)}`;
      expect(await upgrade([host, origin], helloWith(createTicket())), origin).toBe(403);
    }
  });

  it('is refused with two Hosts, with none, and by HTTP/1.0 without one', async () => {
    const [own, foreign] = [`Host: 127.0.0.1:${port}`, 'Host: rebound.example'];
    expect(await statusOf({ headers: [own, foreign] })).toBe(403);
    expect(await statusOf({ headers: [foreign, own] })).toBe(403);
    expect(await statusOf({ headers: [own, own] })).toBe(403);
    for (const text of ['GET / HTTP/1.1\r\n\r\n', 'GET / HTTP/1.0\r\n\r\n', 'GET /\r\n\r\n']) {
      const answer = await (await connect(text)).answer();
      if (answer) answers.push(answer);
      expect([400, 403], text).toContain(answer?.status);
    }
  });

  it('is not whom a proxy’s header or an absolute target names', async () => {
    const own = `127.0.0.1:${port}`;
    for (const name of [
      'X-Forwarded-Host',
      'X-Host',
      'X-Original-Host',
      'Forwarded',
      'X-HTTP-Host-Override',
    ]) {
      const value = name === 'Forwarded' ? `host=${own}` : own;
      expect(await statusOf({ headers: ['Host: rebound.example', `${name}: ${value}`] }), name).toBe(403);
    }
    expect(await statusOf({ target: `http://${own}/`, headers: ['Host: rebound.example'] })).toBe(403);
    expect(await statusOf({ target: 'http://rebound.example/' })).toBe(404);
    expect(await statusOf({ target: `http://${own}/` })).toBe(404);
    const target = `http://${own}/socket`;
    expect(await upgrade([], helloWith(createTicket()), target)).toBe(404);
  });

  it('is refused from any other Origin, for files and for the socket', async () => {
    for (const origin of [
      'http://evil.example',
      'null',
      '',
      'http://127.0.0.1',
      'http://127.0.0.1:1',
      `https://127.0.0.1:${port}`,
      `http://localhost:${port}`,
      `http://127.0.0.1:${port}/`,
      `http://127.0.0.1:${port}.evil.example`,
      `HTTP://127.0.0.1:${port}`,
      `http://127.0.0.1:${port} http://evil.example`,
      'file://',
      'app://latchkey',
      'chrome-extension://abcdefghijklmnop',
      `http://[::1]:${port}`,
    ]) {
      expect(await statusOf({ headers: [`Origin: ${origin}`] }), origin).toBe(403);
      expect(await upgrade([`Origin: ${origin}`], helloWith(createTicket())), origin).toBe(403);
    }
    const own = `Origin: http://127.0.0.1:${port}`;
    expect(await upgrade([own, 'Origin: http://evil.example'], helloWith(createTicket()))).toBe(403);
    expect(await statusOf({ headers: [own, 'Origin: http://evil.example'] })).toBe(403);
  });

  it('has to be named for the socket: browsers always say an Origin', async () => {
    const text = upgradeText(port).replace(/Origin: .*\r\n/, '');
    const answer = await (await connect(text)).answer();
    expect(answer?.status).toBe(403);
  });

  it('is the page, under the two names that it has', async () => {
    for (const name of ['127.0.0.1', 'localhost']) {
      const [host, origin] = [`Host: ${name}:${port}`, `Origin: http://${name}:${port}`];
      expect(await statusOf({ headers: [host] })).toBe(200);
      expect(await statusOf({ headers: [host, origin] })).toBe(200);
      expect(await upgrade([host, origin], helloWith(createTicket()))).toBe('welcome');
    }
    expect(trustedHosts(80)).toContain('127.0.0.1');
    expect(trustedHosts(8080)).not.toContain('127.0.0.1');
  });
});

describe('paths', () => {
  it.each([
    '/../private.json',
    '/../../private.json',
    '/assets/../../private.json',
    '/..%2fprivate.json',
    '/%2e%2e/private.json',
    '/%2e%2e%2fprivate.json',
    '/.%2e/private.json',
    '/%252e%252e%252fprivate.json',
    '/%25252e%25252e/private.json',
    '/..\\private.json',
    '/..%5cprivate.json',
    '/assets/%5c..%5c..%5cprivate.json',
    '/%c0%ae%c0%ae/private.json',
    '/%c0%ae%c0%ae%c0%afprivate.json',
    '/%e0%80%ae%e0%80%ae/private.json',
    '/..%c0%afprivate.json',
    '/%uff0e%uff0e/private.json',
    '/%ef%bc%8e%ef%bc%8e/private.json',
    '/..;/private.json',
    '/...//private.json',
    '/....//private.json',
    '//private.json',
    '///etc/passwd',
    '/etc/passwd',
    '/%2fetc%2fpasswd',
    '/C:/private.json',
    '/file:///etc/passwd',
    '/linked.json',
    '/linked/private.json',
    '/.hidden.json',
    '/.git/config.json',
    '/notes.txt',
    '/%2ehidden.json',
    '/index.html%00.js',
    '/%00',
    '/index.html%00',
    '/INDEX.HTML',
    '/Index.html',
    '/index.html/',
    '/index.html/..',
    '/index.html.',
    '/index.html%20',
    '/index.html::$DATA',
    '/./index.html',
    '/assets',
    '/assets/',
    '/assets//index.js',
    '/assets/./index.js',
    '/assets/..',
    '/assets/../index.html',
    '/assets/%69ndex.js',
    '/%',
    '/%2',
    '/%zz',
    '/%%%',
    '/%ff%fe',
    '/#',
    '/index.html#top',
    '/index.html;v=1',
    '/index.html&x',
    '/__proto__',
    '/constructor',
    '/package.json',
    '/latchkey.db',
    '/open-in-browser.html',
    '*',
    '../private.json',
    'private.json',
  ])('there is nothing at %s', expectNothingAt);

  it('there is nothing at the end of a long path', async () => {
    for (const piece of ['a/', '../', '%2e%2e%2f', './'])
      await expectNothingAt(`/${piece.repeat(1500)}private.json`);
  });

  async function expectNothingAt(target: string): Promise<void> {
    const answer = await ask(port, { target });
    if (answer) answers.push(answer);
    expect([400, 404]).toContain(answer?.status);
    expect(answer?.body.toString()).not.toContain(bait);
  }

  it('there is the page, whatever its query says', async () => {
    for (const target of [
      '/',
      '/index.html',
      '/assets/index.js',
      '/?',
      '/?../private.json',
      '/assets/index.js?v=1',
    ]) {
      const answer = await ask(port, { target });
      expect(answer?.status, target).toBe(200);
      expect(answer?.body.toString(), target).toContain(target.includes('assets') ? 'export' : 'Latchkey');
      if (answer) answers.push(answer);
    }
  });
});

describe('methods', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY', 'PURGE', 'SEARCH'])(
    '%s is not served',
    async (method) => {
      for (const target of ['/', '/socket', '/assets/index.js']) {
        const answer = await ask(port, { method, target });
        if (answer) answers.push(answer);
        expect(answer?.status).toBe(405);
        expect(answer?.headers.get('allow')).toBe('GET, HEAD');
        expect(answer?.body.toString()).not.toContain('Latchkey');
      }
    },
  );

  it('of other protocols are not served', async () => {
    expect(await statusOf({ method: 'CONNECT', target: `127.0.0.1:${port}` })).toBe(0);
    expect(await statusOf({ method: 'CONNECT', target: '/socket' })).toBe(0);
    for (const method of ['get', 'G\u0000T', 'GETT', 'EVIL']) expect(await statusOf({ method })).toBe(400);
    // Methods of other protocols that Node's parser knows.
    for (const method of ['DESCRIBE', 'M-SEARCH']) expect([400, 405]).toContain(await statusOf({ method }));
  });

  it('HEAD has the headers of GET and nothing after them', async () => {
    const connection = await connect(requestText(port, { method: 'HEAD', headers: ['Connection: close'] }));
    await connection.closed();
    const [answer] = connection.answers(true);
    if (answer) answers.push(answer);
    expect(answer?.status).toBe(200);
    expect(connection.received.subarray(-4).toString()).toBe('\r\n\r\n');
  });

  it('no preflight is granted, from other origins or by private-network rules', async () => {
    const preflight = [
      'Access-Control-Request-Method: GET',
      'Access-Control-Request-Headers: x-anything',
      'Access-Control-Request-Private-Network: true',
      'Access-Control-Request-Local-Network: true',
    ];
    for (const [origin, status] of [
      ['http://evil.example', 403],
      ['http://127.0.0.1:1', 403],
      ['null', 403],
      [`http://127.0.0.1:${port}`, 405],
    ] as const) {
      expect(await statusOf({ method: 'OPTIONS', headers: [`Origin: ${origin}`, ...preflight] })).toBe(
        status,
      );
    }
    expect(await statusOf({ method: 'OPTIONS', target: '*', headers: preflight })).toBe(405);
  });

  it('nothing but a right WebSocket is upgraded', async () => {
    for (const headers of [
      ['Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA'],
      ['Upgrade: TLS/1.3'],
      ['Upgrade: websocketx'],
      ['Sec-WebSocket-Version: 7'],
      ['Sec-WebSocket-Version: '],
      ['Sec-WebSocket-Key: short'],
      ['Sec-WebSocket-Key: '],
      ['Sec-WebSocket-Protocol: a,,b'],
      ['Sec-WebSocket-Protocol: a, a'],
    ])
      expect(await upgrade(headers, helloWith(createTicket())), headers.join()).toBe(400);
    const post = upgradeText(port).replace('GET', 'POST');
    expect((await (await connect(post)).answer())?.status).toBe(400);
    expect(await upgrade([], helloWith(createTicket()), '/')).toBe(404);
  });
});

describe('HTTP that is said wrong', () => {
  /** Everything that came until the host closed the connection. */
  async function untilClosed(text: string | Uint8Array): Promise<RawAnswer[]> {
    const connection = await connect(text);
    await connection.closed();
    const all = connection.answers();
    answers.push(...all);
    return all;
  }
  const smuggled = () => requestText(port, { target: '/assets/index.js' });

  it.each([
    ['both lengths', 'POST', ['Content-Length: 4', 'Transfer-Encoding: chunked'], '0\r\n\r\n'],
    ['both lengths, the other way', 'POST', ['Transfer-Encoding: chunked', 'Content-Length: 4'], '0\r\n\r\n'],
    ['two lengths', 'POST', ['Content-Length: 0', 'Content-Length: 5'], ''],
    ['two equal lengths', 'POST', ['Content-Length: 5', 'Content-Length: 5'], 'aaaaa'],
    ['a list of lengths', 'POST', ['Content-Length: 0, 5'], ''],
    ['a length with a sign', 'POST', ['Content-Length: +5'], 'aaaaa'],
    ['a negative length', 'POST', ['Content-Length: -1'], ''],
    ['a length in hex', 'POST', ['Content-Length: 0x5'], 'aaaaa'],
    ['a length beyond numbers', 'POST', ['Content-Length: 99999999999999999999'], ''],
    ['an unknown coding', 'POST', ['Transfer-Encoding: xchunked'], '0\r\n\r\n'],
    ['two codings', 'POST', ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], '0\r\n\r\n'],
    ['a coding after chunked', 'POST', ['Transfer-Encoding: chunked, identity'], '0\r\n\r\n'],
    ['space before the colon', 'POST', ['Transfer-Encoding : chunked'], '0\r\n\r\n'],
    ['a folded header', 'POST', ['Content-Length: 5\r\n folded'], 'aaaaa'],
    ['a folded coding', 'POST', ['Transfer-Encoding:\r\n chunked'], '0\r\n\r\n'],
    ['a chunk size that is none', 'POST', ['Transfer-Encoding: chunked'], 'zz\r\n'],
    ['a file asked for with a body', 'GET', ['Content-Length: 5'], 'aaaaa'],
    ['a file asked for with chunks', 'GET', ['Transfer-Encoding: chunked'], '0\r\n\r\n'],
    ['a control character in a header', 'GET', ['X-Bad: a\u0000b'], ''],
    ['a bare carriage return', 'GET', ['X-Bad: a\rX-Worse: b'], ''],
    ['a header without a name', 'GET', [': nameless'], ''],
    ['a header without a colon', 'GET', ['nameless'], ''],
  ])(
    '%s ends the connection, and what follows is not taken for a request',
    async (_what, method, headers, body) => {
      const all = await untilClosed(requestText(port, { method, headers, body }) + smuggled());
      expect(all).toHaveLength(1);
      expect([400, 405]).toContain(all[0]?.status);
      expect(all[0]?.body.toString()).not.toContain('export');
    },
  );

  it('bare line feeds are no line ends', async () => {
    const text = `GET / HTTP/1.1\nHost: 127.0.0.1:${port}\n\n`;
    expect((await untilClosed(text)).map(({ status }) => status)).toEqual([400]);
    const mixed = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\nX: y\r\n\r\n`;
    expect((await untilClosed(mixed)).map(({ status }) => status)).toEqual([400]);
  });

  it('HTTP/2, TLS, SOCKS and noise are not spoken here', async () => {
    const clientHello = Buffer.concat([
      Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]),
      randomBytes(512),
    ]);
    for (const bytes of [
      Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
      clientHello,
      Buffer.from([5, 1, 0]),
      Buffer.from([0]),
      Buffer.from('SSH-2.0-OpenSSH_9.9\r\n'),
      Buffer.from('\r\n\r\n\r\nHELO localhost\r\n'),
      Buffer.from('GET / HTTP/3.0\r\n\r\n'),
      Buffer.from('GET / HTTP/1.1 extra\r\n\r\n'),
      randomBytes(4096),
    ]) {
      const all = await untilClosed(bytes);
      expect(all.map(({ status }) => status)).toEqual([400]);
    }
  });

  it('an expectation is refused', async () => {
    expect(await statusOf({ headers: ['Expect: something-else'] })).toBe(417);
  });

  it('requests in a row are answered in their order, until one is refused', async () => {
    const get = (target: string, headers: readonly string[] = []) => requestText(port, { target, headers });
    const foreign = ['Host: rebound.example'];
    const all = await untilClosed(get('/') + get('/assets/index.js') + get('/', foreign) + get('/'));
    expect(all.map(({ status }) => status)).toEqual([200, 200, 403]);
    expect(all[1]?.body.toString()).toContain('export');
  });

  it('a socket asked for behind another request still needs its own Host, Origin and ticket', async () => {
    const evil = upgradeText(port, ['Origin: http://evil.example']);
    expect((await untilClosed(requestText(port, {}) + evil)).map(({ status }) => status)).toEqual([200, 403]);
  });
});
