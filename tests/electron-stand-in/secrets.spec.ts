/** Secrets that are typed go from the page to the vault process, and main’s own code sees none of them on the way. */
import { randomBytes } from 'node:crypto';
import { choose } from '../e2e/support/secrets.ts';
import { addApp, startServer } from '../e2e/support/server.ts';
import { copySecret } from './support/copy-secret.ts';
import { expect, test } from './support/test.ts';

test('a secret that is typed passes main by', async ({ app }) => {
  const { page, control } = app;
  const { server, credentials } = await startServer();
  const masterKeyBase64 = randomBytes(32).toString('base64');
  await addApp(page, { name: 'passing-by', credentials, masterKeyBase64 });
  await page.getByRole('tab', { name: 'Publish' }).click();
  await page.getByLabel('Channel', { exact: true }).fill('private-encrypted-orders');
  await page.getByLabel('Event', { exact: true }).fill('order.created');
  await page.getByLabel('Data', { exact: true }).fill('{}');
  await page.getByRole('button', { name: /^Publish/ }).click();
  // Signed and encrypted with what was typed: the vault process has it.
  await expect(page.getByRole('region', { name: 'The server’s answer' })).toContainText('Accepted');

  for (const secret of [credentials.secret, masterKeyBase64]) {
    expect((await control('received', secret)).withText).toBe(0);
    expect(app.output()).not.toContain(secret);
  }
  // What else the page said went through main, and was looked at.
  expect((await control('received', 'passing-by')).withText).toBeGreaterThan(0);
  const ports = await control('ports');
  expect(ports).toHaveLength(2);
  for (const { isPassedOn } of ports) expect(isPassedOn).toBe(true);
  // Each was for one secret, and is closed once that is kept.
  await expect
    .poll(async () => (await control('ports')).map(({ isClosed }) => isClosed))
    .toEqual([true, true]);
  await server.close();
});

test('a passphrase that is typed passes main by', async ({ app }) => {
  const { page, control } = app;
  const passphrase = randomBytes(9).toString('base64');
  await choose(page, 'Keep secrets in a vault file');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('New passphrase').fill(passphrase);
  await dialog.getByLabel('The same again').fill(passphrase);
  await dialog.getByLabel('The same again').press('Enter');
  await expect(page.getByText('Vault unlocked · vault file')).toBeVisible();
  const { all, withText } = await control('received', passphrase);
  expect(all).toBeGreaterThan(0);
  expect(withText).toBe(0);
});

test('a channel to a vault process that ends is closed', async ({ start }) => {
  const app = await start();
  const { page, control } = app;
  const { server, credentials } = await startServer();
  await addApp(page, { name: 'shop', credentials });
  const closed = page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.addEventListener('close', () => resolve('closed'));
        port1.start();
        // A port that nobody holds may be collected before it hears.
        Reflect.set(globalThis, 'held', port1);
        window.postMessage('latchkey:port', window.location.origin, [port2]);
      }),
  );
  await expect
    .poll(async () => (await control('ports')).at(-1))
    .toEqual({ isPassedOn: true, isClosed: false });
  await control('killChild', 'Latchkey vault');
  expect(await closed).toBe('closed');
  await server.close();
});

test('a secret that is copied is marked as one, and what else is copied is left alone', async ({ start }) => {
  const app = await start({ settings: { platform: 'linux' } });
  const { page, control } = app;
  const { server, credentials } = await startServer();
  await addApp(page, { name: 'shop', credentials });
  await copySecret(page);
  expect(await control('clipboard')).toEqual({
    'text/plain': credentials.secret,
    'electron application/osclipboard;format="x-kde-passwordManagerHint"': 'secret',
  });
  await control('copyElsewhere', 'the user’s own');
  await page.keyboard.press('ControlOrMeta+Shift+L');
  await page.getByRole('button', { name: 'Lock and forget' }).click();
  await expect(page.getByText(/vault locked/i).first()).toBeVisible();
  expect(await control('clipboard')).toEqual({ 'text/plain': 'the user’s own' });
  await server.close();
});

test('a secret that is copied does not outlive the app', async ({ start }) => {
  const app = await start();
  const { server, credentials } = await startServer();
  await addApp(app.page, { name: 'shop', credentials });
  await copySecret(app.page);
  expect(await app.control('clipboard')).toMatchObject({ 'text/plain': credentials.secret });
  await app.stop();
  expect(app.lastWords()?.clipboard).toEqual({});
  await server.close();
});
