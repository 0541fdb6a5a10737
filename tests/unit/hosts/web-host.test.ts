import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startWebHost, type WebHost } from '../../../electron/hosts/web/server.ts';
import { createToken } from '../../../electron/hosts/web/trust.ts';
import { eventually } from '../../support/conditions.ts';
import { temporaryFolder } from '../../support/temporary.ts';

describe('the web host', () => {
  const folder = temporaryFolder();
  const token = createToken();
  let host: WebHost;
  let opened = 0;

  beforeAll(async () => {
    mkdirSync(join(folder, 'page', 'assets'), { recursive: true });
    writeFileSync(join(folder, 'page', 'index.html'), '<!doctype html><title>Latchkey</title>');
    writeFileSync(join(folder, 'page', 'assets', 'index.js'), 'export {};');
    writeFileSync(join(folder, 'private.json'), '{}');
    host = await startWebHost({
      port: 0,
      token,
      pageFolder: join(folder, 'page'),
      openSession: () => {
        opened++;
        return { receive: async () => {}, close: () => {} };
      },
    });
  });
  afterAll(() => host.close());

  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>(
      (resolve, reject) => {
        request({ port: host.port, host: '127.0.0.1', path, method, headers }, (response) => {
          let body = '';
          response.on('data', (chunk) => (body += chunk));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
          );
        })
          .on('error', reject)
          .end();
      },
    );

  /** How a socket ends that says `first`: with a welcome, or with a close code or an HTTP status. */
  const connect = (options: { path?: string; origin?: string; host?: string; first?: unknown }) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${host.port}${options.path ?? '/socket'}`, {
        ...(options.origin === undefined ? {} : { origin: options.origin }),
        headers: options.host ? { Host: options.host } : {},
      });
      socket.once('open', () => {
        if (options.first !== undefined) socket.send(JSON.stringify(options.first));
      });
      socket.once('message', (data) => {
        resolve(JSON.parse(data.toString()).type);
        socket.terminate();
      });
      socket.once('close', (code) => resolve(`closed ${code}`));
      socket.once('unexpected-response', (_request, response) => {
        resolve(`refused ${response.statusCode}`);
        socket.terminate();
      });
      socket.on('error', () => {});
    });
  const origin = () => `http://127.0.0.1:${host.port}`;

  it('serves the page with a strict content policy', async () => {
    const { status, headers, body } = await get('/');
    expect(status).toBe(200);
    expect(body).toContain('Latchkey');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers['set-cookie']).toBeUndefined();
    expect((await get('/assets/index.js')).status).toBe(200);
  });

  it.each([
    '/../private.json',
    '/%2e%2e/private.json',
    '/assets/..%2f..%2fprivate.json',
    '/assets/%5c..%5cprivate.json',
    '/.hidden',
    '/%00',
    '/%',
    '/assets',
    '/nothing.js',
  ])('has nothing at %s', async (path) => expect((await get(path)).status).toBe(404));

  it('refuses a foreign Host and a foreign Origin', async () => {
    expect((await get('/', { Host: 'rebound.example' })).status).toBe(403);
    expect((await get('/', { Host: `127.0.0.1:1` })).status).toBe(403);
    expect((await get('/', { Origin: 'http://evil.example' })).status).toBe(403);
    expect((await get('/', { Origin: `http://127.0.0.1:1` })).status).toBe(403);
    expect((await get('/', {}, 'POST')).status).toBe(405);
  });

  it('opens a session for the token, and for nothing else', async () => {
    expect(await connect({ origin: origin(), first: { type: 'hello', token } })).toBe('welcome');
    expect(opened).toBe(1);
    const wrong: unknown[] = [
      { type: 'hello', token: createToken() },
      { type: 'hello', token: '' },
      { type: 'hello' },
      { type: 'call', id: 1, method: 'profiles.list', input: {}, token },
      null,
      [token],
      { type: 'hello', token: [token] },
    ];
    for (const first of wrong) expect(await connect({ origin: origin(), first })).toBe('closed 4401');
    expect(opened).toBe(1);
  });

  it('refuses sockets of other origins, hosts and paths before a word is said', async () => {
    const first = { type: 'hello', token };
    expect(await connect({ first })).toBe('refused 403');
    expect(await connect({ origin: 'http://evil.example', first })).toBe('refused 403');
    expect(await connect({ origin: 'null', first })).toBe('refused 403');
    expect(await connect({ origin: origin(), host: 'rebound.example', first })).toBe('refused 403');
    expect(await connect({ origin: origin(), path: '/other', first })).toBe('refused 404');
    expect(await connect({ origin: origin(), path: `/socket?token=${token}` })).toBe('refused 404');
    expect(opened).toBe(1);
  });

  it('lets go of refused sockets that never close, so that they can’t keep others out', async () => {
    const halfOpen = Array.from({ length: 600 }, () => {
      const socket = createConnection({ port: host.port, host: '127.0.0.1', allowHalfOpen: true });
      socket.on('error', () => {});
      socket.write(
        `GET /nothing HTTP/1.1\r\nHost: 127.0.0.1:${host.port}\r\nOrigin: ${origin()}\r\n` +
          'Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      );
      return socket.resume();
    });
    await Promise.all(halfOpen.slice(0, 500).map((socket) => once(socket, 'end')));
    const status = await eventually(() => get('/').catch(() => undefined), { withinMs: 5_000 });
    expect(status).toMatchObject({ status: 200 });
    expect(await connect({ origin: origin(), first: { type: 'hello', token } })).toBe('welcome');
    for (const socket of halfOpen) socket.destroy();
  });
});
