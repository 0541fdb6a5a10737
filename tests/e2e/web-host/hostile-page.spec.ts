/**
 * Latchkey open in one tab, and in another a page that means ill, from another port of the same machine: as near as a
 * browser lets anybody come. What it tries is tried from the right place as well, so that a refusal is one.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from '@playwright/test';
import { type HostileSite, startHostileSite } from '../support/hostile-site.ts';
import { test as base, expect } from '../support/web-host.ts';

const welcomeButton = 'Try it with the built-in sandbox';

/** As a worker, it says that it runs. */
const script = { type: 'text/javascript', body: 'if (!self.document) postMessage(1);' };
const test = base.extend<{ site: HostileSite }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern.
  site: async ({}, use) => {
    const site = await startHostileSite({
      '/own.js': script,
      '/own.css': { type: 'text/css', body: 'body { color: red }' },
      '/own.svg': {
        type: 'image/svg+xml',
        body: '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
      },
      '/worker.js': { type: 'text/javascript', body: 'onfetch = () => {};' },
    });
    await use(site);
    await site.close();
  },
});

/** Where the hostile page is, and by which name it tries to reach us: its own, and another, which is another site. */
const ownName = { from: '127.0.0.1', to: '127.0.0.1' };
const otherName = { from: 'localhost', to: '127.0.0.1' };
const pairs = [ownName, otherName, { from: '127.0.0.1', to: 'localhost' }];

async function openHostile(context: BrowserContext, name: string, site: HostileSite): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`http://${name}:${site.port}/`);
  return page;
}

/** That Latchkey's own tab still is what it was, and its host answers it. */
async function expectUnharmed(page: Page): Promise<void> {
  await expect(page.getByRole('button', { name: welcomeButton })).toBeVisible();
  await expect(page.getByRole('contentinfo').getByText(/vault/i)).toBeVisible();
}

type Attempt = Pick<RequestInit, 'mode' | 'credentials' | 'method' | 'redirect' | 'cache'> & {
  readonly body?: string;
  readonly headers?: Record<string, string>;
};

/** How a WebSocket from this page ends: `open`, or `refused`. */
function trySocket(page: Page, url: string, protocols: string[] = []): Promise<string> {
  return page.evaluate(
    ({ url, protocols }) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(url, protocols);
        socket.onopen = () => resolve('open');
        socket.onclose = () => resolve('refused');
      }),
    { url, protocols },
  );
}

test('may not open our socket, by any name and with anything that it could guess', async ({
  latchkey,
  context,
  host,
  site,
}) => {
  const { port, hostname } = new URL(host.url);
  await expectUnharmed(latchkey);
  expect(await trySocket(latchkey, `ws://${hostname}:${port}/socket`), 'from the page itself').toBe('open');
  for (const { from, to } of pairs) {
    const page = await openHostile(context, from, site);
    for (const path of ['/socket', '/socket?ticket=x', '/', '/?token=x']) {
      expect(await trySocket(page, `ws://${to}:${port}${path}`), `${from} to ${to}${path}`).toBe('refused');
      expect(await trySocket(page, `ws://${to}:${port}${path}`, ['latchkey'])).toBe('refused');
    }
    // From a document without an origin: a frame in a sandbox, whose Origin is “null”.
    const fromSandbox = await page.evaluate(
      (url) =>
        new Promise<string>((resolve) => {
          addEventListener('message', ({ data }) => resolve(data), { once: true });
          const frame = document.createElement('iframe');
          frame.sandbox.add('allow-scripts');
          frame.srcdoc = `<script>
            const socket = new WebSocket(${JSON.stringify(url)});
            socket.onopen = () => parent.postMessage(origin + ' open', '*');
            socket.onclose = () => parent.postMessage(origin + ' refused', '*');
          </script>`;
          document.body.append(frame);
        }),
      `ws://${to}:${port}/socket`,
    );
    expect(fromSandbox).toBe('null refused');
    await page.close();
  }
  await expectUnharmed(latchkey);
});

test('may not read our files, or find out what they are by fetching them', async ({
  latchkey,
  context,
  host,
  site,
}) => {
  const { port } = new URL(host.url);
  await expectUnharmed(latchkey);
  const assets = await latchkey.evaluate(() =>
    [...document.querySelectorAll<HTMLScriptElement>('script[src]')].map(({ src }) => new URL(src).pathname),
  );
  expect(assets.length).toBeGreaterThan(0);
  const attempts: Attempt[] = [
    {},
    { mode: 'no-cors' },
    { mode: 'no-cors', credentials: 'include' },
    { credentials: 'include' },
    { mode: 'no-cors', method: 'POST', body: '{"type":"hello"}' },
    { method: 'POST', body: '{"type":"hello"}', headers: { 'Content-Type': 'application/json' } },
    { method: 'PUT' },
    { method: 'DELETE' },
    { method: 'OPTIONS' },
    { headers: { 'X-Anything': 'x' } },
    { redirect: 'manual', mode: 'no-cors', cache: 'force-cache' },
  ];
  /** The status of each, `opaque`, or `failed`. */
  const tryFetches = (page: Page, url: string, all: Attempt[]) =>
    page.evaluate(
      ({ url, all }) =>
        Promise.all(
          all.map((init) =>
            fetch(url, init).then(
              ({ type, status }) => (type === 'opaque' ? type : String(status)),
              () => 'failed',
            ),
          ),
        ),
      { url, all },
    );
  for (const path of ['/', ...assets]) {
    expect((await tryFetches(latchkey, path, [{}]))[0], `${path} from the page itself`).toBe('200');
    for (const { from, to } of pairs) {
      const page = await openHostile(context, from, site);
      expect((await tryFetches(page, '/', [{}]))[0], 'its own').toBe('200');
      const results = await tryFetches(page, `http://${to}:${port}${path}`, attempts);
      expect(results, `${from} to ${to}${path}`).toEqual(attempts.map(() => 'failed'));
      await page.close();
    }
  }
  await expectUnharmed(latchkey);
});

test('may not load our files into its page, in any element, worker or frame', async ({
  latchkey,
  context,
  host,
  site,
}) => {
  const { port } = new URL(host.url);
  await expectUnharmed(latchkey);
  const files = await latchkey.evaluate(() => ({
    script: new URL((document.querySelector('script[src]') as HTMLScriptElement).src).pathname,
    style: new URL((document.querySelector('link[rel=stylesheet]') as HTMLLinkElement).href).pathname,
    image: new URL((document.querySelector('link[rel=icon]') as HTMLLinkElement).href).pathname,
  }));
  /** For each way, whether something was loaded. */
  const tryAll = (page: Page, base: string, { script, style, image }: typeof files) =>
    page.evaluate(
      async ({ script, style, image, socket }) => {
        const load = (element: HTMLElement, address: Record<string, string>) =>
          new Promise<boolean>((resolve) => {
            element.onload = () => resolve(true);
            element.onerror = () => resolve(false);
            for (const [name, value] of Object.entries(address)) element.setAttribute(name, value);
            document.head.append(element);
          });
        const make = (name: string) => document.createElement(name);
        const works = (promise: Promise<unknown>) =>
          promise.then(
            () => true,
            () => false,
          );
        const heard = (source: EventTarget) =>
          new Promise<boolean>((resolve) => {
            source.addEventListener('message', () => resolve(true));
            source.addEventListener('error', () => resolve(false));
          });
        const tryWorker = (url: string) => {
          try {
            return heard(new Worker(url));
          } catch {
            return Promise.resolve(false);
          }
        };
        return {
          script: await load(make('script'), { src: script }),
          anonymousScript: await load(make('script'), { src: script, crossorigin: '' }),
          module: await load(make('script'), { src: script, type: 'module' }),
          import: await works(import(script)),
          style: await load(make('link'), { href: style, rel: 'stylesheet' }),
          preload: await load(make('link'), { href: script, rel: 'preload', as: 'script' }),
          image: await load(make('img'), { src: image }),
          picture: await load(make('img'), { src: image, crossorigin: '' }),
          font: await works(new FontFace('stolen', `url(${style})`).load()),
          events: await heard(new EventSource(socket)),
          worker: await tryWorker(script),
          serviceWorker: await works(navigator.serviceWorker.register(script)),
          scopedServiceWorker: await works(
            navigator.serviceWorker.register('/worker.js', { scope: new URL('/', script).href }),
          ),
        };
      },
      {
        script: base + script,
        style: base + style,
        image: base + image,
        socket: `${base}/socket`,
      },
    );
  for (const { from, to } of pairs) {
    const page = await openHostile(context, from, site);
    const own = await tryAll(page, `http://${from}:${site.port}`, {
      script: '/own.js',
      style: '/own.css',
      image: '/own.svg',
    });
    expect(own, 'its own').toMatchObject({
      script: true,
      module: true,
      import: true,
      style: true,
      image: true,
      scopedServiceWorker: true,
    });
    const ours = await tryAll(page, `http://${to}:${port}`, files);
    expect(
      Object.entries(ours).filter(([, isLoaded]) => isLoaded),
      `${from} to ${to}`,
    ).toEqual([]);
    expect(await page.evaluate(() => document.querySelectorAll('#root').length)).toBe(0);
    await page.close();
  }
  const workers = await latchkey.evaluate(async () => ({
    controller: navigator.serviceWorker.controller,
    registrations: (await navigator.serviceWorker.getRegistrations()).length,
  }));
  expect(workers, 'a worker of its own origin does not reach ours').toEqual({
    controller: null,
    registrations: 0,
  });
  await latchkey.reload();
  await expectUnharmed(latchkey);
});

test('may not frame us, or reach a window of ours that it opens', async ({
  latchkey,
  context,
  host,
  site,
}) => {
  const { port } = new URL(host.url);
  await expectUnharmed(latchkey);
  for (const { from, to } of [ownName, otherName]) {
    const page = await openHostile(context, from, site);
    const ours = `http://${to}:${port}/`;
    await page.evaluate(
      ({ ours, own }) => {
        for (const [name, attribute] of [
          ['iframe', 'src'],
          ['embed', 'src'],
          ['object', 'data'],
        ] as const) {
          for (const url of [ours, own]) {
            const element = document.createElement(name);
            element.setAttribute(attribute, url);
            element.setAttribute('name', `${name} ${url}`);
            document.body.append(element);
          }
        }
      },
      { ours, own: '/framed' },
    );
    await expect
      .poll(() => page.frames().filter((frame) => frame.url().endsWith('/framed')).length, 'its own frames')
      .toBe(3);
    await expect
      .poll(() => page.frames().filter((frame) => frame.url().startsWith('chrome-error:')).length)
      .toBeGreaterThanOrEqual(1);
    for (const frame of page.frames()) {
      expect(frame.url().startsWith(ours), frame.url()).toBe(false);
      expect(await frame.locator('#root').count()).toBe(0);
    }

    const opening = context.waitForEvent('page');
    await page.evaluate((url) => {
      Object.assign(globalThis, { opened: window.open(url, 'latchkey') });
    }, `${ours}#ticket=guessed`);
    const opened = await opening;
    await expect(opened.getByText('This link belongs to another run of Latchkey')).toBeVisible();
    expect(await opened.evaluate(() => [window.opener, window.name, location.hash])).toEqual([null, '', '']);
    const seen = await page.evaluate(async () => {
      const { opened } = globalThis as unknown as { opened: Window };
      const attempt = (what: () => unknown) => {
        try {
          return what();
        } catch (error) {
          return (error as Error).name;
        }
      };
      opened.postMessage({ type: 'call', id: 1, method: 'profiles.list', input: {} }, '*');
      attempt(() => opened.location.replace('/framed'));
      return { isClosed: opened.closed, frames: opened.length };
    });
    expect(seen, 'the window that it has is not ours').toEqual({ isClosed: true, frames: 0 });
    await expect(opened.getByText('This link belongs to another run of Latchkey')).toBeVisible();
    expect(opened.url()).toBe(ours);

    // By name, a window that it did not open can't be taken over either.
    const another = context.waitForEvent('page');
    await page.evaluate(() => void window.open('/framed', 'latchkey'));
    expect(new URL((await another).url()).port).toBe(String(site.port));
    for (const one of [await another, opened, page]) await one.close();
  }
  await expectUnharmed(latchkey);
});

test('may not do anything by leading a tab to us', async ({ latchkey, context, host, site, browserName }) => {
  expect(browserName).toBe('chromium');
  const { port } = new URL(host.url);
  await expectUnharmed(latchkey);
  for (const { from, to } of [ownName, otherName]) {
    const ours = `http://${to}:${port}`;
    const page = await openHostile(context, from, site);
    const submit = async (method: string, action: string, target = '_self') => {
      await page.goto(`http://${from}:${site.port}/`);
      const navigation = page.waitForNavigation();
      await page.evaluate(
        ({ method, action, target }) => {
          const form = document.createElement('form');
          Object.assign(form, { method, action, target });
          const field = document.createElement('input');
          Object.assign(field, { name: 'ticket', value: 'guessed' });
          form.append(field);
          document.body.append(form);
          form.submit();
        },
        { method, action, target },
      );
      return (await navigation)?.status();
    };
    expect(await submit('post', `${ours}/`)).toBe(403);
    await expect(page.getByText('This Origin is not served here.')).toBeVisible();
    expect(await submit('post', `${ours}/socket`)).toBe(403);
    expect(await submit('get', `${ours}/`)).toBe(200);
    await expect(page.getByText('This address needs its link')).toBeVisible();
    expect(await submit('get', `${ours}/socket`)).toBe(404);

    await page.goto(`http://${from}:${site.port}/`);
    await page.evaluate((url) => location.assign(url), `${ours}/#ticket=guessed`);
    await expect(page.getByText('This link belongs to another run of Latchkey')).toBeVisible();
    expect(page.url()).toBe(`${ours}/`);
    // Back in its own document it can read nothing of what was ours.
    await page.goto(`http://${from}:${site.port}/`);
    expect(await page.evaluate(() => Object.keys(sessionStorage).length)).toBe(0);
    const beacon = await page.evaluate((url) => navigator.sendBeacon(url, 'x'), `${ours}/socket`);
    expect(beacon).toBe(true);
    await page.close();
  }
  await expectUnharmed(latchkey);
});

test('may not keep us from being reached with its cookies, which ignore ports', async ({
  latchkey,
  context,
  host,
  site,
}) => {
  await expectUnharmed(latchkey);
  const page = await openHostile(context, '127.0.0.1', site);
  const count = await page.evaluate(() => {
    // biome-ignore lint/suspicious/noDocumentCookie: an attacker does not ask which way is recommended.
    for (let index = 0; index < 200; index++) document.cookie = `bomb${index}=${'x'.repeat(4000)}; path=/`;
    return document.cookie.length;
  });
  expect(count, 'as many as the browser keeps').toBeGreaterThan(500_000);
  await latchkey.reload();
  await expectUnharmed(latchkey);
  // The cookies do come along; nothing is read of them, and none is set.
  const cookies = await context.cookies(host.url);
  expect(cookies.every(({ name }) => name.startsWith('bomb'))).toBe(true);
});

test('may not reach us by a name of its own that leads to this machine', async ({
  playwright,
  host,
  launchOptions,
}) => {
  const { port } = new URL(host.url);
  const browser = await playwright.chromium.launch({
    ...launchOptions,
    args: [
      '--host-resolver-rules=MAP *.example 127.0.0.1, MAP *.nip.io 127.0.0.1',
      // Newer browsers ask the user first. Our own refusal is what is looked at.
      '--disable-features=LocalNetworkAccessChecks',
    ],
  });
  try {
    for (const name of ['rebound.example', '127.0.0.1.nip.io']) {
      const page = await browser.newPage();
      // What the name's own server gave before the name was changed.
      await page.route('**/evil', (route) =>
        route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
      );
      await page.goto(`http://${name}:${port}/evil`);
      const fetched = await page.evaluate(async () => {
        const answer = await fetch('/');
        return { status: answer.status, text: await answer.text() };
      });
      expect(fetched).toEqual({ status: 403, text: 'This Host is not served here.\n' });
      expect(await trySocket(page, `ws://${name}:${port}/socket`)).toBe('refused');
      expect(await trySocket(page, `ws://127.0.0.1:${port}/socket`)).toBe('refused');
      expect((await page.goto(`http://${name}:${port}/`))?.status()).toBe(403);
      await page.close();
    }
    const own = await browser.newPage();
    await own.goto(host.url);
    await expectUnharmed(own);
  } finally {
    await browser.close();
  }
});

test('a flood of connections from this machine does not keep the page from loading', async ({
  latchkey,
  host,
}) => {
  await expectUnharmed(latchkey);
  const flood = fork(
    fileURLToPath(new URL('../../support/flood-process.ts', import.meta.url)),
    [new URL(host.url).port, '2000'],
    { execArgv: [] },
  );
  const opened = () =>
    new Promise<number>((resolve) =>
      flood.once('message', (message) => resolve((message as { opened: number }).opened)),
    );
  try {
    await expect.poll(opened, { timeout: 30_000 }).toBeGreaterThan(1000);
    await latchkey.reload();
    await expectUnharmed(latchkey);
    const before = await opened();
    await latchkey.getByRole('button', { name: 'Add an app' }).click();
    await expect(latchkey.getByLabel('Name', { exact: true })).toBeVisible();
    await expect.poll(opened, 'the flood goes on').toBeGreaterThan(before);
  } finally {
    flood.kill('SIGKILL');
    await once(flood, 'exit');
  }
});
