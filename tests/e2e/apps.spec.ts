/** A developer's own app: added, watched, published to, locked away, taken away. */
import { randomBytes } from 'node:crypto';
import { startSecretService } from '../support/secret-service.ts';
import { expect, rowsWith, test } from './support/latchkey.ts';
import { officialClient, officialServer } from './support/official.ts';
import { openPalette } from './support/secrets.ts';
import { addApp, startServer, subscribe } from './support/server.ts';

const newMasterKey = () => randomBytes(32).toString('base64');

test('publishes an event that an independent client receives', async ({ latchkey: page }) => {
  const { server, credentials } = await startServer();
  const masterKeyBase64 = newMasterKey();
  const official = officialServer(credentials, masterKeyBase64);
  const client = officialClient(credentials, official);
  const channel = client.subscribe('private-encrypted-orders');
  await new Promise((resolve) => channel.bind('pusher:subscription_succeeded', resolve));
  const received = new Promise((resolve) => channel.bind('order.created', resolve));

  await addApp(page, { name: 'shop', credentials, masterKeyBase64 });
  await page.getByRole('tab', { name: 'Publish' }).click();
  await page.getByLabel('Channel', { exact: true }).fill('private-encrypted-orders');
  await page.getByLabel('Event', { exact: true }).fill('order.created');
  await page.getByLabel('Data', { exact: true }).fill('{ "id": 42, "name": "naïve ☕" }');
  await page.getByRole('button', { name: /^Publish/ }).click();
  const answer = page.getByRole('region', { name: 'The server’s answer' });
  await expect(answer).toContainText('Accepted');
  await expect(answer).toContainText('encrypted');
  expect(await received).toEqual({ id: 42, name: 'naïve ☕' });
  client.disconnect();
  await server.close();
});

test('shows what the official server library publishes, decrypted', async ({ latchkey: page }) => {
  const { server, credentials } = await startServer();
  const masterKeyBase64 = newMasterKey();
  await addApp(page, { name: 'shop', credentials, masterKeyBase64 });
  await subscribe(page, 'private-encrypted-orders');
  await expect(rowsWith(page, 'subscription_succeeded').or(rowsWith(page, 'ucceeded')).first()).toBeVisible();
  await officialServer(credentials, masterKeyBase64).trigger('private-encrypted-orders', 'order.paid', {
    total: '19.90',
  });
  const row = rowsWith(page, 'order.paid');
  await expect(row).toContainText('"total":"19.90"');
  await expect(row).toContainText('current');
  // Made with another master key, it stays closed, and the page says why.
  await officialServer(credentials, newMasterKey()).trigger('private-encrypted-orders', 'order.lost', {});
  await expect(rowsWith(page, 'order.lost')).toContainText('closed');
  await server.close();
});

test('explains a refusal, and keeps what was typed', async ({ latchkey: page }) => {
  const { server, credentials } = await startServer();
  const wrong = { ...credentials, secret: randomBytes(10).toString('hex') };
  await addApp(page, { name: 'shop', credentials: wrong });
  await page.getByRole('tab', { name: 'Publish' }).click();
  await page.getByLabel('Channel', { exact: true }).fill('orders');
  await page.getByLabel('Event', { exact: true }).fill('order.created');
  await page.getByLabel('Data', { exact: true }).fill('{"id":1}');
  await page.getByRole('button', { name: /^Publish/ }).click();
  const answer = page.getByRole('region', { name: 'The server’s answer' });
  await expect(answer).toContainText('401');
  await expect(answer).toContainText('refused the signature');
  await expect(page.getByLabel('Data', { exact: true })).toHaveValue('{"id":1}');
  await server.close();
});

test('asks for the name before it publishes to production', async ({ latchkey: page }) => {
  const { server, credentials } = await startServer();
  await addApp(page, { name: 'shop', environment: 'Production', credentials });
  await page.getByRole('tab', { name: 'Publish' }).click();
  await page.getByLabel('Channel', { exact: true }).fill('orders');
  await page.getByLabel('Event', { exact: true }).fill('order.created');
  await page.getByLabel('Data', { exact: true }).fill('{}');
  await page.getByRole('button', { name: /^Publish/ }).click();
  await expect(page.getByRole('region', { name: 'The server’s answer' })).toHaveCount(0);
  await page.getByLabel(/Type its name/).fill('shop');
  await page.getByRole('button', { name: /^Publish/ }).click();
  await expect(page.getByRole('region', { name: 'The server’s answer' })).toContainText('Accepted');
  await server.close();
});

test('brings back an app that was taken away', async ({ latchkey: page }) => {
  const { server, credentials } = await startServer();
  await addApp(page, { name: 'shop', credentials });
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('button', { name: /^Remove/ }).click();
  await expect(
    page.getByRole('navigation', { name: 'Apps' }).getByRole('button', { name: /shop/ }),
  ).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(
    page.getByRole('navigation', { name: 'Apps' }).getByRole('button', { name: /shop/ }),
  ).toBeVisible();
  await server.close();
});

test('keeps secrets in the keychain over a restart, and signs nothing while it is locked', async ({
  start,
}) => {
  test.skip(process.platform !== 'linux', 'The keychain of the tests’ own is a Linux one.');
  const keyring = await startSecretService();
  await keyring.startKeyring();
  const environment = { ...keyring.env } as NodeJS.ProcessEnv;
  const { server, credentials } = await startServer();

  const first = await start({ environment });
  await expect(first.page.getByText('Vault unlocked · keychain')).toBeVisible();
  await addApp(first.page, { name: 'shop', credentials });
  await subscribe(first.page, 'private-orders');
  await expect(rowsWith(first.page, 'private-orders').first()).toBeVisible();
  await first.stop();

  const second = await start({ environment });
  const { page } = second;
  await expect(page.getByText('Vault unlocked · keychain')).toBeVisible();
  await page.getByRole('navigation', { name: 'Apps' }).getByRole('button', { name: /shop/ }).click();
  await page.getByRole('button', { name: 'Connect', exact: true }).first().click();
  await page.keyboard.press('ControlOrMeta+Shift+L');
  await expect(page.getByText(/vault locked/i).first()).toBeVisible();
  await subscribe(page, 'private-after-lock');
  await page.getByRole('tab', { name: /Channels/ }).click();
  await expect(page.getByText(/vault/i).filter({ hasText: /wait/i }).first()).toBeVisible();
  await openPalette(page);
  await page.keyboard.type('unlock');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Vault unlocked · keychain')).toBeVisible();
  await expect(page.getByRole('main').getByText('Subscribed').first()).toBeVisible();

  await second.stop();
  await server.close();
  await keyring.close();
});
