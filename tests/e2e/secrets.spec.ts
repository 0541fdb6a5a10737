/** Secrets on their way out: shown for some seconds, and the audit log of it. */
import { expect, test } from './support/latchkey.ts';
import { choose, expectGone, firstEntries, openKeys, showStill, stopTime } from './support/secrets.ts';

test('shows a secret when asked twice, for ten seconds, and writes it down', async ({ latchkey: page }) => {
  const { server, secret } = await openKeys(page);
  const button = page.getByRole('button', { name: 'Show the current app secret' });
  await button.click();
  const panel = page.getByRole('region', { name: 'Show the current app secret of shop' });
  await expect(panel).toContainText(`••••${secret.slice(-4)}`);
  await expect(panel.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(panel).toHaveCount(0);
  await expect(button).toBeFocused();

  // By keys alone.
  await choose(page, 'Show the current app secret');
  await expect(panel.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await expect(panel.getByRole('button', { name: 'Show for 10 s' })).toBeFocused();
  await stopTime(page);
  await page.keyboard.press('Enter');
  await expect(panel.getByText(secret)).toBeVisible();
  await expect(panel.getByRole('button', { name: 'Hide now' })).toBeFocused();
  await expect(panel).toContainText('Hidden in 10 s');
  await page.clock.runFor(9_000);
  await expect(panel).toContainText('Hidden in 1 s');
  await expect(panel.getByText(secret)).toBeVisible();
  await page.clock.runFor(1_000);
  await expect(panel).toHaveCount(0);
  expect(await page.content()).not.toContain(secret);
  await expect(button).toBeFocused();
  await page.clock.resume();

  const [entry] = await firstEntries(page, 1);
  const summary = `App secret\\s*current\\s*••••${secret.slice(-4)}\\s*[0-9a-f]{16}`;
  expect(entry).toMatch(new RegExp(`\\| Shown \\| ${summary} \\| shop$`));
  expect(await page.content()).not.toContain(secret);
  await server.close();
});

test('hides a secret that is shown as soon as it is left', async ({ latchkey: page }) => {
  const { server, secret } = await openKeys(page);
  const show = () => showStill(page, secret);
  const isGone = () => expectGone(page, secret);
  await show();
  await page.keyboard.press('Escape');
  await isGone();
  await show();
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
    Reflect.deleteProperty(document, 'hidden');
  });
  await isGone();
  await show();
  await page.getByRole('tab', { name: 'Inspector' }).click();
  await isGone();
  await server.close();
});
