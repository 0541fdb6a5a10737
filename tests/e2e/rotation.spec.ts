/** Both rotations, rehearsed in the page against the sandbox, which really holds two pairs and really revokes one. */
import { randomBytes } from 'node:crypto';
import type { Locator, Page } from '@playwright/test';
import { expect, openSandbox, rowsWith, test } from './support/latchkey.ts';
import { addApp, startServer } from './support/server.ts';

async function openKeys(page: Page): Promise<void> {
  await openSandbox(page);
  await page.getByRole('button', { name: 'Start demo traffic' }).click();
  await expect(
    rowsWith(page, 'private-encrypted-orders').filter({ hasText: 'order.' }).first(),
  ).toBeVisible();
  await page.getByRole('tab', { name: 'Keys & rotation' }).click();
}

function stepOf(rotation: Locator, title: string): Locator {
  return rotation.getByRole('listitem').filter({ hasText: title });
}

async function confirm(page: Page, action: string): Promise<void> {
  await page
    .getByRole('alertdialog')
    .or(page.getByRole('dialog'))
    .getByRole('button', { name: action })
    .click();
}

test('rotates a key pair until the old one is refused', async ({ latchkey: page }) => {
  await openKeys(page);
  await page
    .getByRole('listitem')
    .filter({ hasText: 'Key and secret' })
    .getByRole('button', { name: /Start/ })
    .click();
  const rotation = page.getByRole('region', { name: 'Rotation: Key and secret' });
  await rotation.getByRole('button', { name: 'Make a pair in the sandbox' }).click();
  await rotation.getByRole('button', { name: 'Check the new pair' }).click();
  await expect(stepOf(rotation, 'The new pair is accepted')).toContainText('Holds');
  await rotation.getByRole('checkbox', { name: 'I have done this' }).click();
  await rotation.getByRole('button', { name: 'Switch Latchkey over' }).click();
  await expect(page.getByRole('main').getByText('Connected', { exact: true }).first()).toBeVisible();
  await rotation.getByRole('checkbox', { name: 'I have done this' }).click();
  await rotation.getByRole('button', { name: 'Revoke it in the sandbox' }).click();
  await confirm(page, 'Revoke it in the sandbox');
  await rotation.getByRole('button', { name: 'Check the old pair' }).click();
  const refused = stepOf(rotation, 'The old pair is refused');
  await expect(refused).toContainText('Holds');
  await refused.getByRole('button').first().click();
  await expect(refused).toContainText('was refused (401)');
  await rotation.getByRole('button', { name: 'Forget the old pair' }).click();
  await confirm(page, 'Forget the old pair');
  await expect(page.getByText('Finished').first()).toBeVisible();
});

test('rotates a master key on the evidence of captured events', async ({ latchkey: page }) => {
  await openKeys(page);
  await page
    .getByRole('listitem')
    .filter({ hasText: 'Encryption master key' })
    .getByRole('button', { name: /Start/ })
    .click();
  const rotation = page.getByRole('region', { name: 'Rotation: Encryption master key' });
  await rotation.getByRole('button', { name: 'Let the sandbox make one' }).click();
  await rotation.getByRole('button', { name: 'Switch the sandbox’s publisher' }).click();
  await page.getByRole('tab', { name: 'Inspector' }).click();
  await expect(rowsWith(page, 'private-encrypted-orders').filter({ hasText: 'next' }).first()).toBeVisible();
  await page.getByRole('tab', { name: 'Keys & rotation' }).click();
  // Events of the first second after the swap are left out: the next ones tell.
  await rotation.getByRole('button', { name: 'Check captured events' }).click();
  const check = stepOf(rotation, 'Captured events open with the new key');
  await expect(async () => {
    const again = check.getByRole('button', { name: 'Check again' });
    if (await again.isVisible()) await again.click();
    await expect(check).toContainText('Holds', { timeout: 500 });
  }).toPass({ timeout: 20_000 });
  await rotation.getByRole('button', { name: 'Switch Latchkey over' }).click();
  await rotation.getByRole('button', { name: 'Forget the old key' }).click();
  await confirm(page, 'Forget the old key');
  await expect(page.getByText('Finished').first()).toBeVisible();
});

test('takes a master key that was made elsewhere, and a pair from the provider', async ({
  latchkey: page,
}) => {
  const { server, credentials } = await startServer();
  const newMasterKey = () => randomBytes(32).toString('base64');
  await addApp(page, { name: 'shop', credentials, masterKeyBase64: newMasterKey() });
  await page.getByRole('tab', { name: 'Keys & rotation' }).click();

  await page
    .getByRole('listitem')
    .filter({ hasText: 'Encryption master key' })
    .getByRole('button', { name: /Start/ })
    .click();
  const masterKey = page.getByRole('region', { name: 'Rotation: Encryption master key' });
  await masterKey.getByLabel('New master key').fill(newMasterKey());
  await masterKey.getByRole('button', { name: 'Keep the new master key' }).click();
  await expect(stepOf(masterKey, 'Make a new master key')).toContainText('Done');
  await expect(stepOf(masterKey, 'Swap the key').getByRole('checkbox')).toBeEnabled();

  await page
    .getByRole('listitem')
    .filter({ hasText: 'Key and secret' })
    .getByRole('button', { name: /Start/ })
    .click();
  const pair = page.getByRole('region', { name: 'Rotation: Key and secret' });
  await pair.getByLabel('Key of the new pair').fill('nextkey');
  await pair.getByLabel('Secret of the new pair').fill(randomBytes(10).toString('hex'));
  await pair.getByRole('button', { name: 'Keep the new pair' }).click();
  await pair.getByRole('button', { name: 'Check the new pair' }).click();
  await expect(stepOf(pair, 'The new pair is accepted')).toContainText('answered 401');
  await expect(pair.getByRole('button', { name: 'Switch Latchkey over' })).toHaveCount(0);
  await page.screenshot({ path: test.info().outputPath('rotation.png') });
  await server.close();
});
