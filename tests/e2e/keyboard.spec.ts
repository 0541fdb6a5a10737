/** Everything that the mouse can do, keys can. */
import { expect, openSandbox, rowsWith, test } from './support/latchkey.ts';
import { choose, openPalette } from './support/secrets.ts';

test('reads the log, filters it, pauses it and looks inside an event without a mouse', async ({
  latchkey: page,
}) => {
  await openSandbox(page);
  await openPalette(page);
  await page.keyboard.type('demo traffic');
  await page.keyboard.press('Enter');
  await expect(rowsWith(page, 'order.').first()).toBeVisible();

  await page.keyboard.press('/');
  await expect(page.getByLabel('Filter', { exact: true })).toBeFocused();
  await page.keyboard.type('"total":');
  await expect(rowsWith(page, 'order.').first()).toBeVisible();
  await expect(rowsWith(page, 'demo-prices')).toHaveCount(0);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  const details = page.getByRole('region', { name: 'Event details' });
  await expect(details).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(details).toHaveCount(0);
  await page.keyboard.press(' ');
  await expect(page.getByRole('button', { name: /^Resume/ })).toBeVisible();
  await page.keyboard.press(' ');
  await expect(page.getByRole('button', { name: /^Pause/ })).toBeVisible();

  for (const [key, tab] of [
    ['2', 'Channels'],
    ['3', 'Presence'],
    ['4', 'Publish'],
    ['5', 'Keys & rotation'],
    ['1', 'Inspector'],
  ] as const) {
    await page.keyboard.press(`ControlOrMeta+${key}`);
    await expect(page.getByRole('tab', { name: tab })).toHaveAttribute('aria-selected', 'true');
  }
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('never loses the focus when what had it goes', async ({ latchkey: page }) => {
  await openSandbox(page);
  const isLost = () => page.evaluate(() => document.activeElement === document.body);
  await choose(page, 'demo traffic');
  await page.keyboard.press('/');
  await expect(page.getByLabel('Filter', { exact: true })).toBeFocused();
  await page.keyboard.press('ControlOrMeta+2');
  await expect(page.getByRole('tab', { name: /Channels/ })).toHaveAttribute('aria-selected', 'true');
  expect(await isLost()).toBe(false);
  const unsubscribe = page.getByRole('button', { name: /^Unsubscribe/ });
  const name = (await unsubscribe.first().getAttribute('aria-label')) ?? '';
  const first = page.getByRole('button', { name, exact: true });
  await first.focus();
  await page.keyboard.press('Enter');
  await expect(first).toHaveCount(0);
  expect(await isLost()).toBe(false);
  await page.keyboard.press('ControlOrMeta+1');
  await expect(page.getByLabel('Filter', { exact: true })).toBeVisible();
  expect(await isLost()).toBe(false);
});

test('comes back to the same place in the log, and to what was typed', async ({ latchkey: page }) => {
  await openSandbox(page);
  await page.getByRole('button', { name: 'Start demo traffic' }).click();
  const events = page.getByRole('grid', { name: 'Events' });
  // More than a window full, so that there is something to scroll away from.
  await expect(events.getByRole('row').filter({ hasText: 'price.changed' }).nth(7)).toBeVisible({
    timeout: 30_000,
  });
  const row = rowsWith(page, 'order.').last();
  await row.click();
  // Rows move on until then.
  const selected = events.getByRole('row', { selected: true });
  const text = await selected.textContent();
  await page.getByRole('tab', { name: 'Publish' }).click();
  const channel = page.getByLabel('Channel', { exact: true });
  await channel.fill('private-enc');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(channel).toHaveValue('private-enc');
  await page.getByRole('tab', { name: 'Inspector' }).click();
  await expect(selected).toBeInViewport();
  expect(await selected.textContent()).toBe(text);
});

test('shows members of a presence channel, and watches them without joining', async ({ latchkey: page }) => {
  await openSandbox(page);
  await page.getByRole('button', { name: 'Start demo traffic' }).click();
  await page.getByRole('tab', { name: 'Presence' }).click();
  const members = page
    .getByRole('grid', { name: /Members of/ })
    .or(page.getByRole('table', { name: /Members of/ }));
  await expect(members.getByRole('row').filter({ hasText: 'ana' })).toBeVisible();
  await expect(members).toContainText('latchkey-');
  await page.getByRole('radio', { name: 'Watch silently' }).click();
  await expect(members.getByRole('row').filter({ hasText: 'ana' })).toBeVisible();
});
