/** A stranger's first minute. */
import { copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, openSandbox, rowsWith, test } from './support/latchkey.ts';

test('from the first screen to a decrypted event, in five clicks', async ({ latchkey: page }, testInfo) => {
  const startedAt = performance.now();
  let clicks = 0;
  await page.exposeFunction('countClick', () => clicks++);
  await page.evaluate(() => {
    addEventListener('click', () => (window as unknown as { countClick(): void }).countClick(), true);
  });

  await openSandbox(page);
  await page.getByRole('button', { name: 'Start demo traffic' }).click();
  const encrypted = rowsWith(page, 'private-encrypted-orders').filter({ hasText: 'order.' });
  await expect(encrypted.first()).toContainText('"demo":true');
  await encrypted.first().click();
  const details = page.getByRole('region', { name: 'Event details' });
  await details.getByRole('tab', { name: 'Plaintext | Ciphertext' }).click();
  await expect(details).toContainText('opened with the');
  await expect(details).toContainText('nonce');
  await expect(details.getByRole('tree', { name: 'Plaintext' })).toContainText('demo');

  expect(clicks).toBeLessThanOrEqual(5);
  expect(performance.now() - startedAt).toBeLessThan(60_000);

  await expect(rowsWith(page, 'presence-demo-room').first()).toBeVisible();
  await expect(page.getByText('vault unlocked')).toBeVisible();
  const later = encrypted.filter({ hasText: 'order.paid' });
  await page.getByRole('button', { name: 'Newest' }).click();
  await expect(later).not.toHaveCount(0);
  await expect(rowsWith(page, 'demo-prices').nth(4)).toBeVisible();
  // The first click may come to a row that took its place, and has the list stand still.
  await expect(async () => {
    await later.last().click();
    const plaintext = details.getByRole('tree', { name: 'Plaintext' });
    await expect(plaintext).toContainText('demo', { timeout: 2000 });
  }).toPass();
  const picture = testInfo.outputPath('inspector.png');
  await page.screenshot({ path: picture });
  // The picture in README is this one: LATCHKEY_UPDATE_PICTURE=1 npm test -- --only build,e2e
  if (process.env.LATCHKEY_UPDATE_PICTURE === '1') {
    copyFileSync(picture, fileURLToPath(new URL('../../docs/inspector.png', import.meta.url)));
  }
});
