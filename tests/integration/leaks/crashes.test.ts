/** What is left by processes that crash with secrets in their memory: dumps, reports, last words. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ProfileInput } from '#shared/contract/profiles.ts';
import { eventually } from '../../support/conditions.ts';
import { leaksIn, newControl } from '../../support/leak-verdict.ts';
import type { ToHold } from '../../support/memory-holder.ts';
import { isAlive } from '../../support/process-memory.ts';
import { SecretSearch } from '../../support/secret-search.ts';
import { type ServeProgram, startServeProgram } from '../../support/serve-program.ts';
import { openSocketClient, type SocketClient } from '../../support/socket-client.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const profile: ProfileInput = {
  name: 'shop',
  environment: 'local',
  dialect: 'pusher',
  appId: '3',
  key: 'shopkey',
  location: { kind: 'cluster', cluster: 'eu' },
};
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

interface Crashing {
  readonly host: ServeProgram;
  readonly socket: SocketClient;
  readonly folders: { readonly data: string; readonly dumps: string; readonly reports: string };
  readonly search: SecretSearch;
}

/** A web host that may leave dumps and reports, has the sandbox running, and was given secrets in this moment. */
async function startWithSecrets(): Promise<Crashing> {
  const folder = temporaryFolder();
  const folders = {
    data: join(folder, 'data'),
    dumps: join(folder, 'dumps'),
    reports: join(folder, 'reports'),
  };
  for (const path of Object.values(folders)) mkdirSync(path);
  const host = await startServeProgram({
    dataFolder: folders.data,
    dumpFolder: folders.dumps,
    environment: {
      NODE_OPTIONS: `--report-on-fatalerror --report-on-signal --report-uncaught-exception --report-directory=${folders.reports}`,
    },
  });
  closing.push(() => host.stop());
  const socket = openSocketClient(host.url);
  closing.push(() => socket.close());
  const { client } = socket;
  await eventually(async () => (await client.call('vault.status', {})).state === 'choose');
  await client.call('vault.chooseStore', { store: 'session' });
  await client.call('sandbox.start', {});
  const { profileId } = await client.call('profiles.save', { profile });
  const secret = randomBytes(10).toString('hex');
  const masterKey = randomBytes(32).toString('base64');
  await client.secrets.enter({ profileId, kind: 'secret', slot: 'current', value: secret });
  await client.secrets.enter({ profileId, kind: 'masterKey', slot: 'current', value: masterKey });
  const search = new SecretSearch([
    { name: 'the app secret', value: secret },
    { name: 'the master key', value: masterKey },
    { name: 'the bytes of the master key', value: Buffer.from(masterKey, 'base64') },
  ]);
  return { host, socket, folders, search };
}

const titles = { vault: 'latchkey-vault', sandbox: 'latchkey-sandbox' };

function pidOf(host: ServeProgram, who: 'main' | 'vault' | 'sandbox'): number {
  const pid = who === 'main' ? host.pid : host.child(titles[who])?.pid;
  if (pid === undefined) throw new Error(`There is no process of ${who}`);
  return pid;
}

async function leaksOf({ host, socket, folders, search }: Crashing): Promise<string[]> {
  const findings = [
    ...search.inText('the output', host.output()),
    ...search.inText('what the page was told', socket.received.join('\n')),
  ];
  for (const folder of Object.values(folders)) findings.push(...(await search.inFolder(folder)).findings);
  return leaksIn(findings, []);
}

describe.runIf(process.platform === 'linux')('a process that crashes', () => {
  const control = newControl();

  /** Where dumps go elsewhere, to a program of the system's, there is nothing here to be searched. */
  let leavesDumps = false;
  beforeAll(async () => {
    const folder = temporaryFolder();
    const command = 'ulimit -c unlimited; exec "$@"';
    const holder = fileURLToPath(new URL('../../support/memory-holder.ts', import.meta.url));
    const child = spawn('/bin/sh', ['-c', command, 'sh', process.execPath, holder], {
      cwd: folder,
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const isHeld = once(child, 'message');
    const masked = Buffer.from(control.value).map((byte) => byte ^ 0xff);
    child.send({ way: 'Buffer', masked: [masked] } satisfies ToHold);
    await isHeld;
    const ended = once(child, 'exit');
    child.kill('SIGSEGV');
    await ended;
    const { findings, fileCount } = await new SecretSearch([control]).inFolder(folder);
    leavesDumps = fileCount > 0;
    // The control: what a process holds is in its dump, and is found there.
    if (leavesDumps) expect(findings.map(({ isWhole }) => isWhole)).toContain(true);
  });

  it.each([
    ['vault', 'SIGSEGV'],
    ['sandbox', 'SIGABRT'],
    ['main', 'SIGSEGV'],
  ] as const)('of %s, by %s, leaves no secret in a dump or its last words', async (who, signal) => {
    const { host, socket, folders, search } = await startWithSecrets();
    const pid = pidOf(host, who);
    process.kill(pid, signal);
    await eventually(() => !isAlive(pid), { what: 'its end' });
    if (who === 'vault') await eventually(() => host.output().includes(signal), { what: 'a word of it' });
    expect(await leaksOf({ host, socket, folders, search })).toEqual([]);
    expect(readdirSync(folders.dumps)).toEqual(leavesDumps ? [expect.stringMatching(/^core/)] : []);
  });

  it('leaves no secret in a report of Node’s, where somebody asked for one', async () => {
    const started = await startWithSecrets();
    process.kill(started.host.pid, 'SIGUSR2');
    await eventually(() => started.host.output().includes('Node.js report completed'), {
      what: 'the report',
    });
    expect(readdirSync(started.folders.reports)).toHaveLength(1);
    expect(await leaksOf(started)).toEqual([]);
  });

  it('has none of its memory in a dump, whichever of them it is', async () => {
    const { host } = await startWithSecrets();
    for (const who of ['main', 'vault', 'sandbox'] as const) {
      expect(Number(readFileSync(`/proc/${pidOf(host, who)}/coredump_filter`, 'utf8')), who).toBe(0);
    }
  });
});
