/** Exports as a user makes them: keys alone, what leaves, where to, and what the log says of it. */
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { openBundle } from '../../electron/vault/bundle.ts';
import { expect, test } from './support/latchkey.ts';
import { choose, firstEntries } from './support/secrets.ts';
import { addApp, startServer } from './support/server.ts';

/** Where a user's files are: beside the data folder, and gone with it. */
async function open(page: Page) {
  const { credentials } = await startServer();
  const masterKeyBase64 = randomBytes(32).toString('base64');
  await addApp(page, { name: 'shop', credentials, masterKeyBase64 });
  return { secret: credentials.secret, masterKeyBase64 };
}

test.skip(({ hostKind }) => hostKind !== 'web', 'Paths are written where the host has no dialog.');

test('writes a .env file by keys alone, and says what left', async ({ latchkey: page }, testInfo) => {
  const { secret } = await open(page);
  const path = testInfo.outputPath('.env');
  await choose(page, 'Export shop');
  await expect(page.getByRole('heading', { name: 'Export shop' })).toBeVisible();
  await page.getByLabel('Write to').focus();
  await page.keyboard.type(path);
  await page.keyboard.press('Enter');
  const question = page.getByRole('region', { name: /^Export shop for/ });
  await expect(question).toContainText('These leave the vault, as plain text');
  await expect(question).toContainText(secret.slice(-4));
  await expect(question).toContainText('.env');
  // Cancel has the focus: nothing leaves by a second Enter.
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(question).toBeHidden();
  await expect(page.getByRole('button', { name: 'Write the file…' })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Shift+Tab');
  await expect(question.getByRole('button', { name: 'Export' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Written.')).toBeVisible();
  expect(readFileSync(path, 'utf8')).toContain(secret);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await page.content()).not.toContain(secret);
  const entries = await firstEntries(page, 2);
  for (const entry of entries) expect(entry).toContain('Exported to a file');
});

test('replaces a file only when it was asked', async ({ latchkey: page }, testInfo) => {
  const { secret } = await open(page);
  const path = testInfo.outputPath('theirs.env');
  writeFileSync(path, 'theirs');
  await choose(page, 'Export shop');
  await page.getByLabel('Write to').fill(path);
  await page.getByRole('button', { name: 'Write the file…' }).click();
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  const replace = page.getByRole('region', { name: 'Replace the file that is there?' });
  await expect(replace.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(replace).toBeHidden();
  expect(readFileSync(path, 'utf8')).toBe('theirs');
  await page.getByRole('button', { name: 'Write the file…' }).click();
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await replace.getByRole('button', { name: 'Replace it' }).click();
  await expect(page.getByText('Written.')).toBeVisible();
  expect(readFileSync(path, 'utf8')).toContain(secret);
  // A folder that is not there, and a path that is none.
  await page.getByLabel('Write to').fill(join(path, 'no', '.env'));
  await page.getByRole('button', { name: 'Write the file…' }).click();
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await expect(page.getByText('There is no such folder to write to.')).toBeVisible();
  await page.getByLabel('Write to').fill('.env');
  await expect(page.getByText('Write the whole path')).toBeVisible();
});

test('seals a bundle with a passphrase', async ({ latchkey: page }, testInfo) => {
  test.setTimeout(120_000);
  const { secret, masterKeyBase64 } = await open(page);
  const path = testInfo.outputPath('shop.latchkey');
  const passphrase = randomBytes(9).toString('base64');
  await choose(page, 'Export shop');
  await page.getByRole('radio', { name: 'Sealed bundle' }).click();
  await page.getByLabel('Write to').fill(path);
  await page.getByLabel('Passphrase of the bundle').fill('short');
  await page.getByRole('button', { name: 'Write the bundle…' }).click();
  await expect(page.getByText('A passphrase has at least 8 characters.')).toBeVisible();
  await page.getByLabel('Passphrase of the bundle').fill(passphrase);
  await page.getByLabel('The same again').fill(passphrase);
  await page.getByRole('button', { name: 'Write the bundle…' }).click();
  await expect(page.getByText('Export 1 app or service, with 2 secrets?')).toBeVisible();
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await expect(page.getByText('Written.')).toBeVisible({ timeout: 60_000 });
  await expect(page.getByLabel('Passphrase of the bundle')).toHaveValue('');
  const { apps } = await openBundle(readFileSync(path), passphrase);
  expect(apps[0]?.versions?.map(({ value }) => value).sort()).toEqual([secret, masterKeyBase64].sort());
});

test('shows code that names variables, and a report that names nothing', async ({ latchkey: page }) => {
  const { secret } = await open(page);
  await choose(page, 'Export shop');
  await page.getByRole('radio', { name: 'Code' }).click();
  await expect(page.getByRole('region', { name: /pusher/i })).toContainText('import Pusher from');
  await page.getByRole('radio', { name: 'Auth endpoint' }).click();
  await page.getByRole('combobox', { name: 'Framework' }).click();
  await page.getByRole('option', { name: /django/i }).click();
  await expect(page.getByText('PUSHER_APP_SECRET').first()).toBeVisible();
  await page.getByRole('radio', { name: 'Bug report' }).click();
  const report = page.getByRole('region', { name: 'What the report says' });
  await expect(report).toContainText('secret: set');
  await expect(report).not.toContainText('127.0.0.1');
  expect(await page.content()).not.toContain(secret);
});

test('writes the audit log as a spreadsheet', async ({ latchkey: page }, testInfo) => {
  await open(page);
  const path = testInfo.outputPath('audit.csv');
  await choose(page, 'Show audit log');
  await choose(page, 'Export the audit log');
  await page.getByLabel('Write to').fill(path);
  await page.getByLabel('Write to').press('Enter');
  await expect(page.getByText('Written.')).toBeVisible();
  const lines = readFileSync(path, 'utf8').trimEnd().split('\r\n');
  expect(lines[0]).toMatch(/^id,time,action/);
  expect(lines.some((line) => line.includes(',entered,done,'))).toBe(true);
  await expect(page.getByText(`${lines.length - 1} entries.`)).toBeVisible();
});
