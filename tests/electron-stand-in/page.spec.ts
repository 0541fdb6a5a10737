/** What the page is given, and what Chromium keeps it from because the app said so. */
import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer } from 'node:net';
import { chromium, type Page } from '@playwright/test';
import { findChromium } from '../../scripts/lib/chromium.mjs';
import { expect, test } from './support/test.ts';

test('a window is sandboxed, isolated, without Node, and at its own scheme', async ({ app }) => {
  expect(await app.control('isSandboxed')).toBe(true);
  const [window] = await app.control('windows');
  expect(window?.url).toBe('app://latchkey/');
  await expect.poll(async () => (await app.control('windows'))[0]?.isVisible).toBe(true);
  expect(window?.webPreferences).toEqual({
    preload: expect.stringMatching(/out[\\/]preload[\\/]preload\.cjs$/),
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    spellcheck: false,
  });
});

test('the page has the bridge’s two functions, and nothing else of the preload script’s world', async ({
  app,
}) => {
  const found = await app.page.evaluate(() => ({
    bridge: Object.keys(Reflect.get(globalThis, 'latchkey')),
    isFrozen: Object.isFrozen(Reflect.get(globalThis, 'latchkey')),
    globals: ['require', 'process', 'module', 'Buffer', 'electron', 'ipcRenderer', 'standInSay'].filter(
      (name) => name in globalThis,
    ),
  }));
  expect(found).toEqual({ bridge: ['send', 'onMessage'], isFrozen: true, globals: [] });
});

test('a frame inside the page has no bridge', async ({ app }) => {
  const hasBridge = await app.page.evaluate(() => {
    const frame = document.body.appendChild(document.createElement('iframe'));
    return frame.contentWindow ? 'latchkey' in frame.contentWindow : undefined;
  });
  expect(hasBridge).toBe(false);
});

/** @returns the directive that Chromium says was broken first */
async function brokenBy(page: Page, act: (url: string) => unknown, url: string): Promise<string> {
  const broken = page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        document.addEventListener(
          'securitypolicyviolation',
          ({ effectiveDirective }) => resolve(effectiveDirective),
          { once: true },
        );
      }),
  );
  // Some throw as well as being reported.
  await page.evaluate(act, url).catch(() => {});
  return broken;
}

const refusedLoads: readonly (readonly [what: string, directive: string, act: (url: string) => unknown])[] = [
  ['fetch', 'connect-src', (url) => fetch(url)],
  ['a request of its own origin', 'connect-src', () => fetch('/index.html')],
  ['a WebSocket', 'connect-src', (url) => new WebSocket(url.replace('http', 'ws'))],
  ['an event source', 'connect-src', (url) => new EventSource(url)],
  ['a beacon', 'connect-src', (url) => navigator.sendBeacon(url, 'text')],
  ['an image', 'img-src', (url) => Object.assign(new Image(), { src: url })],
  ['a sound', 'media-src', (url) => new Audio(url).play()],
  ['a font', 'font-src', (url) => new FontFace('f', `url(${url})`).load()],
  [
    'a style sheet',
    'style-src-elem',
    (url) =>
      document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: url })),
  ],
  ['a module', 'script-src-elem', (url) => import(url)],
  [
    'a frame',
    'frame-src',
    (url) => document.body.append(Object.assign(document.createElement('iframe'), { src: url })),
  ],
  [
    'a plug-in',
    'require-trusted-types-for',
    (url) => document.body.append(Object.assign(document.createElement('embed'), { src: url })),
  ],
  [
    'a form',
    'form-action',
    (url) => {
      const form = Object.assign(document.createElement('form'), { action: url, method: 'post' });
      document.body.append(form);
      form.submit();
    },
  ],
  [
    'a base for its addresses',
    'base-uri',
    (url) => document.head.append(Object.assign(document.createElement('base'), { href: url })),
  ],
];

test('the page’s policy lets it reach no address but its own files', async ({ openApp: app, elsewhere }) => {
  for (const [what, directive, act] of refusedLoads) {
    expect.soft(await brokenBy(app.page, act, `${elsewhere.url}/leak`), what).toBe(directive);
  }
  expect(elsewhere.arrived).toEqual([]);
  // The server is there, and Chromium would have reached it.
  await app.control('load', `${elsewhere.url}/reached`);
  expect(elsewhere.arrived).toEqual(['/reached']);
});

const scripts: readonly (readonly [what: string, directive: string, act: (url: string) => unknown])[] = [
  [
    'a script in the page',
    'require-trusted-types-for',
    () => {
      const script = document.createElement('script');
      script.append('globalThis.injected = true');
      document.body.append(script);
    },
  ],
  [
    'markup',
    'require-trusted-types-for',
    () => {
      document.body.innerHTML = '<img src=x onerror="globalThis.injected = true">';
    },
  ],
  [
    'a handler in an attribute',
    'require-trusted-types-for',
    () => document.body.setAttribute('onclick', 'globalThis.injected = true'),
  ],
  [
    'text that a timer runs',
    'require-trusted-types-for',
    () => Reflect.apply(setTimeout, window, ['globalThis.injected = true']),
  ],
  ['a module of its own making', 'script-src-elem', (url) => import(url)],
  [
    'an address that is a script',
    'script-src-elem',
    () => {
      location.href = 'javascript:globalThis.injected=true';
    },
  ],
];

test('the page runs no script that is not a file of its own', async ({ app }) => {
  for (const [what, directive, act] of scripts) {
    expect
      .soft(await brokenBy(app.page, act, 'data:text/javascript,globalThis.injected=true'), what)
      .toBe(directive);
  }
  expect(await app.page.evaluate(() => 'injected' in globalThis)).toBe(false);
});

test('the scheme answers for the page’s files, and for nothing else', async ({ app }) => {
  const answer = (url: string, method = 'GET') => app.control('request', { url, method });
  const page = await answer('app://latchkey/');
  expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
  expect(page.headers['content-security-policy']).toContain("connect-src 'none'");
  for (const url of [
    'app://other/',
    'app://other/index.html',
    'app://latchkey.evil/index.html',
    'app://latchkey:8080/index.html',
    'app://latchkey/main/main.js',
    'app://latchkey/../main/main.js',
    'app://latchkey/%2e%2e/main/main.js',
    'app://latchkey/..%2fmain%2fmain.js',
    'app://latchkey/%5c..%5cmain%5cmain.js',
    'app://latchkey//etc/passwd',
    'app://latchkey/index.html%00.js',
    'app://latchkey/%',
    'app://latchkey/assets/',
    'app://latchkey/no-such-file.js',
  ]) {
    expect.soft((await answer(url)).status, url).toBe(404);
  }
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD']) {
    expect.soft((await answer('app://latchkey/', method)).status, method).toBe(404);
  }
});

test('an address of its own that is not there is said to be so', async ({ app }) => {
  await app.control('load', 'app://latchkey/no-such-page');
  await expect(app.page.getByText('Nothing is here.')).toBeVisible();
});

test('Chromium reaches nothing, whatever the page’s policy', async ({ app, elsewhere }) => {
  await expect(app.control('load', `${elsewhere.url}/page`)).rejects.toThrow('ERR_NAME_NOT_RESOLVED');
  expect(elsewhere.arrived).toEqual([]);
});

/** What arrives of WebRTC’s ways to find itself, from a Chromium with these switches: until it has tried all of them. */
async function webRtcArrivals(switches: readonly string[]): Promise<string[]> {
  const arrived = new Set<string>();
  const both = Promise.withResolvers<void>();
  const note = (what: string) => {
    if (arrived.add(what).size === 2) both.resolve();
  };
  const udp = createSocket('udp4', () => note('udp'));
  const tcp = createServer((socket) => {
    note('tcp');
    socket.destroy();
  });
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const executablePath = findChromium();
  const browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [...switches],
  });
  const page = await browser.newPage();
  const gathered = page.evaluate(
    async ([udpPort, tcpPort]) => {
      const account = { username: 'a', credential: 'b' };
      const connection = new RTCPeerConnection({
        iceServers: [
          { urls: `stun:127.0.0.1:${udpPort}` },
          { urls: `turn:127.0.0.1:${udpPort}`, ...account },
          { urls: `turn:127.0.0.1:${tcpPort}?transport=tcp`, ...account },
        ],
      });
      connection.createDataChannel('channel');
      const done = new Promise<void>((resolve) => {
        connection.addEventListener('icegatheringstatechange', () => {
          if (connection.iceGatheringState === 'complete') resolve();
        });
      });
      await connection.setLocalDescription(await connection.createOffer());
      await done;
    },
    [udp.address().port, (tcp.address() as AddressInfo).port],
  );
  await Promise.race([gathered, both.promise]);
  gathered.catch(() => {});
  await browser.close();
  udp.close();
  tcp.close();
  return [...arrived].sort();
}

test('nor does WebRTC, with what the app asks of Chromium', async ({ app }) => {
  const [window] = await app.control('windows');
  const policy = `--webrtc-ip-handling-policy=${window?.webRtcPolicy}`;
  expect(await webRtcArrivals([...(await app.control('switches')), policy])).toEqual([]);
  expect(await webRtcArrivals([])).toEqual(['tcp', 'udp']);
});
