/** An app's channels: found at the server, as a tree, subscribed to by pattern as they appear, and remembered. */
import { RawClient } from '../support/raw-client.ts';
import { expect, test } from './support/latchkey.ts';
import { addApp, startServer } from './support/server.ts';

test('finds channels, follows a pattern, and keeps a favourite over a restart', async ({
  start,
}, testInfo) => {
  test.setTimeout(90_000);
  const picture = (name: string) => testInfo.outputPath(`${name}.png`);
  const { server, credentials } = await startServer();
  const other = await RawClient.connect(credentials.port, credentials.key);
  const occupy = async (channel: string) => {
    other.send({ event: 'pusher:subscribe', data: { channel } });
    await other.settle();
  };
  for (const channel of ['orders-1', 'orders-2', 'orders-eu.1', 'news', 'cache-prices'])
    await occupy(channel);

  let latchkey = await start();
  let { page } = latchkey;
  await addApp(page, { name: 'shop', credentials });
  await page.getByRole('tab', { name: 'Channels' }).click();
  const tree = page.getByRole('treegrid', { name: 'Channels' });
  await expect(tree.getByRole('row', { name: /orders-/ })).toContainText('3 channels');
  await expect(page.getByText('5 channels')).toBeVisible();
  await expect(tree.getByRole('row', { name: /^news/ })).toContainText('1');

  const prefix = page.getByLabel('Ask for names that begin with');
  await prefix.fill('orders-e');
  await prefix.press('Enter');
  const count = page.getByRole('toolbar', { name: 'Channels on show' }).getByRole('status');
  await expect(count).toHaveText('1 channel');
  await prefix.fill('');
  await prefix.press('Enter');
  await expect(count).toHaveText('5 channels');

  // By keys: down to the group, open it, and into it.
  await page.getByLabel('Search channels').focus();
  await page.keyboard.press('Enter');
  const active = tree.getByRole('row', { selected: true });
  for (const label of ['Public', 'news', 'orders-']) {
    await page.keyboard.press('ArrowDown');
    await expect(active).toContainText(label);
  }
  await expect(active).toHaveAttribute('aria-expanded', 'false');
  await page.keyboard.press('ArrowRight');
  await expect(active).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.press('ArrowRight');
  await expect(active).toHaveAttribute('aria-level', '3');
  await page.keyboard.press('ArrowLeft');
  await expect(active).toContainText('orders-');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('f');
  await expect(page.getByRole('button', { name: 'Take orders-1 out of favourites' })).toBeVisible();
  await page.keyboard.press('s');
  await expect(active).toContainText('Subscribed');
  await page.screenshot({ path: picture('chosen') });
  await page.keyboard.press('s');
  await expect(active).toContainText('Occupied');

  await page.getByLabel('Pattern', { exact: true }).fill('orders-*');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('list', { name: 'Patterns' })).toContainText('3 channels');
  await occupy('orders-3');
  await page.getByRole('button', { name: 'Ask now' }).click();
  await expect(page.getByRole('list', { name: 'Patterns' })).toContainText('4 channels');
  await expect(tree.getByRole('row').filter({ hasText: 'by pattern' })).toHaveCount(4);
  await page.getByRole('radio', { name: 'Subscribed to' }).click();
  await expect(page.getByText('4 channels').first()).toBeVisible();
  await page.screenshot({ path: picture('pattern') });
  await page.getByRole('radio', { name: 'All' }).click();
  await page.getByLabel('Search channels').fill('prices');
  await tree.getByRole('row').filter({ hasText: 'prices' }).click();
  await page.getByRole('button', { name: 'Ask for its cache' }).click();
  await expect(page.getByText('named no cached event')).toBeVisible();
  for (const width of [900, 1440]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: picture(`cache-${width}-${colorScheme}`) });
    }
  }
  await latchkey.stop();

  latchkey = await start();
  ({ page } = latchkey);
  await page.getByRole('tab', { name: 'Channels' }).click();
  await page.getByRole('radio', { name: 'Favourites' }).click();
  const favourites = page.getByRole('treegrid', { name: 'Channels' });
  await expect(favourites.getByRole('row').filter({ hasText: 'orders-1' })).toBeVisible();
  await page.screenshot({ path: picture('locked') });
  other.close();
  await server.close();
});
