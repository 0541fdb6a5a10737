/**
 * Where the host's link and a tab's session may be read: on the one line that prints the link, and in the redirect file
 * while it lives. The program is started as users start it, attacked with both in every place that a log could take
 * them from, and everything that it wrote or has open is searched.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/conditions.ts';
import { isProcReadable } from '../support/process-use.ts';
import { type Program, startServe, urlOf } from '../support/programs.ts';
import {
  ask,
  type Frame,
  frame,
  opcodes,
  RawConnection,
  type Request,
  requestText,
  upgradeText,
} from '../support/raw-http.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { openPage, settled, Tab } from '../support/web-page.ts';

const spellings: readonly (readonly [name: string, spell: (secret: string) => string | Buffer])[] = [
  ['as it is', (secret) => secret],
  ['backwards', (secret) => [...secret].reverse().join('')],
  ['in other letters', (secret) => secret.toUpperCase()],
  ['as its bytes', (secret) => Buffer.from(secret, 'base64url')],
  ['as its bytes in hex', (secret) => Buffer.from(secret, 'base64url').toString('hex')],
  ['as its bytes in base64', (secret) => Buffer.from(secret, 'base64url').toString('base64').slice(0, 42)],
  ['in hex', (secret) => Buffer.from(secret).toString('hex')],
  // Without what depends on the bytes around it.
  ['in base64', (secret) => Buffer.from(secret).toString('base64').slice(0, 52)],
  ['in UTF-16', (secret) => Buffer.from(secret, 'utf16le')],
  ['percent-encoded', (secret) => [...Buffer.from(secret)].map((byte) => `%${byte.toString(16)}`).join('')],
  ['cut short', (secret) => secret.slice(0, 20)],
];

/** In which of these places, and how spelled, a secret is. Says where, never what. */
function leaksOf(secrets: Readonly<Record<string, string>>, places: ReadonlyMap<string, Buffer>): string[] {
  return [...places].flatMap(([place, bytes]) =>
    Object.entries(secrets).flatMap(([name, secret]) =>
      spellings
        .filter(([, spell]) => bytes.includes(spell(secret)))
        .map(([spelling]) => `the ${name} ${spelling}, in ${place}`),
    ),
  );
}

/** Every file of the folder, and what the host and its children were started with and have open. */
function placesOf(dataFolder: string, host?: Program): Map<string, Buffer> {
  const places = new Map<string, Buffer>();
  for (const name of readdirSync(dataFolder, { recursive: true, encoding: 'utf8' })) {
    const path = join(dataFolder, name);
    places.set(`the name of ${name}`, Buffer.from(name));
    if (lstatSync(path).isFile()) places.set(name, readFileSync(path));
  }
  for (const pid of host && isProcReadable ? [host.pid, ...childrenOf(host.pid)] : []) {
    for (const file of ['cmdline', 'environ', 'comm']) {
      const place = `/proc/${pid}/${file}`;
      places.set(place, readFileSync(place));
    }
    for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
      const link = `/proc/${pid}/fd/${descriptor}`;
      try {
        const target = readlinkSync(link);
        places.set(`the target of ${link}`, Buffer.from(target));
        // Also what has no name any more.
        if (target.startsWith('/') && !target.startsWith('/dev/')) places.set(link, readFileSync(link));
      } catch (error) {
        // Closed meanwhile.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  }
  return places;
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

function argumentsOf(pids: readonly number[]): string {
  return pids.map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).join('\0');
}

const ticketOf = (url: string) => new URL(url).hash.replace('#ticket=', '');

/** Says this secret in every place of a request and of a message from which a log could take it. */
async function attackWith(port: number, secret: string): Promise<void> {
  const requests: Request[] = [
    { target: `/?ticket=${secret}` },
    { target: `/${secret}` },
    { target: `/${secret}.js` },
    { target: '/', headers: [`Host: ${secret}`] },
    { target: '/', headers: [`Origin: http://${secret}`] },
    { target: '/', headers: [`Cookie: ticket=${secret}`, `Authorization: Bearer ${secret}`] },
    {
      target: '/',
      headers: [`Referer: http://127.0.0.1:${port}/#ticket=${secret}`, `User-Agent: ${secret}`],
    },
    { target: '/', headers: [`Expect: ${secret}`] },
    { method: 'POST', target: '/', headers: ['Content-Length: 43'], body: secret },
    { method: secret },
    { target: '/', headers: [`${secret}`] },
    { target: '/', headers: [`X-Bad: ${secret}\u0000`] },
    { target: `/${secret.repeat(1000)}` },
  ];
  const texts = [
    upgradeText(port, [], `/socket?ticket=${secret}`),
    upgradeText(port, [`Sec-WebSocket-Protocol: ${secret}`, 'Sec-WebSocket-Version: 1']),
    upgradeText(port, [`Sec-WebSocket-Key: ${secret}`]),
    `${secret}\r\n\r\n`,
    requestText(port, { method: 'CONNECT', target: secret }),
  ];
  const frames: Frame[] = [
    { payload: secret },
    { payload: JSON.stringify({ type: 'hello', session: `${secret}!`, ticket: secret }) },
    { payload: JSON.stringify({ type: 'hello', session: secret.slice(1), ticket: [secret] }) },
    { payload: JSON.stringify({ type: secret, session: secret }) },
    { payload: secret, isMasked: false },
    { payload: secret, reservedBits: 0x40 },
    { payload: secret, opcode: opcodes.binary },
    { payload: `\u03e8${secret}`, opcode: opcodes.close },
    { payload: secret.repeat(100) },
  ];
  await Promise.all([
    ...requests.map((request) => ask(port, request)),
    ...texts.map(async (text) => {
      const connection = await RawConnection.open(port, text);
      await connection.closed();
      connection.destroy();
    }),
    ...frames.map(async (said) => {
      const connection = await RawConnection.open(port, upgradeText(port));
      await connection.answer();
      connection.say(frame(said));
      await connection.closed();
      connection.destroy();
    }),
  ]);
}

/** Lets a page in by this link, and has it say both secrets where they do not belong. */
async function useLink(url: string): Promise<{ session: string; tab: Tab }> {
  const { client, tab } = await openPage(url);
  const session = tab.stored.get('latchkey-session') ?? '';
  expect(session).toMatch(/^[\w-]{43}$/);
  for (const secret of [ticketOf(url), session]) {
    const calls: Promise<unknown>[] = [
      client.call(`nothing.${secret}` as 'profiles.list', {}),
      client.call('profiles.list', { [secret]: secret } as never),
      client.call('profiles.remove', { profileId: secret }),
      client.call('history.detail', { profileId: secret, sequence: secret } as never),
    ];
    for (const result of await Promise.allSettled(calls)) expect(result.status).toBe('rejected');
  }
  return { session, tab };
}

describe('the link and the session', () => {
  it('would be found by this search, however spelled', () => {
    const folder = temporaryFolder();
    const secret = randomBytes(32).toString('base64url');
    for (const [name, spell] of spellings) {
      writeFileSync(
        join(folder, 'log'),
        Buffer.concat([randomBytes(9), Buffer.from(spell(secret)), randomBytes(9)]),
      );
      expect(leaksOf({ secret }, placesOf(folder)), name).toContain(`the secret ${name}, in log`);
    }
    writeFileSync(join(folder, 'log'), randomBytes(1000));
    expect(leaksOf({ secret }, placesOf(folder))).toEqual([]);
  });

  it('are nowhere but on the line that prints the link', async () => {
    const dataFolder = temporaryFolder();
    const host = startServe(dataFolder);
    const url = await urlOf(host);
    const port = Number(new URL(url).port);
    const ticket = ticketOf(url);
    const own = `Latchkey is at ${url}\n`;
    const terminal = () => host.output() + host.complaints();
    const outside = () => new Map([['the terminal', Buffer.from(terminal().replace(own, ''))]]);
    const everywhere = () => new Map([...placesOf(dataFolder, host), ...outside()]);

    await attackWith(port, ticket);
    expect(leaksOf({ ticket }, everywhere())).toEqual([]);
    const { session, tab } = await useLink(url);
    const thief = new Tab();
    expect(await settled(thief.open(url))).toMatchObject({ state: 'refused' });
    await attackWith(port, ticket);
    await attackWith(port, session);
    // A second start is given a link of its own, over the socket in the data folder.
    const second = startServe(dataFolder);
    expect(await second.ended).toBe(0);
    const secrets = { ticket, session, 'ticket of the second start': ticketOf(await urlOf(second)) };
    expect(leaksOf(secrets, everywhere())).toEqual([]);
    expect(terminal()).toBe(own);

    host.signal('SIGTERM');
    expect(await host.ended).toBe(0);
    expect(leaksOf(secrets, new Map([...placesOf(dataFolder), ...outside()]))).toEqual([]);
    expect(terminal()).toBe(own);
    for (const one of [thief, tab]) one.close();
  });

  it.skipIf(process.platform !== 'linux')(
    'are in the redirect file until the link is used, and the browser is told of the file alone',
    async () => {
      const [dataFolder, programs] = [temporaryFolder(), temporaryFolder()];
      const browser = join(programs, 'xdg-open');
      // Stays, as a browser does, with what it was called with.
      writeFileSync(browser, '#!/bin/sh\nsleep 30\n');
      chmodSync(browser, 0o755);
      const environment = { PATH: `${programs}:${process.env.PATH}`, DISPLAY: ':none' };
      const host = startServe(dataFolder, [], { env: environment });
      const url = await urlOf(host);
      const ticket = ticketOf(url);
      await eventually(() => argumentsOf(childrenOf(host.pid)).includes('file:'), { what: 'the browser' });
      const found = leaksOf({ ticket }, placesOf(dataFolder, host));
      expect(found.filter((leak) => !/, in open-in-browser-[0-9a-f]+\.html$/.test(leak))).toEqual([]);
      expect(found[0]).toContain('the ticket as it is, in open-in-browser');

      const { session, tab } = await useLink(url);
      expect(leaksOf({ ticket, session }, placesOf(dataFolder, host))).toEqual([]);
      const rest = host.output().replace(url, '') + host.complaints();
      expect(leaksOf({ ticket, session }, new Map([['the terminal', Buffer.from(rest)]]))).toEqual([]);
      tab.close();
    },
  );
});
