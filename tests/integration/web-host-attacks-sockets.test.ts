/**
 * What never ends, comes slowly, is too large or is no WebSocket: by strangers, and by somebody whose hello was right.
 * The host is a process of its own, so that its memory and its descriptors can be looked at.
 */
import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/conditions.ts';
import { isProcReadable, kernelConnections, memoryOf, openConnections } from '../support/process-use.ts';
import {
  closeCodeIn,
  type Frame,
  frame,
  opcodes,
  RawConnection,
  requestText,
  serverFrames,
  upgradeText,
} from '../support/raw-http.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { type HostChild, startHostChild } from '../support/web-host.ts';
import { type OpenPage, openPage } from '../support/web-page.ts';

const mebibyte = 2 ** 20;

let host: HostChild;
let pid: number;
let port: number;
/** The user's own, which has to go on whatever happens beside it. */
let page: OpenPage;
const connections: RawConnection[] = [];

beforeAll(async () => {
  host = await startHostChild(temporaryFolder());
  ({ pid, port } = host);
  page = await openPage(await host.createUrl());
});
afterEach(async () => {
  for (const connection of connections.splice(0)) connection.destroy();
  expect(await page.client.call('profiles.list', {})).toHaveProperty('profiles');
  expect(page.client.status.state).toBe('online');
});
afterAll(async () => {
  page.tab.close();
  expect(await host.stop()).toBe(0);
});

async function connect(said?: string | Uint8Array): Promise<RawConnection> {
  const connection = await RawConnection.open(port, said);
  connections.push(connection);
  return connection;
}

/** A WebSocket that has not said its hello. */
async function stranger(headers: readonly string[] = []): Promise<RawConnection> {
  const connection = await connect(upgradeText(port, headers));
  expect((await connection.answer())?.status).toBe(101);
  return connection;
}

/** A WebSocket that has been let in. */
async function guest(): Promise<RawConnection> {
  const ticket = new URL(await host.createUrl()).hash.replace('#ticket=', '');
  const connection = await stranger();
  const session = randomBytes(32).toString('base64url');
  connection.say(frame({ payload: JSON.stringify({ type: 'hello', session, ticket }) }));
  await eventually(() => serverFrames(connection.received).length > 0, { what: 'the welcome' });
  expect(serverFrames(connection.received)[0]?.payload.toString()).toBe('{"type":"welcome"}');
  return connection;
}

/** Says this again and again until the other side closes. @returns how many bytes it took. */
async function sayWithoutEnd(connection: RawConnection, bytes: Uint8Array, limit: number): Promise<number> {
  let said = 0;
  while (connection.end === 'open' && said < limit) {
    said += bytes.length;
    const isWritten = new Promise((resolve) => connection.socket.write(bytes, resolve));
    await isWritten;
  }
  return said;
}

const broken: readonly (readonly [what: string, code: number, frames: readonly Frame[]])[] = [
  ['no mask', 1002, [{ payload: '{}', isMasked: false }]],
  ['the bit of a compression that was not agreed on', 1002, [{ payload: '{}', reservedBits: 0x40 }]],
  ['the second reserved bit', 1002, [{ payload: '{}', reservedBits: 0x20 }]],
  ['the third reserved bit', 1002, [{ payload: '{}', reservedBits: 0x10 }]],
  ['a reserved kind of frame', 1002, [{ opcode: 3 }]],
  ['a reserved kind of control frame', 1002, [{ opcode: 11 }]],
  ['a continuation of nothing', 1002, [{ opcode: opcodes.continuation, payload: '{}' }]],
  ['a ping in pieces', 1002, [{ opcode: opcodes.ping, isFinal: false }]],
  ['a ping of more than 125 bytes', 1002, [{ opcode: opcodes.ping, payload: 'x'.repeat(126) }]],
  ['a close with half a code', 1002, [{ opcode: opcodes.close, payload: 'x' }]],
  [
    'a close with a code that is not for the wire',
    1002,
    [{ opcode: opcodes.close, payload: Buffer.from([3, 237]) }],
  ],
  ['text that is not UTF-8', 1007, [{ payload: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) }]],
  ['overlong UTF-8', 1007, [{ payload: Buffer.from([0xc0, 0xaf]) }]],
  ['half a surrogate pair', 1007, [{ payload: Buffer.from([0xed, 0xa0, 0x80]) }]],
  ['a length of 2^53', 1009, [{ claimedLength: 2 ** 53 }]],
  ['a length of 8 MiB and one', 1009, [{ claimedLength: 8 * mebibyte + 1 }]],
  ['a message begun in the middle of another', 1002, [{ payload: '{', isFinal: false }, { payload: '}' }]],
];

describe('a frame that is none', () => {
  it.each(broken)('ends a stranger’s socket: %s', async (_what, code, frames) => {
    const connection = await stranger();
    connection.say(Buffer.concat(frames.map((one) => frame(one))));
    await connection.closed();
    expect([code, undefined]).toContain(closeCodeIn(connection.received));
  });

  it.each(broken)('ends a guest’s socket: %s', async (_what, code, frames) => {
    const connection = await guest();
    connection.say(Buffer.concat(frames.map((one) => frame(one))));
    await connection.closed();
    expect([code, undefined]).toContain(closeCodeIn(connection.received));
  });

  it('is every compressed one: compression is offered in vain, and a bomb is not unpacked', async () => {
    const bomb = deflateRawSync(Buffer.alloc(64 * mebibyte, 0x20));
    for (const offer of [
      'permessage-deflate',
      'permessage-deflate; client_max_window_bits; server_no_context_takeover',
      'x-webkit-deflate-frame',
    ]) {
      const connection = await stranger([`Sec-WebSocket-Extensions: ${offer}`]);
      expect(connection.answers()[0]?.headers.get('sec-websocket-extensions')).toBeUndefined();
      connection.say(frame({ payload: bomb.subarray(0, 900), reservedBits: 0x40 }));
      await connection.closed();
    }
    const inside = await guest();
    inside.say(frame({ payload: bomb, reservedBits: 0x40 }));
    await inside.closed();
  });
});

describe('too much', () => {
  it('ends a stranger’s socket after a kilobyte, whatever form it has', async () => {
    const piece = 'x'.repeat(100);
    const first = frame({ payload: piece, isFinal: false });
    for (const [what, opening, endless] of [
      ['a long message', frame({ payload: 'x'.repeat(2000) }), undefined],
      ['a long message that is claimed to be allowed', frame({ claimedLength: mebibyte }), Buffer.alloc(512)],
      ['fragments', first, frame({ opcode: opcodes.continuation, payload: piece, isFinal: false })],
      ['empty fragments', first, frame({ opcode: opcodes.continuation, isFinal: false })],
      ['pings', '', frame({ opcode: opcodes.ping, payload: piece })],
      ['empty pongs', '', frame({ opcode: opcodes.pong })],
    ] as const) {
      const connection = await stranger();
      connection.say(opening);
      const said = endless ? await sayWithoutEnd(connection, endless, 8 * mebibyte) : 0;
      await connection.closed();
      // What the kernel takes before it hears of the end is no measure: a message of the limit would have fitted.
      expect(said, what).toBeLessThan(8 * mebibyte);
      expect(connection.end, what).toBe('reset');
    }
  });

  it('ends a guest’s socket at 8 MiB of one message, in one frame or in many', async () => {
    const piece = frame({ opcode: opcodes.continuation, payload: 'x'.repeat(60_000), isFinal: false });
    const inPieces = await guest();
    inPieces.say(frame({ payload: '{', isFinal: false }));
    const said = await sayWithoutEnd(inPieces, piece, 64 * mebibyte);
    expect(said).toBeLessThan(64 * mebibyte);
    await inPieces.closed();

    const inTiny = await guest();
    inTiny.say(frame({ payload: '{', isFinal: false }));
    const tiny = Buffer.concat(
      Array.from({ length: 1000 }, () => frame({ opcode: opcodes.continuation, isFinal: false })),
    );
    expect(await sayWithoutEnd(inTiny, tiny, 64 * mebibyte)).toBeLessThan(64 * mebibyte);
    await inTiny.closed();
  });

  it('is not what is merely odd: junk of any depth from a guest is survived', async () => {
    const connection = await guest();
    const deep = '['.repeat(4_000_000);
    for (const payload of [
      '',
      'null',
      '{',
      '42',
      deep + ']'.repeat(deep.length),
      `{"type":"call","id":1,"method":"profiles.list","input":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`,
      '{"__proto__":{"type":"call"}}',
      `{"type":"call","id":9e999,"method":"${'x'.repeat(100_000)}","input":{}}`,
    ])
      connection.say(frame({ payload }));
    connection.say(frame({ opcode: opcodes.binary, payload: randomBytes(1000) }));
    connection.say(frame({ payload: '{"type":"call","id":7,"method":"profiles.list","input":{}}' }));
    const answer = await eventually(
      () => serverFrames(connection.received).find(({ payload }) => payload.includes('"id":7')),
      { what: 'the answer to a call after the junk' },
    );
    expect(JSON.parse(answer.payload.toString())).toEqual({
      type: 'result',
      id: 7,
      output: { profiles: [], services: [] },
    });
  });

  it('ends endless headers', async () => {
    for (const header of ['X-Long: '.padEnd(1024, 'x'), `${'X-Many: y\r\n'.repeat(100)}`]) {
      const connection = await connect(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`);
      await sayWithoutEnd(connection, Buffer.from(`${header.trimEnd()}\r\n`), 8 * mebibyte);
      await connection.closed();
      expect([431, undefined]).toContain(connection.answers()[0]?.status);
    }
    for (const start of ['GET /', 'GET / HTTP/1.1\r\nX-', 'GET / HTTP/1.1\r\nX-Long: ']) {
      const connection = await connect(start);
      const said = await sayWithoutEnd(connection, Buffer.alloc(1024, 'a'), 64 * mebibyte);
      expect(said).toBeLessThan(64 * mebibyte);
      await connection.closed();
    }
  });

  it.skipIf(!isProcReadable)(
    'asked for in one breath by somebody who does not read costs little',
    async () => {
      const before = memoryOf(pid).nowMb;
      const request = requestText(port, { target: '/assets/large.js' });
      const asking = await Promise.all(Array.from({ length: 20 }, () => connect()));
      for (const connection of asking) {
        connection.socket.pause();
        connection.say(request.repeat(1000));
      }
      // Each of its sockets has begun to be answered, as far as the kernel takes it.
      for (const connection of asking) {
        connection.socket.resume();
        await eventually(() => connection.received.length > 0);
        connection.socket.pause();
      }
      expect(await page.client.call('profiles.list', {})).toEqual({ profiles: [], services: [] });
      // 20 × 1,000 files of 1 MiB were asked for.
      expect(memoryOf(pid).peakMb - before).toBeLessThan(300);
    },
  );
});

describe('too slowly', () => {
  it.skipIf(!isProcReadable)(
    'gives a place back within seconds, silent or dribbling, reading or not',
    { timeout: 60_000 },
    async () => {
      // What the tests before have left has to be gone first: only the page's own is there then.
      await eventually(() => openConnections(pid, port) === 1, { withinMs: 30_000 });
      const get = requestText(port, { target: '/assets/large.js' });
      const hello = frame({ payload: JSON.stringify({ type: 'hello', session: 'x'.repeat(43) }) });
      /** What it says at once, what it says byte by byte afterwards, and whether it reads. */
      const slow: readonly (readonly [at: string, dribbled: string | Uint8Array, reads: boolean])[] = [
        ['', '', true],
        ['GET', '', true],
        ['', get, true],
        [
          get.slice(0, -2),
          'X-Slow: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
          true,
        ],
        [requestText(port, { headers: ['Content-Length: 1000'] }), 'x'.repeat(1000), true],
        [requestText(port, { method: 'POST', headers: ['Content-Length: 1000'] }), 'x'.repeat(1000), true],
        [
          requestText(port, { method: 'POST', headers: ['Transfer-Encoding: chunked'] }),
          '1\r\nx\r\n'.repeat(100),
          true,
        ],
        [
          requestText(port, { method: 'POST', headers: ['Content-Length: 9', 'Expect: 100-continue'] }),
          '',
          true,
        ],
        [get, '', true],
        [get, '', false],
        [requestText(port, { target: '/assets/huge.js' }), '', false],
        [upgradeText(port), '', true],
        [upgradeText(port), hello.subarray(0, 60), true],
        [upgradeText(port), '', false],
        [upgradeText(port, [], '/nothing'), '', false],
        [upgradeText(port, ['Origin: null']), '', false],
        [upgradeText(port) + frame({ opcode: opcodes.close }).toString('latin1'), '', false],
      ];
      const timers: NodeJS.Timeout[] = [];
      const attackers = await Promise.all(slow.map(([at]) => connect(Buffer.from(at, 'latin1'))));
      for (const [index, attacker] of attackers.entries()) {
        const [, dribbled, reads] = slow[index] ?? ['', '', true];
        if (!reads) attacker.socket.pause();
        const bytes = Buffer.from(dribbled);
        let next = 0;
        timers.push(
          setInterval(() => {
            if (next < bytes.length) attacker.say(bytes.subarray(next, ++next));
          }, 400),
        );
      }
      await eventually(() => openConnections(pid, port) > 10, { what: 'attackers let in' });
      try {
        await eventually(() => openConnections(pid, port) === 1, {
          withinMs: 30_000,
          what: 'sockets given back',
        });
        await eventually(() => kernelConnections(port) === 1, {
          withinMs: 5_000,
          what: 'the kernel’s own connections given back',
        });
      } finally {
        for (const timer of timers) clearInterval(timer);
      }
      const [silent] = attackers.slice(11);
      await silent?.closed();
      // Not one of the codes that tell a page to give up.
      expect(closeCodeIn(silent?.received ?? Buffer.alloc(0))).toBe(4408);
    },
  );

  it.skipIf(!isProcReadable)('reading as a guest is ended before it fills the memory', async () => {
    const endpoint = { host: `${'long.'.repeat(40)}example`, port: 1, tls: false, path: '' };
    const profile = {
      name: 'shop',
      environment: 'local',
      dialect: 'soketi',
      appId: '1',
      key: 'key',
      location: { kind: 'endpoints', http: endpoint, webSocket: endpoint },
    } as const;
    for (let count = 0; count < 200; count++) await page.client.call('profiles.save', { profile });
    const before = memoryOf(pid).nowMb;
    const connection = await guest();
    connection.socket.pause();
    let id = 0;
    // A hundred calls of 80 bytes, and answers of 100 kB.
    const hundred = () =>
      Buffer.concat(
        Array.from({ length: 100 }, () =>
          frame({ payload: `{"type":"call","id":${id++},"method":"profiles.list","input":{}}` }),
        ),
      );
    await eventually(
      async () => {
        if (connection.end === 'open') connection.say(hundred());
        await page.client.call('vault.status', {});
        return openConnections(pid, port) === 1;
      },
      { withinMs: 20_000, what: 'the end of a guest who does not read' },
    );
    expect(memoryOf(pid).peakMb - before).toBeLessThan(500);
  });
});
