/**
 * Everything from the system keychain to a vault file and back, by keys alone; a keychain that stops answering; and a
 * passphrase for what is in it.
 */
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

/** A passphrase takes a second of a machine that has nothing else to do. */
const passphraseTaken = { timeout: 30_000 };

type Start = (options: { readonly environment: NodeJS.ProcessEnv }) => Promise<{ readonly page: Page }>;

/** With an app whose secret is in a keychain of the test's own. */
async function withKeychain(start: Start) {
  const keyring = await startSecretService();
  await keyring.startKeyring();
  const { server, credentials } = await startServer();
  const { page } = await start({ environment: { ...keyring.env } as NodeJS.ProcessEnv });
  await expect(page.getByText('Vault unlocked · keychain')).toBeVisible();
  await addApp(page, { name: 'shop', credentials });
  expect(await keyring.items()).toHaveLength(2);
  return { keyring, server, page, passphrase: randomBytes(9).toString('base64') };
}

test.skip(process.platform !== 'linux', 'The keychain of the tests’ own is a Linux one.');
test.slow();

test('moves every secret to a vault file and back', async ({ start, dataFolder }) => {
  const { keyring, server, page, passphrase } = await withKeychain(start);
  const file = join(dataFolder, 'secrets.latchkey');

  await choose(page, 'Show vault');
  await picture(page, 'keychain');
  await choose(page, 'Move secrets to a vault file');
  const dialog = page.getByRole('dialog', { name: 'Move secrets to a vault file' });
  await dialog.getByLabel('New passphrase').fill(passphrase);
  await dialog.getByLabel('The same again').fill(passphrase);
  await picture(page, 'to-file');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Vault unlocked · vault file')).toBeVisible(passphraseTaken);
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
  await expect(page.getByText('Vault unlocked · vault file')).toBeVisible(passphraseTaken);

  await choose(page, 'Move secrets to the system keychain');
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Vault unlocked · keychain')).toBeVisible();
  expect(existsSync(file)).toBe(false);
  expect(await keyring.items()).toHaveLength(2);
  const [latest, before] = await firstEntries(page, 2);
  expect(latest).toMatch(/Store chosen/);
  expect(before).toMatch(/Moved to another store .*shop/);
  await server.close();
  await keyring.close();
});

test('seals what is in the keychain with a passphrase, and takes that away', async ({ start }) => {
  const { keyring, server, page, passphrase } = await withKeychain(start);
  await choose(page, 'Show vault');
  await choose(page, 'Set a passphrase for the keychain’s secrets');
  const sealing = page.getByRole('dialog', { name: 'Set a passphrase for the keychain’s secrets' });
  await sealing.getByLabel('New passphrase').fill(passphrase);
  await sealing.getByLabel('The same again').fill(passphrase);
  await picture(page, 'seal');
  await page.keyboard.press('Enter');
  await expect(page.getByText('The keychain’s secrets are sealed with your passphrase now.')).toBeVisible(
    passphraseTaken,
  );
  await expect(page.getByText('Secrets are kept in the system keychain, sealed')).toBeVisible();
  await picture(page, 'sealed');
  await choose(page, 'Lock vault');
  await expect(page.getByText('Vault locked')).toBeVisible();
  await picture(page, 'sealed-locked');
  await choose(page, 'Unlock vault');
  const unlocking = page.getByRole('dialog', { name: 'Unlock the vault' });
  await unlocking.getByLabel('Passphrase').fill(`${passphrase}?`);
  await page.keyboard.press('Enter');
  await expect(unlocking).toContainText(
    'The passphrase is not the one that the secrets are sealed with.',
    passphraseTaken,
  );
  await picture(page, 'wrong-passphrase');
  await unlocking.getByLabel('Passphrase').fill(passphrase);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Vault unlocked · keychain')).toBeVisible(passphraseTaken);
  await choose(page, 'Take the keychain’s passphrase away');
  await page.getByRole('dialog').getByLabel('Passphrase').fill(passphrase);
  await page.keyboard.press('Enter');
  await expect(page.getByText('The keychain’s secrets need no passphrase any more.')).toBeVisible(
    passphraseTaken,
  );
  expect(await keyring.items()).toHaveLength(2);
  await choose(page, 'Open settings');
  await expect(page.getByText('Lock the vault when it was not used for')).toBeVisible();
  await picture(page, 'settings');
  await server.close();
  await keyring.close();
});
