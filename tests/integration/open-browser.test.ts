/** The web host as a user starts it, with a stand-in for the browser that records what it was called with. */
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { recordingBrowser } from '../support/browser.ts';
import { startServe, urlOf } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary.ts';

async function start() {
  const dataFolder = temporaryFolder();
  const browser = recordingBrowser();
  const host = startServe(dataFolder, [], { env: browser.env });
  const url = await urlOf(host);
  const token = new URL(url).hash.replace('#token=', '');
  const redirects = () => readdirSync(dataFolder).filter((name) => name.endsWith('.html'));
  return { host, url, token, browser, redirects };
}

describe.skipIf(process.platform !== 'linux')('opening the browser', () => {
  it('does not put the token on its command line, but in a file of the owner’s own', async () => {
    const { url, token, browser } = await start();
    const given = await browser.opened();
    expect(given.includes(token), 'the token is on the command line').toBe(false);
    expect(given).toMatch(/^file:\/\/\S+\.html$/);
    const file = fileURLToPath(given);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8').includes(`content="0;url=${url}"`)).toBe(true);
  });

  it('takes the file away when a page has come', async () => {
    const { url, token, redirects } = await start();
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
    const { host, redirects } = await start();
    expect(redirects()).toHaveLength(1);
    host.signal('SIGTERM');
    expect(await host.ended).toBe(0);
    expect(redirects()).toEqual([]);
  });
});
