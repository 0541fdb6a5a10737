/** Imports a `.env`, or a bundle that was exported, by the keys alone; and connects with what was in it. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { SecretSearch } from '../support/secret-search.ts';
import { expect, test } from './support/latchkey.ts';
import { officialClient, officialServer } from './support/official.ts';
import { choose, openPalette } from './support/secrets.ts';
import { addApp, startServer } from './support/server.ts';

// Many keys, and other work on the machine.
test.describe.configure({ timeout: 180_000 });

async function tabTo(page: Page, wanted: Locator): Promise<void> {
  await expect(wanted).toBeVisible();
  for (let steps = 0; steps < 30; steps++) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  await expect(wanted).toBeFocused();
}

test('imports a .env without a mouse, says what ships to browsers, and connects', async ({
  latchkey: page,
  dataFolder,
  hostKind,
}) => {
  test.skip(hostKind !== 'web', 'Elsewhere a file is named in the system’s dialog.');
  const { credentials } = await startServer();
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-import-'));
  const path = join(folder, '.env');
  const { appId, key, secret, port } = credentials;
  writeFileSync(
    path,
    [
      'APP_NAME=Shop',
      `DB_PASSWORD=not-for-latchkey`,
      `PUSHER_APP_ID=${appId}`,
      `PUSHER_APP_KEY=${key}`,
      `VITE_PUSHER_APP_SECRET=${secret}`,
      'PUSHER_HOST=127.0.0.1',
      `PUSHER_PORT=${port}`,
      'PUSHER_SCHEME=http',
    ].join('\n'),
  );
  await choose(page, 'Keep secrets for this session only');
  await expect(page.getByText('Vault unlocked')).toBeVisible();

  await openPalette(page);
  await page.keyboard.type('import cred');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Import credentials' })).toBeVisible();
  await expect(page.getByLabel('File', { exact: true })).toBeFocused();
  await page.keyboard.type(path);
  await page.keyboard.press('Enter');

  const found = page.getByRole('list', { name: 'What was found' });
  await expect(found.getByRole('table')).toContainText('VITE_PUSHER_APP_SECRET line 5');
  await expect(page.getByRole('alert').filter({ hasText: 'not secret any more' })).toContainText(
    'VITE_PUSHER_APP_SECRET ships to browsers',
  );
  await expect(page.getByText('2 settings of other programs left alone.')).toBeVisible();
  await expect(page.getByText(secret)).toHaveCount(0);
  expect(new SecretSearch([{ name: 'secret', value: secret }]).inText('page', await page.content())).toEqual(
    [],
  );

  await tabTo(page, found.getByLabel('Name'));
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('shop');
  await tabTo(page, page.getByRole('button', { name: 'Import 1 secret of 1 app' }));
  await page.keyboard.press('Enter');

  await expect(page.getByText('1 secret is in the vault now.')).toBeVisible();
  await expect(page.getByText('The file still holds the secrets.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Open shop' })).toBeFocused();
  expect(readFileSync(path, 'utf8')).toContain(secret);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'shop' })).toBeVisible();
  await page.getByRole('button', { name: 'Connect', exact: true }).first().click();
  await expect(page.getByRole('main').getByText('Connected', { exact: true }).first()).toBeVisible();
  const channel = page.getByLabel('Channel to subscribe to');
  await page.getByRole('tab', { name: 'Channels' }).click();
  await channel.fill('private-orders');
  await channel.press('Enter');
  // The server takes the signature that was made with the imported secret.
  await expect(page.getByRole('treegrid').getByText('Subscribed', { exact: true })).toBeVisible();
  const { findings } = await new SecretSearch([{ name: 'secret', value: secret }]).inFolder(dataFolder);
  expect(findings).toEqual([]);
  rmSync(folder, { recursive: true });
});

test('restores an app out of its bundle without a mouse, and publishes with it', async ({
  latchkey: page,
  dataFolder,
  hostKind,
}, testInfo) => {
  test.skip(hostKind !== 'web', 'Elsewhere a file is named in the system’s dialog.');
  const { server, credentials } = await startServer();
  const masterKeyBase64 = randomBytes(32).toString('base64');
  const client = officialClient(credentials, officialServer(credentials, masterKeyBase64));
  const orders = client.subscribe('private-encrypted-orders');
  await new Promise((resolve) => orders.bind('pusher:subscription_succeeded', resolve));
  const received = new Promise((resolve) => orders.bind('order.restored', resolve));
  await addApp(page, { name: 'shop', environment: 'Staging', credentials, masterKeyBase64 });
  const path = testInfo.outputPath('shop.latchkey');
  const passphrase = randomBytes(9).toString('base64');
  await choose(page, 'Export shop');
  await page.getByRole('radio', { name: 'Sealed bundle' }).click();
  await page.getByLabel('Write to').fill(path);
  await page.getByLabel('Passphrase of the bundle').fill(passphrase);
  await page.getByLabel('The same again').fill(passphrase);
  await page.getByRole('button', { name: 'Write the bundle…' }).click();
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await expect(page.getByText('Written.')).toBeVisible({ timeout: 60_000 });
  await choose(page, 'Remove shop');
  await expect(page.getByText('shop was removed.')).toBeVisible();

  await choose(page, 'Import credentials');
  const file = page.getByLabel('File', { exact: true });
  await expect(file).toBeFocused();
  await page.keyboard.type(path);
  await page.keyboard.press('Enter');
  const field = page.getByLabel('Passphrase of the bundle');
  await expect(field).toBeFocused();
  await expect(page.getByText('This file is a sealed bundle.')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Enter the passphrase.', { exact: true })).toBeVisible();
  await page.keyboard.type('not this one');
  await page.keyboard.press('Enter');
  await expect(page.getByText('The passphrase is not the one of this bundle.')).toBeVisible();
  await expect(file).toHaveValue(path);
  await expect(field).toBeFocused();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(passphrase);
  await page.keyboard.press('Enter');

  await expect(page.getByText('1 app or service found.')).toBeVisible();
  const found = page.getByRole('list', { name: 'What was found' });
  const secret = found.getByRole('row', { name: /^Secret/ });
  await expect(secret).toContainText('current');
  await expect(secret).toContainText(`key ${credentials.key}`);
  await expect(secret.getByRole('checkbox', { name: 'Put the current secret into the vault' })).toBeChecked();
  await expect(found.getByRole('combobox', { name: 'Environment' })).toContainText('Staging');
  const search = new SecretSearch([
    { name: 'secret', value: credentials.secret },
    { name: 'master key', value: masterKeyBase64 },
    { name: 'passphrase', value: passphrase },
  ]);
  expect(search.inText('page', await page.content())).toEqual([]);
  await tabTo(page, page.getByRole('button', { name: 'Import 2 secrets of 1 app' }));
  await page.keyboard.press('Enter');
  await expect(page.getByText('2 secrets are in the vault now.')).toBeVisible();
  await expect(page.getByText('The bundle still holds the secrets')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Open shop' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'shop' })).toBeVisible();

  await page.keyboard.press('ControlOrMeta+4');
  await tabTo(page, page.getByLabel('Channel', { exact: true }));
  await page.keyboard.type('private-encrypted-orders');
  await tabTo(page, page.getByLabel('Event', { exact: true }));
  await page.keyboard.type('order.restored');
  await tabTo(page, page.getByLabel('Data', { exact: true }));
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('42');
  await tabTo(page, page.getByRole('button', { name: /^Publish/ }));
  await page.keyboard.press('Enter');
  const answer = page.getByRole('region', { name: 'The server’s answer' });
  await expect(answer).toContainText('Accepted');
  // Signed with the restored secret, and sealed with the restored key: another client opens it.
  expect(await received).toBe(42);
  const { findings } = await search.inFolder(dataFolder);
  expect(findings).toEqual([]);
  client.disconnect();
  await server.close();
});

test('imports what a dashboard copied, which the page never shows', async ({ latchkey: page, hostKind }) => {
  test.skip(hostKind !== 'web', 'This clipboard is a browser’s.');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const { credentials } = await startServer();
  const { appId, key, secret } = credentials;
  await choose(page, 'Keep secrets for this session only');
  await choose(page, 'Import credentials');
  const field = page.getByLabel('What a dashboard copied');
  await field.focus();
  await page.keyboard.type('typed');
  await expect(field).toHaveValue('');
  await page.evaluate(
    (text) => navigator.clipboard.writeText(text),
    `app_id = "${appId}"\nkey = "${key}"\nsecret = "${secret}"\ncluster = "eu"`,
  );
  await page.keyboard.press('ControlOrMeta+V');
  await expect(page.getByText('1 app or service found.')).toBeVisible();
  expect(new SecretSearch([{ name: 'secret', value: secret }]).inText('page', await page.content())).toEqual(
    [],
  );
  await page.getByRole('button', { name: 'Import 1 secret of 1 app' }).click();
  await expect(page.getByText('The clipboard still holds what you copied.')).toBeVisible();
});

test('a preview survives a change of place, and not a lock', async ({
  latchkey: page,
  hostKind,
}, testInfo) => {
  test.skip(hostKind !== 'web', 'Elsewhere a file is named in the system’s dialog.');
  const path = testInfo.outputPath('.env');
  writeFileSync(path, 'PUSHER_KEY=k\nPUSHER_SECRET=0123456789abcdef0123\n');
  await choose(page, 'Keep secrets for this session only');
  await choose(page, 'Import credentials');
  await page.getByLabel('File', { exact: true }).fill(`'${path}'`);
  await page.getByRole('button', { name: 'See what is in it' }).click();
  const submit = page.getByRole('button', { name: 'Import 1 secret of 1 app' });
  await submit.click();
  await expect(page.getByLabel('App id')).toBeFocused();
  await page.getByLabel('App id').fill('12');
  await choose(page, 'Open settings');
  await choose(page, 'Import credentials');
  await expect(page.getByLabel('App id')).toHaveValue('12');
  await choose(page, 'Lock vault');
  await page.getByRole('button', { name: 'Lock and forget' }).click();
  await expect(page.getByText('What was read went with it')).toBeVisible();
  await expect(submit).toBeDisabled();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByLabel('File', { exact: true })).toBeVisible();
});
