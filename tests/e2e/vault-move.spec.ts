/** Everything from the system keychain to a vault file and back, by keys alone; and a keychain that stops answering. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { startSecretService } from '../support/secret-service.ts';
import { expect, test } from './support/latchkey.ts';
import { choose, firstEntries } from './support/secrets.ts';
import { addApp, startServer } from './support/server.ts';

/** To be looked at. */
async function picture(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: test.info().outputPath(`${name}-${colorScheme}.png`) });
  }
}

test('moves every secret to a vault file and back', async ({ start, dataFolder }) => {
  test.skip(process.platform !== 'linux', 'The keychain of the tests’ own is a Linux one.');
  const keyring = await startSecretService();
  await keyring.startKeyring();
  const { server, credentials } = await startServer();
  const { page } = await start({ environment: { ...keyring.env } as NodeJS.ProcessEnv });
  const passphrase = randomBytes(9).toString('base64');
  const file = join(dataFolder, 'secrets.latchkey');
  await expect(page.getByText('Vault unlocked · keychain')).toBeVisible();
  await addApp(page, { name: 'shop', credentials });
  expect(await keyring.items()).toHaveLength(2);

  await choose(page, 'Show vault');
  await picture(page, 'keychain');
  await choose(page, 'Move secrets to a vault file');
  const dialog = page.getByRole('dialog', { name: 'Move secrets to a vault file' });
  await dialog.getByLabel('New passphrase').fill(passphrase);
  await dialog.getByLabel('The same again').fill(passphrase);
  await picture(page, 'to-file');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Vault unlocked · vault file')).toBeVisible();
  await expect(page.getByText('Every secret is in the vault file now.')).toBeVisible();
  await expect(dialog).toBeHidden();
  expect(await keyring.items()).toEqual([]);
  await picture(page, 'file');

  // A keychain that stops answering, and is given up.
  keyring.freeze();
  await choose(page, 'Move secrets to the system keychain');
  const question = page.getByRole('alertdialog', { name: 'Move every secret to the system keychain?' });
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await picture(page, 'to-keychain');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const progress = page.getByRole('region', { name: 'Move' });
  await expect(progress).toContainText('0 of 1 copied and read back');
  await expect(page.getByRole('main').getByText('Waiting for the keychain')).toBeVisible();
  await picture(page, 'waiting');
  await progress.getByRole('button', { name: 'Cancel the move' }).press('Enter');
  await expect(page.getByRole('main').getByText('The vault is locked', { exact: true })).toBeVisible();
  await expect(progress).toBeHidden();
  expect(existsSync(file)).toBe(true);
  keyring.thaw();
  await choose(page, 'Unlock vault');
  await page.getByRole('dialog').getByLabel('Passphrase').fill(passphrase);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Vault unlocked · vault file')).toBeVisible();

  await choose(page, 'Move secrets to the system keychain');
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Vault unlocked · keychain')).toBeVisible();
  expect(existsSync(file)).toBe(false);
  expect(await keyring.items()).toHaveLength(2);
  const [latest, before] = await firstEntries(page, 2);
  expect(latest).toMatch(/Store chosen/);
  expect(before).toMatch(/Moved .*shop/);
  await server.close();
  await keyring.close();
});
