/** What was recorded outlives the app, is found again, and goes when it is told to. */
import { globSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, rowsWith, test } from './support/latchkey.ts';
import { look } from './support/look.ts';
import { officialServer } from './support/official.ts';
import { addApp, startServer, subscribe } from './support/server.ts';

test('opens the session of an earlier start, names it, keeps it, and deletes it', async ({
  start,
  dataFolder,
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
  // As if its first segment had gone.
  const [segment = ''] = globSync(join(dataFolder, 'history/*/*/000001.ndjson'));
  for (const path of [segment, segment.replace('.ndjson', '.index')])
    renameSync(path, path.replace('000001', '000002'));

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
  await expect(page.getByText(/^Its beginning was deleted: /)).toBeVisible();
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
  await expect(page.getByText('The session that was on show was deleted.')).toHaveCount(0);
  await server.close();
});

test('hands events on without what is nobody’s business, and takes them in again', async ({
  latchkey: page,
  hostKind,
}, testInfo) => {
  test.skip(hostKind !== 'web', 'Elsewhere a file is named in the system’s dialog.');
  const outputPath = (name: string) => testInfo.outputPath(name);
  const { server, credentials } = await startServer();
  await addApp(page, { name: 'shop', credentials });
  await subscribe(page, 'private-orders');
  await expect(rowsWith(page, 'subscription_succeeded')).toBeVisible();
  const official = officialServer(credentials, Buffer.alloc(32).toString('base64'));
  await official.trigger('private-orders', 'order.created', { id: 4711, card: '4111-1111' });
  await expect(rowsWith(page, '"id":4711')).toBeVisible();

  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await page.getByRole('button', { name: 'Write the file' }).click();
  await expect(page.getByText('Name the file to write.')).toBeVisible();
  const path = outputPath('shop.ndjson');
  await page.getByLabel('Write to').fill(path);
  await page.getByLabel('Also members of these names').fill('card');
  await page.getByRole('button', { name: 'Write the file' }).click();
  await expect(page.getByText('Written.')).toBeVisible();
  await look(page, 'export-events', outputPath);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain('4711');
  expect(text).not.toContain('4111-1111');
  expect(text).not.toContain(`"auth":"${credentials.key}`);
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Sessions' }).click();
  await expect(page.getByLabel('File to import')).toHaveAttribute(
    'placeholder',
    '/home/ana/shop/shop.ndjson',
  );
  await page.getByLabel('File to import').fill(outputPath('none.ndjson'));
  await page.getByLabel('File to import').press('Enter');
  await expect(page.getByText('There is no such file.')).toBeVisible();
  await page.getByLabel('File to import').fill(path);
  await page.getByLabel('File to import').press('Enter');
  await expect(page.getByText(/events imported\.$/)).toBeVisible();
  await look(page, 'import-events', outputPath);
  await page.getByRole('button', { name: 'Open it' }).click();
  await expect(page.getByText(/^shop · imported /)).toBeVisible();
  await expect(rowsWith(page, '"id":4711')).toContainText('‹redacted›');
  await page.getByRole('button', { name: 'Back to the live log' }).click();
  await expect(rowsWith(page, '4111-1111')).toBeVisible();

  // Deleted in another tab while it is on show here.
  await page.getByRole('button', { name: 'Sessions' }).click();
  await page
    .getByRole('row', { name: /shop · imported/ })
    .getByRole('button', { name: 'Open' })
    .click();
  await expect(rowsWith(page, '"id":4711')).toContainText('‹redacted›');
  const opened = page.waitForEvent('popup');
  await page.evaluate(() => void window.open('/'));
  const other = await opened;
  await other.getByRole('button', { name: 'Sessions' }).click();
  await other.getByRole('button', { name: /^More about shop · imported/ }).click();
  await other.getByRole('menuitem', { name: 'Delete…' }).click();
  await other.getByRole('button', { name: 'Delete session' }).click();
  await expect(
    page.getByText('The session that was on show was deleted. This is the live log.'),
  ).toBeVisible();
  await expect(rowsWith(page, '4111-1111')).toBeVisible();
  await look(page, 'session-gone', outputPath);
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByText('The session that was on show was deleted.')).toHaveCount(0);
  await server.close();
});
