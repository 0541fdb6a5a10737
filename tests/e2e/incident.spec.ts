/** What somebody needs in the middle of an incident: one event among many, a server that keeps dying, keys that change. */
import { randomBytes } from 'node:crypto';
import type { Page } from '@playwright/test';
import { EventSender } from '../support/event-sender.ts';
import { ScriptedServer } from '../support/scripted-server.ts';
import { expect, rowsWith, test } from './support/latchkey.ts';
import { officialServer } from './support/official.ts';
import { addApp, startServer, subscribe } from './support/server.ts';

const count = (page: Page) => page.getByTitle(/searched$/);

async function filterBy(page: Page, text: string): Promise<void> {
  await page.getByLabel('Filter', { exact: true }).fill(text);
}

test('finds one event among 200,000 by what is in it', async ({ latchkey: page }, testInfo) => {
  const events = 200_000;
  const sender = await EventSender.start();
  await addApp(page, { name: 'shop', credentials: sender.credentials });
  await sender.send({ from: 1_000_000, count: events, perSecond: null });
  await expect(count(page)).toContainText(/^200,0\d\d events$/, { timeout: 30_000 });

  await filterBy(page, '$.data.number=1123456');
  await expect(count(page)).toHaveText(/^1 of 200,0\d\d$/);
  const rows = page.getByRole('grid', { name: 'Events' }).getByRole('row');
  // With the heading.
  await expect(rows).toHaveCount(2);
  await rows.last().click();
  const details = page.getByRole('region', { name: 'Event details' });
  await expect(details).toContainText('1123456');
  await expect(details).toContainText('customer-456');
  await page.screenshot({ path: testInfo.outputPath('found.png') });

  await filterBy(page, '$.data.number=2123456');
  await expect(page.getByText(/^None of 200,0\d\d events matches this filter/)).toBeVisible();

  // A click while rows rush by is for the event that was there when it began.
  await filterBy(page, '');
  const grid = page.getByRole('grid', { name: 'Events' });
  const first = 3_000_000;
  const sending = sender.send({ from: first, count: 12_000, perSecond: 3_000 });
  await expect(rows.filter({ hasText: '"number":300' }).first()).toBeVisible();
  const pressed = grid.evaluate(
    (element) =>
      new Promise<string>((resolve) =>
        element.addEventListener(
          'pointerdown',
          ({ target }) => resolve((target as Element).closest('[role=row]')?.textContent ?? ''),
          { once: true, capture: true },
        ),
      ),
  );
  const shown = async () =>
    Number(/^[\d,]*/.exec((await count(page).textContent()) ?? '')?.[0].replaceAll(',', ''));
  const box = await rows.nth(5).boundingBox();
  await page.mouse.move((box?.x ?? 0) + 200, (box?.y ?? 0) + 13);
  await page.mouse.down();
  const before = await shown();
  await expect.poll(shown).toBeGreaterThan(before + 500);
  await page.mouse.up();
  const [, number] = /"number":(\d+)/.exec(await pressed) ?? [];
  expect(Number(number)).toBeGreaterThan(first);
  await expect(details).toContainText(`number: ${number}`);
  await sending;
  await expect(grid.locator('[aria-selected=true]')).toContainText(`"number":${number}`);
  await sender.stop();

  // Who listens to the list is told of each row, also where the list has to scroll for it.
  await grid.focus();
  const told = new Set<string | null>();
  for (let step = 0; step < 40; step++) {
    await page.keyboard.press('ArrowDown');
    const id = await grid.getAttribute('aria-activedescendant');
    expect(await page.locator(`[id="${id}"]`).getAttribute('aria-selected')).toBe('true');
    told.add(id);
  }
  expect(told.size).toBe(40);
});

test('comes back 20 times from a server that is killed, and marks each gap', async ({
  latchkey: page,
}, testInfo) => {
  const kills = 20;
  const channels = ['orders', 'private-orders', 'presence-room', 'private-encrypted-orders'];
  const server = await ScriptedServer.start();
  const { port, key, secret, appId } = server;
  await addApp(page, { name: 'shop', credentials: { port, key, secret, appId } });
  for (const channel of channels) await subscribe(page, channel);
  await page.getByRole('button', { name: 'Connected. Show the connections' }).click();
  const subscribed = page
    .getByRole('list', { name: 'Subscriptions of connection 1' })
    .getByText('Subscribed', { exact: true });
  await expect(subscribed).toHaveCount(channels.length);

  for (let kill = 1; kill <= kills; kill++) {
    await server.stop();
    await expect(subscribed).toHaveCount(0);
    await server.listen();
    await expect(subscribed).toHaveCount(channels.length);
    for (const channel of channels) server.publish(channel, 'order-paid', `"after kill ${kill}"`);
  }

  const timeline = page.getByRole('list', { name: 'Timeline of connection 1' });
  await expect(timeline.getByRole('listitem').filter({ hasText: 'Connection lost for' })).toHaveCount(kills);
  await page.screenshot({ path: testInfo.outputPath('timeline.png') });

  await page.getByRole('tab', { name: 'Inspector' }).click();
  await filterBy(page, 'missing');
  await expect(rowsWith(page, 'events sent in that time are missing here')).toHaveCount(kills);
  await expect(count(page)).toContainText(`${kills} of `);
  await page.screenshot({ path: testInfo.outputPath('gaps.png') });
  // What came right after each of them, on every channel.
  await filterBy(page, 'order-paid');
  await expect(count(page)).toContainText(`${kills * channels.length} of `);
  await server.stop();
});

test('reads an encrypted channel through a change of its master key', async ({
  latchkey: page,
}, testInfo) => {
  const channel = 'private-encrypted-orders';
  const [before, after, unknown] = Array.from({ length: 3 }, () => randomBytes(32).toString('base64'));
  const { server, credentials } = await startServer();
  const publish = (masterKeyBase64: string | undefined, name: string) =>
    officialServer(credentials, masterKeyBase64 ?? '').trigger(channel, name, { of: name });
  await addApp(page, { name: 'shop', credentials, masterKeyBase64: before ?? '' });
  await subscribe(page, channel);
  await expect(rowsWith(page, 'ucceeded')).toBeVisible();

  // The servers change one after the other, and this app does not know the new key yet.
  await publish(before, 'order.first');
  await publish(after, 'order.early');
  await expect(rowsWith(page, 'order.first')).toContainText('"of":"order.first"');
  await expect(
    rowsWith(page, 'order.first').getByRole('gridcell', { name: 'current', exact: true }),
  ).toBeVisible();
  await expect(rowsWith(page, 'order.early')).toContainText('closed');

  await page.getByRole('tab', { name: 'Keys & rotation' }).click();
  await page
    .getByRole('listitem')
    .filter({ hasText: 'Encryption master key' })
    .getByRole('button', { name: /Start/ })
    .click();
  const rotation = page.getByRole('region', { name: 'Rotation: Encryption master key' });
  await rotation.getByLabel('New master key').fill(after ?? '');
  await rotation.getByRole('button', { name: 'Keep the new master key' }).click();
  await expect(rotation.getByLabel('New master key')).toHaveCount(0);

  await page.getByRole('tab', { name: 'Inspector' }).click();
  await publish(before, 'order.late');
  await publish(after, 'order.next');
  await publish(unknown, 'order.foreign');
  const details = page.getByRole('region', { name: 'Event details' });
  for (const [name, slot] of [
    ['order.first', 'current'],
    ['order.early', 'next'],
    ['order.late', 'current'],
    ['order.next', 'next'],
  ] as const) {
    await expect(rowsWith(page, name)).toContainText(`"of":"${name}"`);
    await expect(rowsWith(page, name).getByRole('gridcell', { name: slot, exact: true })).toBeVisible();
    await rowsWith(page, name).click();
    await details.getByRole('tab', { name: /Ciphertext/ }).click();
    await expect(details).toContainText(new RegExp(`opened with the\\s*${slot}\\s*master key`));
  }
  await page.screenshot({ path: testInfo.outputPath('both-keys.png') });
  await expect(rowsWith(page, 'order.foreign')).toContainText('closed');
  await rowsWith(page, 'order.foreign').click();
  await expect(details).toContainText('None of the master keys here opens this event.');
  await page.screenshot({ path: testInfo.outputPath('unknown-key.png') });
  await server.close();
});
