/** What a page may not do, whatever it loads: the app is asked by real attempts in Chromium, and they come to nothing. */
import { openSandbox, rowsWith } from '../e2e/support/latchkey.ts';
import type { Permission } from './main/session.ts';
import { expect, test } from './support/test.ts';

const waysOut: readonly (readonly [what: string, act: (url: string) => unknown])[] = [
  [
    'a script',
    (url) => {
      location.href = url;
    },
  ],
  ['a script that leaves no trace', (url) => location.replace(url)],
  ['a link', (url) => Object.assign(document.createElement('a'), { href: url }).click()],
  ['a window that is this one', (url) => window.open(url, '_self')],
  [
    'a refresh',
    (url) => {
      const refresh = document.createElement('meta');
      refresh.httpEquiv = 'refresh';
      refresh.content = `0;url=${url}`;
      document.head.append(refresh);
    },
  ],
];

test('the page can’t go elsewhere', async ({ openApp: app, elsewhere }) => {
  await app.page.evaluate(() => Reflect.set(globalThis, 'isSamePage', true));
  for (const [index, [what, act]] of waysOut.entries()) {
    const url = `${elsewhere.url}/${index}`;
    await app.page.evaluate(act, url);
    await expect
      .poll(() => app.control('asked'), { message: what })
      .toContainEqual({ what: 'navigate', url, isRefused: true });
  }
  expect(elsewhere.arrived).toEqual([]);
  expect(await app.page.evaluate(() => 'isSamePage' in globalThis)).toBe(true);
  expect((await app.control('windows'))[0]?.url).toBe('app://latchkey/');
});

test('a page that tried to go elsewhere still hears from the app', async ({ openApp: app, elsewhere }) => {
  const { page } = app;
  await openSandbox(page);
  await page.getByRole('button', { name: 'Start demo traffic' }).click();
  await expect(rowsWith(page, 'demo-prices').first()).toBeVisible();
  await page.evaluate((url) => {
    location.href = url;
  }, elsewhere.url);
  await expect.poll(() => app.control('asked')).toHaveLength(1);
  const newest = rowsWith(page, 'demo-prices').last();
  const before = await newest.textContent();
  await expect.poll(() => newest.textContent()).not.toBe(before);
});

test('nothing may send the page elsewhere on the way', async ({ openApp: app, elsewhere }) => {
  await app.control('load', `${elsewhere.url}/redirects`).catch(() => {});
  await expect
    .poll(() => app.control('asked'))
    .toEqual([{ what: 'redirect', url: `${elsewhere.url}/redirected`, isRefused: true }]);
  expect(elsewhere.arrived).toEqual(['/redirects']);
});

test('addresses to which Chromium lets no page go are refused by the app as well', async ({ app }) => {
  for (const url of [
    'file:///etc/passwd',
    'javascript:1',
    'data:text/html,x',
    'about:blank',
    'chrome://gpu',
    'app://latchkey.evil/',
    'app://latchkey@evil.example/',
    'app://latchkeyevil/',
    'APP://other/',
  ]) {
    expect.soft(await app.control('navigate', url), url).toBe(true);
  }
  expect(await app.control('navigate', 'app://latchkey/')).toBe(false);
});

test('the page can’t open a window', async ({ openApp: app, elsewhere }) => {
  const { page } = app;
  await page.evaluate((url) => {
    const link = Object.assign(document.createElement('a'), { href: `${url}/link`, target: '_blank' });
    link.textContent = 'Elsewhere';
    link.style.cssText = 'position: fixed; inset: 0; z-index: 9999; background: white';
    document.body.append(link);
  }, elsewhere.url);
  const openings = [
    () => page.evaluate((url) => void window.open(`${url}/opened`), elsewhere.url),
    () => page.evaluate((url) => void window.open(`${url}/alone`, '', 'noopener'), elsewhere.url),
    () => page.evaluate(() => void window.open('about:blank')),
    () => page.getByText('Elsewhere').click(),
    () => page.getByText('Elsewhere').click({ button: 'middle' }),
    () => page.getByText('Elsewhere').click({ modifiers: ['ControlOrMeta'] }),
    () => page.getByText('Elsewhere').click({ modifiers: ['Shift'] }),
  ];
  for (const [index, open] of openings.entries()) {
    await open();
    await expect.poll(async () => (await app.control('asked')).length).toBe(index + 1);
  }
  expect(await app.control('asked')).toEqual(
    openings.map(() => expect.objectContaining({ what: 'open a window', isRefused: true })),
  );
  await expect.poll(() => page.context().pages().length).toBe(1);
  expect(await app.control('windows')).toHaveLength(1);
  expect(elsewhere.arrived).toEqual([]);
});

test('the page can’t have a webview', async ({ app }) => {
  expect(await app.control('attachWebview')).toBe(true);
});

const ours = { frameUrl: 'app://latchkey/', isMainFrame: true };
/** A call that anybody can see the effect of. */
const chooseSession = {
  channel: 'latchkey:message',
  args: [{ type: 'call', id: 1_000_000, method: 'vault.chooseStore', input: { store: 'session' } }],
};

test('only the window’s own page is listened to', async ({ openApp: app, elsewhere }) => {
  const { page, control } = app;
  const unlocked = page.getByText('Vault unlocked');
  await expect(page.getByText('Vault: choose a store')).toBeVisible();
  await page.evaluate(() => {
    document.body.append(document.createElement('iframe'));
    const posing = document.body.appendChild(document.createElement('iframe'));
    posing.contentDocument?.open();
  });
  await control('speak', { frameUrl: 'about:blank', isMainFrame: false, ...chooseSession });
  await control('speak', { ...ours, isMainFrame: false, ...chooseSession });
  await control('openOther', 'app://latchkey/');
  await control('speakFromOther', { ...ours, ...chooseSession });
  await control('load', `${elsewhere.url}/`);
  await control('speak', { frameUrl: `${elsewhere.url}/`, isMainFrame: true, ...chooseSession });
  await control('load', 'app://latchkey.evil/');
  await control('speak', { frameUrl: 'app://latchkey.evil/', isMainFrame: true, ...chooseSession });
  await control('load', 'app://latchkey/');
  await expect(page.getByText('Vault: choose a store')).toBeVisible();

  await control('speak', { ...ours, ...chooseSession });
  await expect(unlocked).toBeVisible();
});

test('a page that was loaded again is served as the first one was', async ({ app }) => {
  const { page, control } = app;
  await expect(page.getByText('Vault: choose a store')).toBeVisible();
  await page.reload();
  await expect(page.getByText('Vault: choose a store')).toBeVisible();
  await control('speak', { ...ours, ...chooseSession });
  await expect(page.getByText('Vault unlocked')).toBeVisible();
});

test('channels of the window’s own page go on, and all others are closed', async ({
  openApp: app,
  elsewhere,
}) => {
  const { control } = app;
  const bring = { channel: 'latchkey:port', args: [null], portCount: 1 };
  await control('speak', { ...ours, ...chooseSession });
  await expect(app.page.getByText('Vault unlocked')).toBeVisible();
  await app.page.evaluate(() => {
    const posing = document.body.appendChild(document.createElement('iframe'));
    posing.contentDocument?.open();
  });
  await control('openOther', 'app://latchkey/');

  await control('speak', { ...ours, ...bring });
  await expect.poll(() => control('ports')).toEqual([{ isPassedOn: true, isClosed: false }]);
  await control('speak', { ...ours, ...bring, portCount: 2 });
  await control('speak', { ...ours, ...bring, isMainFrame: false });
  await control('speakFromOther', { ...ours, ...bring });
  await control('load', `${elsewhere.url}/`);
  await control('speak', { frameUrl: `${elsewhere.url}/`, isMainFrame: true, ...bring });
  const [passedOn, ...others] = await control('ports');
  expect(passedOn?.isPassedOn).toBe(true);
  expect(others).toEqual(Array.from({ length: 5 }, () => ({ isPassedOn: false, isClosed: true })));
});

/** Every permission that Electron knows: the compiler says when there are more. */
const permissions = Object.keys({
  ar: 0,
  'automatic-fullscreen': 0,
  'background-fetch': 0,
  'background-sync': 0,
  'captured-surface-control': 0,
  'clipboard-read': 0,
  'clipboard-sanitized-write': 0,
  'deprecated-sync-clipboard-read': 0,
  'display-capture': 0,
  fileSystem: 0,
  fullscreen: 0,
  geolocation: 0,
  'geolocation-approximate': 0,
  'hand-tracking': 0,
  hid: 0,
  'idle-detection': 0,
  keyboardLock: 0,
  'local-fonts': 0,
  'local-network': 0,
  'local-network-access': 0,
  'loopback-network': 0,
  media: 0,
  mediaKeySystem: 0,
  midi: 0,
  midiSysex: 0,
  nfc: 0,
  notifications: 0,
  openExternal: 0,
  'payment-handler': 0,
  'periodic-background-sync': 0,
  'persistent-storage': 0,
  pointerLock: 0,
  'screen-wake-lock': 0,
  sensors: 0,
  serial: 0,
  'smart-card': 0,
  'speaker-selection': 0,
  'storage-access': 0,
  'system-wake-lock': 0,
  'top-level-storage-access': 0,
  usb: 0,
  vr: 0,
  'web-app-installation': 0,
  'web-printing': 0,
  'window-management': 0,
  unknown: 0,
} satisfies Record<Permission, 0>) as Permission[];

test('every permission is refused, but for copying text from the window’s own page', async ({ app }) => {
  const ask = (permission: Permission, url: string, isMainFrame = true) =>
    app.control('askPermission', { permission, url, isMainFrame });
  const refused = { isAllowed: false, isChecked: false };
  for (const permission of permissions) {
    if (permission === 'clipboard-sanitized-write') continue;
    expect.soft(await ask(permission, 'app://latchkey/'), permission).toEqual(refused);
  }
  expect(await ask('clipboard-sanitized-write', 'app://latchkey/')).toEqual({
    isAllowed: true,
    isChecked: true,
  });
  expect(await ask('clipboard-sanitized-write', 'app://latchkey/', false)).toEqual(refused);
  expect(await ask('clipboard-sanitized-write', 'https://evil.example/')).toEqual(refused);
  expect(await ask('clipboard-sanitized-write', 'app://latchkey.evil/')).toEqual(refused);
  expect(await app.control('askDevice')).toBe(false);
});

test('Chromium grants the page nothing else', async ({ app }) => {
  const outcome = (act: () => Promise<unknown>) =>
    app.page.evaluate(act).then(
      () => 'granted',
      (error: Error) => /(\w+Error|denied)/.exec(error.message)?.[1],
    );
  await app.page.bringToFront();
  expect(await outcome(() => navigator.clipboard.writeText('copied'))).toBe('granted');
  expect(await outcome(() => navigator.clipboard.readText())).toBe('NotAllowedError');
  expect(await outcome(() => navigator.mediaDevices.getUserMedia({ audio: true }))).toBe('NotAllowedError');
  expect(await app.page.evaluate(() => Notification.requestPermission())).toBe('denied');
  for (const name of ['geolocation', 'camera', 'microphone', 'notifications', 'clipboard-read', 'midi']) {
    const { state } = await app.page.evaluate(
      async (asked) => ({
        state: (await navigator.permissions.query({ name: asked as PermissionName })).state,
      }),
      name,
    );
    expect.soft(state, name).toBe('denied');
  }
});
