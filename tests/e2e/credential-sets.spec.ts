/** Several pairs of one app, by keys alone: added, named, put to use, retired, picked to sign. */
import { randomBytes } from 'node:crypto';
import type { Page } from '@playwright/test';
import { expectFocusKept, retype, tabTo } from './support/by-keys.ts';
import { expect, test } from './support/latchkey.ts';
import { choose } from './support/secrets.ts';
import { addApp, startServer } from './support/server.ts';

// Hundreds of keys: a picture of the page at each of them would be most of the work.
test.use({ trace: { mode: 'retain-on-failure', snapshots: false, screenshots: false } });
test.describe.configure({ timeout: 180_000 });

const newSecret = () => randomBytes(20).toString('hex');

const pairs = (page: Page) => page.getByRole('list', { name: 'App secret' });
const pair = (page: Page, text: string) => pairs(page).getByRole('listitem').filter({ hasText: text });

async function openKeys(page: Page) {
  const { server, app, credentials } = await startServer();
  await addApp(page, { name: 'shop', credentials });
  await page.keyboard.press('ControlOrMeta+5');
  await expect(pairs(page)).toBeVisible();
  return { server, app, credentials };
}

async function addPair(page: Page, { label, key, secret }: { label: string; key: string; secret: string }) {
  await choose(page, 'Add another pair');
  await expect(page.getByLabel('Label', { exact: true })).toBeFocused();
  await page.keyboard.type(label);
  await retype(page, page.getByLabel('Key of the pair'), key);
  await retype(page, page.getByLabel('Its secret'), secret);
  await page.keyboard.press('Enter');
  await expect(pair(page, `key ${key}`)).toContainText(label);
  await expectFocusKept(page);
}

/** With the menu of a row. */
async function act(page: Page, row: string, action: string): Promise<void> {
  const more = pair(page, row).getByRole('button', { name: /^More about/ });
  await tabTo(page, more);
  await page.keyboard.press('Enter');
  const item = page.getByRole('menuitem', { name: action });
  await expect(item).toBeVisible();
  for (let step = 0; step < 10 && !(await item.evaluate((each) => each === document.activeElement)); step++) {
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Enter');
  await expect(item).toBeHidden();
}

test('stand side by side, with what each is for and when it was used', async ({ latchkey: page }) => {
  const { server, app, credentials } = await openKeys(page);
  const web = app.createPair();
  await addPair(page, { label: 'web', ...web });
  await addPair(page, { label: 'server', key: 'server-key', secret: newSecret() });
  const first = pair(page, `key ${credentials.key}`);
  await expect(first).toContainText('current');
  await expect(first).toContainText('signs by default');
  await expect(pair(page, 'web')).toContainText('active');
  await expect(pair(page, 'web')).toContainText('entered just now');
  await expect(pair(page, 'web')).toContainText('not used here yet');
  await expect(pair(page, 'web')).toContainText(/fingerprint [0-9a-f]{16}/);

  // A name, another name, and none.
  await act(page, `key ${credentials.key}`, 'Rename');
  await expect(page.getByLabel('Label', { exact: true })).toBeFocused();
  await page.keyboard.type('mobile');
  await page.keyboard.press('Enter');
  await expect(first).toContainText('mobile');
  await expect(
    first.getByRole('button', { name: 'More about the current app secret “mobile”' }),
  ).toBeFocused();
  await act(page, 'server-key', 'Rename');
  await expect(page.getByLabel('Label', { exact: true })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByLabel('Label', { exact: true })).toHaveCount(0);
  await expect(pair(page, 'server-key').getByRole('button', { name: /^More about/ })).toBeFocused();

  // Another one by default: the app connects with its key from then on.
  await act(page, 'web', 'Use by default');
  await expect(pair(page, 'web')).toContainText('signs by default');
  await expect(first).toContainText('active');
  await expect(first).not.toContainText('signs by default');
  await expect(pair(page, 'web').getByRole('button', { name: /^More about/ })).toBeFocused();
  await expect(page.getByRole('main').getByText('Connected', { exact: true }).first()).toBeVisible();

  // Only one can be on its way out at a time, and the second one is told so in its place.
  await act(page, 'mobile', 'Retire');
  await expect(pair(page, 'mobile')).toContainText('retiring');
  await act(page, 'server-key', 'Retire');
  await expect(pair(page, 'server-key').getByRole('alert')).toContainText(
    'Another one is marked “retiring” already.',
  );
  await expectFocusKept(page);
  await act(page, 'server-key', 'Mark as revoked');
  await expect(pair(page, 'server-key')).toContainText('revoked');
  await expect(pair(page, 'server-key').getByRole('alert')).toHaveCount(0);

  await act(page, 'server-key', 'Remove');
  await page.getByRole('alertdialog').waitFor();
  await tabTo(page, page.getByRole('button', { name: 'Remove', exact: true }));
  await page.keyboard.press('Enter');
  await expect(pair(page, 'server-key')).toHaveCount(0);
  await expectFocusKept(page);
  await server.close();
});

test('stay where they are while a rotation works on them', async ({ latchkey: page }) => {
  const { server } = await openKeys(page);
  await addPair(page, { label: 'web', key: 'web-key', secret: newSecret() });
  const start = page
    .getByRole('listitem')
    .filter({ hasText: 'Key and secret' })
    .getByRole('button', { name: /Start/ });
  await tabTo(page, start);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Rotation: Key and secret' })).toBeVisible();
  await act(page, 'web-key', 'Use by default');
  await expect(pair(page, 'web-key').getByRole('alert')).toContainText('A rotation is under way');
  await expect(pair(page, 'web-key')).toContainText('active');
  await expectFocusKept(page);
  await server.close();
});

test('sign what is published, when they are picked', async ({ latchkey: page }) => {
  const { server, app } = await openKeys(page);
  await addPair(page, { label: 'web', ...app.createPair() });
  await addPair(page, { label: 'wrong', key: 'no-such-key', secret: newSecret() });
  await page.keyboard.press('ControlOrMeta+4');
  const signer = page.getByRole('combobox', { name: 'Signed with' });
  await expect(signer).toContainText('the default');
  await retype(page, page.getByLabel('Channel', { exact: true }), 'orders');
  await retype(page, page.getByLabel('Event', { exact: true }), 'order.created');
  const answer = page.getByRole('region', { name: 'The server’s answer' });
  const pick = async (label: string) => {
    await tabTo(page, signer);
    await page.keyboard.press('Enter');
    const option = page.getByRole('option', { name: label });
    await expect(option).toBeVisible();
    // It has the focus once the list listens to keys.
    await expect(page.locator('[role=option]:focus')).toHaveCount(1);
    await page.keyboard.type(label);
    await expect(option).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(signer).toContainText(label);
  };
  await page.keyboard.press('ControlOrMeta+Enter');
  await expect(answer).toContainText('Accepted');
  await expect(answer).toContainText('the default');
  await pick('web');
  await page.keyboard.press('ControlOrMeta+Enter');
  await expect(answer).toContainText('web · active');
  await expect(answer).toContainText('Accepted');
  await pick('wrong');
  await page.keyboard.press('ControlOrMeta+Enter');
  await expect(answer).toContainText('Refused');
  await expect(answer).toContainText('wrong · active');

  // Remembered while one is elsewhere; and what was used is told.
  await page.keyboard.press('ControlOrMeta+5');
  await expect(pair(page, 'key no-such-key')).toContainText('used just now');
  await page.keyboard.press('ControlOrMeta+4');
  await expect(signer).toContainText('wrong');
  await server.close();
});

test('tell the audit log what was done with them', async ({ latchkey: page }) => {
  const { server, app } = await openKeys(page);
  const { key, secret } = app.createPair();
  await addPair(page, { label: 'web', key, secret });
  await act(page, key, 'Retire');
  await expect(pair(page, key)).toContainText('retiring');
  await act(page, key, 'Rename');
  await expect(page.getByLabel('Label', { exact: true })).toBeFocused();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('old web');
  await page.keyboard.press('Enter');
  await expect(pair(page, key)).toContainText('old web');
  await page.keyboard.press('ControlOrMeta+4');
  await retype(page, page.getByLabel('Channel', { exact: true }), 'orders');
  await retype(page, page.getByLabel('Event', { exact: true }), 'order.created');
  for (let turn = 0; turn < 2; turn++) {
    await page.keyboard.press('ControlOrMeta+Enter');
    await expect(page.getByRole('region', { name: 'The server’s answer' })).toContainText('Accepted');
  }
  await choose(page, 'Show audit log');
  const log = page.getByRole('table', { name: 'Audit log' });
  const row = log.getByRole('row').filter({ hasText: `••••${secret.slice(-4)}` });
  await expect(row.filter({ hasText: 'Labelled anew' })).toBeVisible();
  await expect(row.filter({ hasText: 'Marked as retiring' })).toBeVisible();
  await expect(log).not.toContainText('Signed or encrypted');
  await tabTo(page, page.getByRole('switch', { name: 'Show what signed or encrypted, too' }));
  await page.keyboard.press(' ');
  await expect(log).toContainText(/Signed or encrypted (twice|2 times|once)/);
  await server.close();
});
