/** The web host as a user starts it, with a stand-in for the browser that records what it was called with. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from '../support/conditions.ts';
import { temporaryFolder } from '../support/temporary.ts';

const serve = fileURLToPath(new URL('../../electron/serve.ts', import.meta.url));

async function start(browser: string) {
  const [programs, dataFolder] = [temporaryFolder(), temporaryFolder()];
  const command = join(programs, 'xdg-open');
  writeFileSync(command, browser.replaceAll('$PROGRAMS', programs));
  chmodSync(command, 0o755);
  const host = spawn(process.execPath, [serve, '--data', dataFolder], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: `${programs}:${process.env.PATH}`,
      DISPLAY: ':none',
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/latchkey',
    },
  });
  onTestFinished(() => stop(host));
  let output = '';
  host.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const [, url, token] = await eventually(() => /(http:\S+#token=(\S+))/.exec(output), { what: 'its URL' });
  if (!url || !token) throw new Error('It printed no URL');
  const redirects = () => readdirSync(dataFolder).filter((name) => name.endsWith('.html'));
  return { host, url, token, dataFolder, programs, redirects };
}

async function stop(host: ChildProcess): Promise<void> {
  if (host.exitCode !== null || host.signalCode !== null) return;
  const exited = once(host, 'exit');
  host.kill('SIGTERM');
  await exited;
}

const records = `#!/bin/sh\necho "$*" > "$PROGRAMS/called.part" && mv "$PROGRAMS/called.part" "$PROGRAMS/called"\n`;

describe.skipIf(process.platform !== 'linux')('opening the browser', () => {
  it('does not put the token on its command line, but in a file of the owner’s own', async () => {
    const { url, token, programs } = await start(records);
    const called = join(programs, 'called');
    await eventually(() => existsSync(called));
    const given = readFileSync(called, 'utf8').trim();
    expect(given.includes(token), 'the token is on the command line').toBe(false);
    expect(given).toMatch(/^file:\/\/\S+\.html$/);
    const file = fileURLToPath(given);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8').includes(`content="0;url=${url}"`)).toBe(true);
  });

  it('takes the file away when a page has come', async () => {
    const { url, token, redirects } = await start(records);
    expect(redirects()).toHaveLength(1);
    const { host, origin } = new URL(url);
    const page = new WebSocket(`ws://${host}/socket`, { origin });
    await once(page, 'open');
    page.send(JSON.stringify({ type: 'hello', token }));
    await once(page, 'message');
    expect(redirects()).toEqual([]);
    page.terminate();
  });

  it('takes the file away when it is closed', async () => {
    const { host, redirects } = await start(records);
    expect(redirects()).toHaveLength(1);
    await stop(host);
    expect(redirects()).toEqual([]);
  });
});
