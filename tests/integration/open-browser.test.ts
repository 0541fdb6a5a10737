/** The web host as a user starts it, with a stand-in for the browser that records what it was called with. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { removeRedirects, writeRedirect } from '../../electron/hosts/web/open-browser.ts';
import { recordingBrowser } from '../support/browser.ts';
import { startServe, urlOf } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { openPage, settled, Tab } from '../support/web-page.ts';

async function start() {
  const dataFolder = temporaryFolder();
  const browser = recordingBrowser();
  const host = startServe(dataFolder, [], { env: browser.env });
  const url = await urlOf(host);
  const ticket = new URL(url).hash.replace('#ticket=', '');
  const redirects = () => readdirSync(dataFolder).filter((name) => name.endsWith('.html'));
  return { host, url, ticket, browser, redirects };
}

describe.skipIf(process.platform !== 'linux')('opening the browser', () => {
  it('does not put the ticket on its command line, but in a file of the owner’s own', async () => {
    const { url, ticket, browser } = await start();
    const given = await browser.opened();
    expect(given.includes(ticket), 'the ticket is on the command line').toBe(false);
    expect(given).toMatch(/^file:\/\/\S+\.html$/);
    const file = fileURLToPath(given);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8').includes(`content="0;url=${url}"`)).toBe(true);
  });

  it('takes the file away when its link has been used', async () => {
    const { url, redirects } = await start();
    expect(redirects()).toHaveLength(1);
    const { tab } = await openPage(url);
    expect(redirects()).toEqual([]);
    tab.close();
  });

  it('prints a link that works where the browser did not open, and not where it did', async () => {
    const { host, url } = await start();
    expect(host.output()).toBe(
      `Latchkey is opening in your browser. If it does not, this link works once: ${url}\n`,
    );
    const first = await openPage(url);
    const second = new Tab();
    expect(await settled(second.open(url))).toEqual({ state: 'refused', what: 'link', reason: 'used' });
    first.tab.close();
    second.close();
  });

  it('takes the file away when it is closed', async () => {
    const { host, redirects } = await start();
    expect(redirects()).toHaveLength(1);
    host.signal('SIGTERM');
    expect(await host.ended).toBe(0);
    expect(redirects()).toEqual([]);
  });

  it('has a file for each link, and takes away what a run that was killed left', () => {
    const folder = temporaryFolder();
    const [first, second] = [1, 2].map((one) => writeRedirect(folder, `http://127.0.0.1:1/#ticket=${one}`));
    first?.remove();
    expect(readFileSync(fileURLToPath(second?.url ?? ''), 'utf8')).toContain('#ticket=2');
    writeFileSync(join(folder, 'open-in-browser.html.txt'), 'the user’s own');
    removeRedirects(folder);
    expect(readdirSync(folder)).toEqual(['open-in-browser.html.txt']);
    second?.remove();
  });
});
