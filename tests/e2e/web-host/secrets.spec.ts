/** What only the web host does with secrets on their way out: its page has the clipboard. And its audit log, page by page. */
import type { Page } from '@playwright/test';
import { type RawData, WebSocket } from 'ws';
import { startSecretService } from '../../support/secret-service.ts';
import { startWebHost } from '../support/hosts.ts';
import { expectGone, firstEntries, openKeys, showStill, stopTime } from '../support/secrets.ts';
import { expect, test } from '../support/web-host.ts';

const onClipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

/** Says the same as this page would, beside it and by its session. */
async function callHost(page: Page, calls: readonly { method: string; input: object }[]): Promise<void> {
  const { origin, host } = new URL(page.url());
  const stored = await page.waitForFunction(() => sessionStorage.getItem('latchkey-session'));
  const session = await stored.jsonValue();
  const socket = new WebSocket(`ws://${host}/socket`, { origin });
  const answer = (isIt: (message: { type: string; id?: number }) => boolean) =>
    new Promise<{ type: string }>((resolve) => {
      const listen = (data: RawData) => {
        const message = JSON.parse(data.toString());
        if (!isIt(message)) return;
        socket.off('message', listen);
        resolve(message);
      };
      socket.on('message', listen);
    });
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'hello', session }));
  await answer(({ type }) => type === 'welcome');
  for (const [id, call] of calls.entries()) {
    socket.send(JSON.stringify({ type: 'call', id, ...call }));
    expect((await answer((message) => message.id === id)).type).toBe('result');
  }
  socket.close();
}

test('hides a secret that is shown when the vault is locked, or Latchkey is gone', async ({
  page,
  dataFolder,
}) => {
  const keyring = await startSecretService();
  await keyring.startKeyring();
  const host = await startWebHost({ dataFolder, environment: { ...keyring.env } as NodeJS.ProcessEnv });
  await page.goto(host.url);
  await expect(page.getByText('Vault unlocked · keychain')).toBeVisible();
  const { server, secret } = await openKeys(page);
  await showStill(page, secret);
  await callHost(page, [{ method: 'vault.lock', input: {} }]);
  await expectGone(page, secret);
  await callHost(page, [{ method: 'vault.unlock', input: {} }]);
  await showStill(page, secret);
  await host.stop();
  await expectGone(page, secret);
  await server.close();
  await keyring.close();
});

test('copies a secret, and takes it off the clipboard again', async ({ latchkey: page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { server, secret } = await openKeys(page);
  const copy = async () => {
    await page.getByRole('button', { name: 'Copy the current app secret' }).click();
    const panel = page.getByRole('region', { name: 'Copy the current app secret of shop' });
    await panel.getByRole('button', { name: 'Copy', exact: true }).click();
    await expect(page.getByText('Secret copied')).toBeVisible();
  };
  await stopTime(page);
  await copy();
  expect(await onClipboard(page)).toBe(secret);
  expect(await page.content()).not.toContain(secret);
  await page.clock.runFor(9_990);
  expect(await onClipboard(page)).toBe(secret);
  await page.clock.runFor(10);
  await expect(page.getByText('Clipboard cleared')).toBeVisible();
  expect(await onClipboard(page)).toBe('');
  await page.clock.resume();

  // Something else that was copied meanwhile is left alone.
  await copy();
  await page.evaluate(() => navigator.clipboard.writeText('the user’s own'));
  await page.clock.fastForward(10_000);
  await expect(page.getByText('Secret copied')).toHaveCount(0);
  expect(await onClipboard(page)).toBe('the user’s own');

  await copy();
  await page.keyboard.press('ControlOrMeta+Shift+L');
  await page.getByRole('button', { name: 'Lock and forget' }).click();
  await expect.poll(() => onClipboard(page)).toBe('');
  expect((await firstEntries(page, 5)).map((text) => text.split(' | ')[1])).toEqual([
    'Forgotten',
    'Vault locked',
    'Copied',
    'Copied',
    'Copied',
  ]);
  await server.close();
});

test('says so when the browser does not let it clear the clipboard, and lets the user', async ({
  latchkey: page,
  context,
}) => {
  await context.grantPermissions(['clipboard-write']);
  const { server, secret } = await openKeys(page);
  await page.getByRole('button', { name: 'Copy the current app secret' }).click();
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await expect(page.getByText('Secret copied')).toBeVisible();
  // The user goes to another window, where the secret is pasted, or something else is copied: the page can't know.
  await page.evaluate(() => window.dispatchEvent(new Event('blur')));
  await page.clock.fastForward(10_000);
  const notice = page.getByRole('alert').filter({ hasText: 'may still be on the clipboard' });
  await expect(notice).toContainText('current app secret of shop');
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  expect(await onClipboard(page)).toBe(secret);
  await notice.getByRole('button', { name: 'Clear the clipboard' }).click();
  await expect(notice).toHaveCount(0);
  expect(await onClipboard(page)).toBe('');
  await server.close();
});

test('pages through a long audit log, by keys alone', async ({ latchkey: page }) => {
  const round = [
    { method: 'vault.lock', input: { forget: true } },
    { method: 'vault.unlock', input: {} },
  ];
  await callHost(page, [
    { method: 'vault.chooseStore', input: { store: 'session' } },
    ...Array.from({ length: 30 }, () => round).flat(),
  ]);
  const [newest] = await firstEntries(page, 1);
  const older = page.getByRole('button', { name: 'Older' });
  const newer = page.getByRole('button', { name: 'Newer' });
  const rows = page.getByRole('table', { name: 'Audit log' }).getByRole('row');
  await expect(rows).toHaveCount(51);
  await expect(newer).toBeDisabled();
  await older.focus();
  await page.keyboard.press('Enter');
  await expect(rows).toHaveCount(13);
  await expect(rows.last()).toContainText('Store chosen');
  await expect(older).toBeDisabled();
  expect(await page.evaluate(() => document.activeElement === document.body)).toBe(false);
  await newer.focus();
  await page.keyboard.press('Enter');
  await expect(rows).toHaveCount(51);
  expect((await firstEntries(page, 1))[0]).toBe(newest);
  // A new entry comes by itself.
  await callHost(page, round.slice(0, 1));
  await expect(rows.nth(1)).toContainText('Vault locked');
});
