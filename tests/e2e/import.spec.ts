/** Imports a `.env` by the keys alone, with what is dangerous in it said, and connects with what was in it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretSearch } from '../support/secret-search.ts';
import { expect, test } from './support/latchkey.ts';
import { choose } from './support/secrets.ts';
import { startServer } from './support/server.ts';

// Many keys, and other work on the machine.
test.describe.configure({ timeout: 180_000 });

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

  await page.keyboard.press('ControlOrMeta+K');
  await page.keyboard.type('import cred');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Import credentials' })).toBeVisible();
  await expect(page.getByLabel('File')).toBeFocused();
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

  const name = found.getByLabel('Name');
  for (
    let steps = 0;
    steps < 20 && !(await name.evaluate((field) => field === document.activeElement));
    steps++
  )
    await page.keyboard.press('Tab');
  await expect(name).toBeFocused();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('shop');
  const submit = page.getByRole('button', { name: 'Import 1 secret of 1 app' });
  for (
    let steps = 0;
    steps < 20 && !(await submit.evaluate((button) => button === document.activeElement));
    steps++
  )
    await page.keyboard.press('Tab');
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
  await expect(page.getByText('Subscribed', { exact: true })).toBeVisible();
  const { findings } = await new SecretSearch([{ name: 'secret', value: secret }]).inFolder(dataFolder);
  expect(findings).toEqual([]);
  rmSync(folder, { recursive: true });
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
  await page.getByLabel('File').fill(`'${path}'`);
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
  await expect(page.getByLabel('File')).toBeVisible();
});
