/** The web host as a program: what it prints, and how it ends. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary.ts';

const entry = fileURLToPath(new URL('../../electron/serve.ts', import.meta.url));

function start(folder: string, ...flags: string[]) {
  const child = spawn(process.execPath, [entry, '--no-open', '--data', folder, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, as a terminal gives to what is started in it.
    detached: true,
    env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/latchkey' },
  });
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints += chunk;
  });
  const lines = createInterface({ input: child.stdout });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    pid: child.pid ?? 0,
    firstLine: new Promise<string>((resolve) => lines.once('line', resolve)),
    ended,
    complaints: () => complaints,
  };
}

describe('the web host', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('ends by %s to its whole group, without a word', async (signal) => {
    const host = start(temporaryFolder());
    expect(await host.firstLine).toMatch(/^Latchkey is at http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/);
    process.kill(-host.pid, signal);
    expect(await host.ended).toBe(0);
    expect(host.complaints()).toBe('');
    // Nothing of the group is left.
    expect(() => process.kill(-host.pid, 0)).toThrow();
  });

  it('says in one line who has the data folder', async () => {
    const folder = temporaryFolder();
    const first = start(folder);
    await first.firstLine;
    const second = start(folder);
    expect(await second.ended).toBe(1);
    expect(second.complaints()).toMatch(/^Another Latchkey is using the data folder .*\n$/);
    process.kill(-first.pid, 'SIGTERM');
    await first.ended;
  });

  it('says what is wrong with a port', async () => {
    const host = start(temporaryFolder(), '--port', 'eighty');
    expect(await host.ended).toBe(2);
    expect(host.complaints()).toContain('--port wants a number');
  });
});
