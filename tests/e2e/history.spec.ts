/** What was recorded outlives the app, is found again, and goes when it is told to. */
import { expect, rowsWith, test } from './support/latchkey.ts';
import { look } from './support/look.ts';
import { officialServer } from './support/official.ts';
import { addApp, startServer, subscribe } from './support/server.ts';

test('opens the session of an earlier start, names it, keeps it, and deletes it', async ({
  start,
}, testInfo) => {
  const outputPath = (name: string) => testInfo.outputPath(name);
  const { server, credentials } = await startServer();
  const first = await start();
  await addApp(first.page, { name: 'shop', credentials });
  await subscribe(first.page, 'orders');
  await expect(rowsWith(first.page, 'subscription_succeeded')).toBeVisible();
  const official = officialServer(credentials, Buffer.alloc(32).toString('base64'));
  await official.trigger('orders', 'order.created', { id: 4711 });
  await expect(rowsWith(first.page, '"id":4711')).toBeVisible();
  await first.stop();

  const { page } = await start();
  await expect(page.getByRole('heading', { name: 'shop' })).toBeVisible();
  await expect(rowsWith(page, '4711')).toHaveCount(0);
  await page.getByRole('button', { name: 'Sessions' }).click();
  const table = page.getByRole('table', { name: 'Sessions' });
  await expect(table.getByRole('row')).toHaveCount(2);
  await table.getByRole('button', { name: /^More about/ }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByLabel('Name of the session').fill('the big order');
  await page.keyboard.press('Enter');
  await expect(table).toContainText('the big order');
  await table.getByRole('button', { name: /^More about/ }).click();
  await page.getByRole('menuitem', { name: 'Keep', exact: true }).click();
  await expect(table).toContainText('kept');
  await look(page, 'sessions', outputPath);

  await table.getByRole('button', { name: 'Open' }).click();
  await expect(page.getByText(/^the big order · .* events$/)).toBeVisible();
  await rowsWith(page, '"id":4711').click();
  await expect(page.getByRole('region', { name: 'Event details' })).toContainText('4711');
  await page.getByLabel('Filter', { exact: true }).fill('nothing like it');
  await expect(page.getByText(/None of \d+ events matches this filter/)).toBeVisible();
  await page.getByLabel('Filter', { exact: true }).fill('4711');
  await expect(rowsWith(page, '"id":4711')).toBeVisible();
  await look(page, 'earlier-session', outputPath);

  await page.getByRole('button', { name: 'Sessions' }).click();
  await table.getByRole('button', { name: /^More about/ }).click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await page.getByRole('button', { name: 'Delete session' }).click();
  await expect(page.getByText(/deleted from disk/)).toBeVisible();
  await expect(page.getByText(/Nothing was recorded of this app yet/)).toBeVisible();
  await look(page, 'no-sessions', outputPath);
  await page.keyboard.press('Escape');
  await expect(page.getByText('No events yet.')).toBeVisible();
  await server.close();
});
