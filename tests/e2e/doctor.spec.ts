/** Checking credentials, on the screen of an app’s keys. */
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, openSandbox, rowsWith, test } from './support/latchkey.ts';
import { openPalette } from './support/secrets.ts';
import { addApp, startServer } from './support/server.ts';

const found = (page: Page) => page.getByRole('list', { name: 'What was found' });
const checkButton = (page: Page) => page.getByRole('button', { name: /^Check (?:credentials|again)$/ });

async function openKeys(page: Page): Promise<void> {
  await page.getByRole('tab', { name: 'Keys & rotation' }).click();
  await expect(checkButton(page)).toBeVisible();
}

async function picture(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of [900, 1440]) {
      await page.setViewportSize({ width, height: 1000 });
      await page.screenshot({ path: test.info().outputPath(`${name}-${width}-${colorScheme}.png`) });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect.soft(overflow, `${name} at ${width} px`).toBeLessThanOrEqual(0);
    }
    const tags = ['wcag2a', 'wcag2aa', 'wcag21aa'];
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().withTags(tags).analyze();
    expect
      .soft(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`),
        `${name}, ${colorScheme}`,
      )
      .toEqual([]);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

test('checks the sandbox’s key, secret and master key, with keys alone', async ({ latchkey: page }) => {
  await openSandbox(page);
  await page.getByRole('button', { name: 'Start demo traffic' }).click();
  await expect(
    rowsWith(page, 'private-encrypted-orders').filter({ hasText: 'order.' }).first(),
  ).toBeVisible();
  await page.keyboard.press('ControlOrMeta+5');
  await expect(checkButton(page)).toBeVisible();
  await openPalette(page);
  await page.keyboard.type('check credentials');
  await page.keyboard.press('Enter');
  const [pair, masterKey] = [
    found(page).getByRole('listitem').filter({ hasText: 'Key and secret' }).first(),
    found(page).getByRole('listitem').filter({ hasText: 'Encryption master key' }).first(),
  ];
  await expect(pair).toContainText('Works');
  await expect(pair).toContainText('Accepted (200).');
  await expect(masterKey).toContainText('Works');
  await expect(masterKey).toContainText(/(\d+) of \1 open with it\./);
  await picture(page, 'works');
});

test('says that the secret is wrong, and that it is right once it was entered again', async ({
  latchkey: page,
}) => {
  const { server, credentials } = await startServer();
  const wrong = { ...credentials, secret: `${credentials.secret}x` };
  await addApp(page, { name: 'shop', credentials: wrong });
  await openKeys(page);
  await checkButton(page).click();
  await expect(found(page)).toContainText('Wrong secret');
  await expect(found(page)).toContainText('What to do: Enter the secret that stands beside this very key');
  await expect(found(page)).toContainText('Answered 401.');
  await expect(found(page).getByRole('region', { name: 'The server’s own words' })).toBeVisible();
  await expect(page.getByText('Key and secret: wrong secret.')).toBeAttached();
  await picture(page, 'wrong-secret');

  await page.getByRole('button', { name: 'More about the current app secret' }).click();
  await page.getByRole('menuitem', { name: 'Replace' }).click();
  await page.getByLabel(`Secret of the key ${credentials.key}`).fill(credentials.secret);
  await page.getByRole('button', { name: /^Replace ••••/ }).click();
  // What was found was found of the other secret.
  await expect(found(page)).toHaveCount(0);
  await checkButton(page).click();
  await expect(found(page)).toContainText('Works');
  await server.close();
});

test('checks the pair that waits to be the current one, and that one alone', async ({ latchkey: page }) => {
  const { server, app, credentials } = await startServer();
  const next = app.createPair();
  await addApp(page, { name: 'shop', credentials });
  await openKeys(page);
  await page
    .getByRole('listitem')
    .filter({ hasText: 'Key and secret' })
    .getByRole('button', { name: /Start/ })
    .click();
  await page.getByLabel('Key of the new pair').fill(next.key);
  await page.getByLabel('Secret of the new pair').fill(next.secret);
  await page.getByRole('button', { name: 'Keep the new pair' }).click();
  const which = page.getByRole('combobox', { name: 'What to check' });
  await which.press('Enter');
  await page.getByRole('option', { name: `App secret, next: ••••${next.secret.slice(-4)}` }).press('Enter');
  await checkButton(page).press('Enter');
  await expect(found(page).getByRole('heading')).toHaveText([
    `Key and secret next ••••${next.secret.slice(-4)}`,
  ]);
  await expect(found(page)).toContainText('Works');
  await picture(page, 'next');
  await server.close();
});

test('can be cancelled while a server hangs, and the focus stays', async ({ latchkey: page }) => {
  const { server, credentials } = await startServer();
  await addApp(page, { name: 'shop', credentials });
  await openKeys(page);
  await server.close();
  const hanging = createServer(() => {});
  await new Promise<void>((resolve) => hanging.listen(credentials.port, '127.0.0.1', resolve));
  await checkButton(page).press('Enter');
  const cancel = page.getByRole('button', { name: 'Cancel', exact: true });
  await expect(page.getByRole('status').filter({ hasText: 'Checking…' })).toBeVisible();
  await cancel.press('Enter');
  await expect(cancel).toHaveCount(0);
  await expect(checkButton(page)).toBeFocused();
  await expect(found(page)).toHaveCount(0);
  await expect(checkButton(page)).toBeEnabled();
  hanging.closeAllConnections();
  await new Promise((resolve) => hanging.close(resolve));
});

test('checks the key alone once the session’s secret is forgotten', async ({ latchkey: page }) => {
  const { server, credentials } = await startServer();
  await addApp(page, { name: 'shop', credentials });
  await openKeys(page);
  await openPalette(page);
  await page.keyboard.type('lock vault');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Lock and forget' }).click();
  await checkButton(page).click();
  await expect(found(page)).toContainText('The server welcomed the key.');
  await server.close();
});

test('looks for a hosted app on all clusters', async ({ start, hostKind }) => {
  test.skip(hostKind !== 'web', 'Only plain Node can be kept from the network before it starts.');
  const hook = fileURLToPath(new URL('../support/loopback-process.ts', import.meta.url));
  const { page } = await start({ environment: { NODE_OPTIONS: `--import=${hook}` } });
  await page.getByRole('button', { name: 'Add an app' }).click();
  await page.getByLabel('Name', { exact: true }).fill('hosted');
  await page.getByLabel('App id').fill('1');
  await page.getByLabel('Key', { exact: true }).fill('somekey');
  await page.getByLabel('App secret').fill('0123456789abcdefghij');
  await page.getByRole('button', { name: /this session only/ }).click();
  await expect(page.getByText('Vault unlocked')).toBeVisible();
  await page.getByRole('button', { name: 'Add and connect' }).click();
  await expect(page.getByRole('heading', { name: 'hosted' })).toBeVisible();
  await openKeys(page);
  await checkButton(page).click();
  await expect(found(page)).toContainText('Unreachable');
  const everywhere = page.getByRole('button', { name: 'Try all clusters' });
  await picture(page, 'unreachable');
  await everywhere.press('Enter');
  await expect(found(page)).toContainText('The same request to 9 clusters');
  await expect(found(page)).toContainText('Accepted by none of them.');
  await expect(everywhere).toHaveCount(0);
  await expect(checkButton(page)).toBeFocused();
});
