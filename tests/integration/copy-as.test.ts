/** What is copied from an event works where it is pasted: the cURL command in a shell, against a real server. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { Detail } from '#shared/contract/history.ts';
import { createSandboxServer } from '../../electron/sandbox/server/sandbox-server.ts';
import { asCurl, asFixture, asJson } from '../../renderer/features/history/copy-as.ts';

const run = promisify(execFile);

const hasTools = () =>
  Promise.all([run('curl', ['--version']), run('openssl', ['version'])]).then(
    () => true,
    () => false,
  );

function detailOf(data: string, changes: Partial<Detail> = {}): Detail {
  return {
    row: {
      sequence: 3,
      at: 1_700_000_000_000,
      direction: 'in',
      connection: 1,
      kind: 'event',
      channel: 'orders',
      event: 'created',
      sizeBytes: 10,
      preview: '',
      encryption: null,
    },
    raw: JSON.stringify({ event: 'created', channel: 'orders', data }),
    isRawCut: false,
    data,
    isJson: true,
    bytes: null,
    ciphertext: null,
    ...changes,
  };
}

it('a cURL command publishes the event again, with the secret from the environment', async ({ skip }) => {
  skip(!(await hasTools()), 'curl and openssl are not here.');
  const server = await createSandboxServer();
  const app = server.createApp();
  const endpoint = { host: '127.0.0.1', port: server.port, tls: false, path: '' };
  const place = {
    appId: app.appId,
    key: app.oldestPair.key,
    location: { kind: 'endpoints', http: endpoint, webSocket: endpoint } as const,
  };
  const command = asCurl(detailOf(`{"name":"O'Brien $(echo no) \\\\ ☕"}`), place);
  expect(command).not.toContain(app.oldestPair.secret);
  const env = { ...process.env, PUSHER_SECRET: app.oldestPair.secret };
  const { stdout } = await run('bash', ['-c', command], { env });
  expect(stdout).toBe('{}');
  const refused = await run('bash', ['-c', command], { env: { ...env, PUSHER_SECRET: 'another' } });
  expect(refused.stdout).not.toBe('{}');
  await server.close();
});

it('JSON and a fixture keep the digits, and say what was on the wire', () => {
  const detail = detailOf('{"id":12345678901234567890}');
  expect(asJson(detail)).toContain('"data": {"id":12345678901234567890}');
  expect(JSON.parse(asJson(detail))).toMatchObject({ event: 'created', channel: 'orders' });
  expect(asFixture(detail)).toContain(`export const frame = ${JSON.stringify(detail.raw)};`);
  expect(asFixture(detailOf('plain', { isJson: false }))).toContain('data: "plain",');
});
