/** The vault locks as the screen does, and as the machine goes to sleep. */
import { randomBytes } from 'node:crypto';
import { choose } from '../e2e/support/secrets.ts';
import { expect, test } from './support/test.ts';

for (const { event, reason } of [
  { event: 'lock-screen', reason: 'The vault was locked with the screen.' },
  { event: 'suspend', reason: 'The vault was locked as the machine went to sleep.' },
] as const) {
  test(`“${event}” locks a vault that opens again`, async ({ app }) => {
    const { page, control } = app;
    const passphrase = randomBytes(9).toString('base64');
    await choose(page, 'Keep secrets in a vault file');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('New passphrase').fill(passphrase);
    await dialog.getByLabel('The same again').fill(passphrase);
    await dialog.getByLabel('The same again').press('Enter');
    await expect(page.getByText('Vault unlocked · vault file')).toBeVisible();
    const vaults = async () => (await control('children')).filter(({ name }) => /vault/.test(name ?? ''));
    expect(await vaults()).toHaveLength(1);

    await control('power', event);
    await expect(page.getByText('Vault locked')).toBeVisible();
    await choose(page, 'Show vault');
    await expect(page.getByText(reason)).toBeVisible();
    await expect.poll(vaults).toEqual([]);
  });
}

test('neither forgets the secrets of a session', async ({ app }) => {
  const { page, control } = app;
  await choose(page, 'Keep secrets for this session only');
  await expect(page.getByText('Vault unlocked · this session only')).toBeVisible();
  await control('power', 'lock-screen');
  await control('power', 'suspend');
  await choose(page, 'Show vault');
  await expect(page.getByText('Vault unlocked · this session only')).toBeVisible();
});
