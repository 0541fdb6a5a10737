/** What a child process must not inherit from whoever started Latchkey. */
import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MemoryAuditTrail } from '../../../electron/audit/index.ts';
import { childEnvironment } from '../../../electron/processes/child-environment.ts';
import { spawnNodeChild } from '../../../electron/processes/node-child.ts';
import type { ChildExit } from '../../../electron/processes/port.ts';
import { MemoryCredentialIndex, Vault } from '../../../electron/vault/index.ts';
import { formatOf } from '../../support/secret-formats.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const hasAnOrphan = new URL('../../support/orphan-parent-process.ts', import.meta.url);
const tellsItsEnvironment = new URL('../../support/environment-process.ts', import.meta.url);
const vaultProcess = new URL('../../../electron/vault/process.ts', import.meta.url);

describe('a child process', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('has none of Node’s own variables or flags, and everything else', async () => {
    vi.stubEnv('NODE_OPTIONS', '--max-old-space-size=1000');
    vi.stubEnv('NODE_V8_COVERAGE', temporaryFolder());
    vi.stubEnv('NODE_REPL_HISTORY', '/nowhere');
    vi.stubEnv('NODE_COMPILE_CACHE', '/nowhere');
    vi.stubEnv('LATCHKEY_TEST', 'kept');
    const child = spawnNodeChild(tellsItsEnvironment, {
      name: 'test',
      env: { NODE_OPTIONS: '--max-old-space-size=2000', PASSED: 'too', LATCHKEY_GONE: undefined },
    });
    const told = await new Promise<{ env: Record<string, string>; flags: string[] }>((resolve) =>
      child.onMessage((message) => resolve(message as never)),
    );
    expect(Object.keys(told.env).filter((name) => name.startsWith('NODE_'))).toEqual([]);
    expect(told.env).toMatchObject({ LATCHKEY_TEST: 'kept', PASSED: 'too' });
    expect(told.flags).toEqual(['--title=latchkey-test', '--disable-sigusr1']);
    child.kill();
  });

  it('that holds secrets does not write its memory to disk because of NODE_OPTIONS', async () => {
    const folder = temporaryFolder();
    vi.stubEnv('NODE_OPTIONS', `--heapsnapshot-signal=SIGUSR2 --diagnostic-dir=${folder}`);
    const exited = Promise.withResolvers<ChildExit>();
    let pid: number | undefined;
    const vault = new Vault({
      formatOf,
      spawn: (entry, options) => {
        const child = spawnNodeChild(entry, options);
        pid = child.pid;
        child.onExit(exited.resolve);
        return child;
      },
      entry: vaultProcess,
      index: new MemoryCredentialIndex(),
      audit: new MemoryAuditTrail(),
      folder: '/nonexistent/latchkey',
    });
    await vault.chooseStore('session');
    const profileId = randomUUID();
    const value = randomBytes(20).toString('hex');
    await vault.enterSecret({ profileId, kind: 'secret', slot: 'current', key: 'key', value });
    if (pid === undefined) throw new Error('No vault process was started');
    process.kill(pid, 'SIGUSR2');
    const sign = () => vault.signChannel({ profileId, socketId: '1.2', channel: 'private-x' });
    // Node would take the signal, write the snapshot and go on; without the flag the signal ends the process.
    const exit = await Promise.race([exited.promise, endless(sign)]);
    expect(readdirSync(folder)).toEqual([]);
    expect(exit).toEqual({ code: null, signal: 'SIGUSR2' });
    vault.close();
  });

  // Its answer reaches nobody, and it learns that its parent is gone only after that.
  it.skipIf(process.platform === 'win32')('ends without a word when its parent was killed', async () => {
    const parent = spawn(process.execPath, [fileURLToPath(hasAnOrphan)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await once(parent.stdout, 'data');
    parent.kill('SIGKILL');
    // The child has the same standard error, which ends with it.
    expect(await text(parent.stderr)).toBe('');
  });

  it('takes names in any case, as Windows does', () => {
    expect(childEnvironment({ Node_Options: 'x' }, { node_options: 'y', Path: 'z' })).toEqual({ Path: 'z' });
  });
});

/** Resolves once a process that did not end has answered again, after whatever the signal made it do. */
async function endless(answer: () => Promise<unknown>): Promise<'it goes on'> {
  for (let round = 0; round < 3; round++) {
    try {
      await answer();
    } catch {
      return new Promise(() => {});
    }
  }
  return 'it goes on';
}
