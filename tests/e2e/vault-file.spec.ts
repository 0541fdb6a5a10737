/** A machine without a keychain: secrets go to a file that a passphrase seals, and come back with it. */
import { randomBytes } from 'node:crypto';
import { expect, test } from './support/latchkey.ts';
import { choose } from './support/secrets.ts';
import { addApp, startServer } from './support/server.ts';

test('seals secrets with a passphrase, and opens them with no other', async ({ latchkey: page }) => {
  const { credentials } = await startServer();
  const passphrase = randomBytes(9).toString('base64');
  await choose(page, 'Keep secrets in a vault file');
  const dialog = page.getByRole('dialog', { name: /vault/i });
  await dialog.getByLabel('New passphrase').fill('short');
  await dialog.getByRole('button', { name: 'Make the vault file' }).click();
  await expect(dialog).toContainText('at least 8 characters');
  await dialog.getByLabel('New passphrase').fill(passphrase);
  await dialog.getByLabel('The same again').fill(`${passphrase}!`);
  await dialog.getByRole('button', { name: 'Make the vault file' }).click();
  await expect(dialog).toContainText('not the same');
  await dialog.getByLabel('The same again').fill(passphrase);
  await dialog.getByLabel('The same again').press('Enter');
  await expect(page.getByText('Vault unlocked · vault file')).toBeVisible();
  await addApp(page, { name: 'shop', credentials });

  await choose(page, 'Lock vault');
  await expect(page.getByText('Vault locked')).toBeVisible();
  await choose(page, 'Unlock vault');
  await dialog.getByLabel('Passphrase').fill(`${passphrase}?`);
  await dialog.getByLabel('Passphrase').press('Enter');
  await expect(dialog).toContainText('The passphrase is not the one of this vault file.', {
    timeout: 30_000,
  });
  await expect(dialog.getByLabel('Passphrase')).toHaveValue(`${passphrase}?`);
  await dialog.getByLabel('Passphrase').fill(passphrase);
  await dialog.getByRole('button', { name: 'Unlock' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText('Vault unlocked · vault file')).toBeVisible();
});
