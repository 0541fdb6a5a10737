/** Two clients of one app at once: as two users, with a timeline each, through an outage. */
import { randomBytes } from 'node:crypto';
import { ScriptedServer } from '../support/scripted-server.ts';
import { expect, openSandbox, rowsWith, test } from './support/latchkey.ts';
import { addApp, subscribe } from './support/server.ts';

test('two identities of one app meet on a presence channel, and one is signed in', async ({
  latchkey: page,
}, testInfo) => {
  await openSandbox(page);
  await page.getByRole('button', { name: 'Connected. Show the connections' }).click();
  const list = page.getByRole('table', { name: 'Connections' });
  await expect(list.getByRole('row')).toHaveCount(2);

  await page.getByLabel('Label (optional)').fill('as ben');
  await page.getByRole('button', { name: 'Open another connection' }).click();
  await expect(list.getByRole('row', { name: /as ben/ })).toContainText('Connected');
  await expect(page.getByRole('heading', { name: 'Connection 2, as ben' })).toBeVisible();

  const join = async (number: number, userId: string) => {
    await list.getByRole('button', { name: `Connection ${number}` }).click();
    const form = page.getByRole('form', { name: `Channels of connection ${number}` });
    await form.getByLabel('Channel for this connection').fill('presence-room');
    await form.getByLabel('Join as user id (optional)').fill(userId);
    await form.getByRole('button', { name: `Subscribe connection ${number}` }).click();
    await expect(form.getByRole('list', { name: `Subscriptions of connection ${number}` })).toContainText(
      'Subscribed',
    );
  };
  await join(2, 'ben');
  await join(1, 'ana');

  await list.getByRole('button', { name: 'Connection 2' }).click();
  const user = page.getByRole('form', { name: 'User of connection 2' });
  await user.getByLabel('User id', { exact: true }).fill('ben');
  await user.getByLabel('User info (JSON, optional)').fill('{"name"');
  await user.getByRole('button', { name: 'Sign in' }).click();
  await expect(user.getByText('This is not JSON.')).toBeVisible();
  await user.getByLabel('User info (JSON, optional)').fill('{"name": "Ben"}');
  await user.getByLabel('Watchlist (user ids, optional)').fill('ana');
  await user.getByRole('button', { name: 'Sign in' }).click();
  await expect(user.getByText('and hears what is sent to this user.')).toBeVisible();
  const timeline = page.getByRole('list', { name: 'Timeline of connection 2' });
  await expect(timeline.getByRole('listitem').first()).toContainText('Signed in as ben.');
  for (const [name, width] of [
    ['wide', 1440],
    ['narrow', 900],
  ] as const) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 1000 });
      await page.screenshot({ path: testInfo.outputPath(`connections-${name}-${colorScheme}.png`) });
    }
  }

  // The log says which row is whose; ben, who was there first, is told that ana came.
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('tab', { name: 'Inspector' }).click();
  const told = rowsWith(page, 'member_added').first();
  await expect(told.getByRole('img', { name: 'Connection 2' })).toBeVisible();
  await expect(told).toContainText('ana');
  await expect(
    rowsWith(page, 'pusher:signin').first().getByRole('img', { name: 'Connection 2' }),
  ).toBeVisible();
  await expect(page.getByRole('img', { name: 'Connection 1' }).first()).toBeVisible();
  await page.screenshot({ path: testInfo.outputPath('rows.png') });

  await page.getByRole('tab', { name: 'Presence' }).click();
  await expect(page.getByRole('main')).toContainText('ben');

  // Both are members, whichever of them one looks as; each joins and leaves by itself.
  const members = page.getByRole('grid', { name: 'Members of presence-room' });
  const memberRow = (name: string) => members.getByRole('row').filter({ hasText: name });
  const as = page.getByRole('combobox', { name: 'Connection', exact: true });
  await page.getByLabel('Presence channel', { exact: true }).fill('presence-room');
  await expect(
    page.getByText('You are on this channel as ana on connection 1 and as ben on connection 2'),
  ).toBeVisible();
  await expect(memberRow('ana')).toContainText('you, connection 1');
  await expect(memberRow('ben')).toContainText('you, connection 2');
  await expect(members.getByRole('row').nth(1)).toContainText('ana');
  await as.click();
  await page.getByRole('option', { name: 'Connection 2, as ben' }).click();
  await expect(members.getByRole('row').nth(1)).toContainText('ben');
  await page.getByRole('button', { name: 'Leave' }).click();
  await expect(page.getByText('Connection 2 is not on this channel')).toBeVisible();
  await expect(page.getByLabel('Join as user id')).toHaveValue('latchkey-2');
  for (const [width, colorScheme] of [
    [900, 'light'],
    [1440, 'dark'],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: testInfo.outputPath(`presence-join-${width}-${colorScheme}.png`) });
  }
  await page.getByLabel('Join as user id').fill('cleo');
  await page.getByRole('button', { name: 'Join as cleo' }).click();
  await expect(memberRow('cleo')).toContainText('you, connection 2');
  await as.click();
  await page.getByRole('option', { name: 'Connection 1' }).click();
  await expect(memberRow('cleo')).toContainText('you, connection 2');
  await expect(memberRow('ben')).toHaveCount(0);
  for (const width of [900, 1440]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.screenshot({ path: testInfo.outputPath(`presence-${width}-${colorScheme}.png`) });
    }
  }

  await page.getByRole('button', { name: 'Connected. Show the connections' }).click();
  await user.getByRole('button', { name: 'Sign out' }).click();
  await expect(list.getByRole('row', { name: /as ben/ })).toContainText('nobody');
  await page.getByRole('button', { name: 'Close this one' }).click();
  await expect(list.getByRole('row')).toHaveCount(2);
  await expect(page.getByRole('heading', { name: 'Connection 1', exact: true })).toBeVisible();

  // By keys alone.
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByRole('combobox').fill('another connection');
  await page.keyboard.press('Enter');
  await expect(list.getByRole('row')).toHaveCount(3);
});

test('a server that is killed and started again leaves a gap, and a timeline that tells it', async ({
  latchkey: page,
}, testInfo) => {
  const server = await ScriptedServer.start({ upgradeHeaders: ['X-Powered-By: Laravel Reverb'] });
  const { port, key, appId } = server;
  const secret = randomBytes(10).toString('hex');
  await addApp(page, { name: 'foreign', credentials: { port, key, appId, secret } });
  await page.keyboard.press('ControlOrMeta+6');
  await expect(page.getByRole('list', { name: 'Evidence' })).toContainText('X-Powered-By: Laravel Reverb');
  await expect(page.getByText('Laravel Reverb, as detected')).toBeVisible();
  await page.getByRole('button', { name: 'Open another connection' }).click();
  const list = page.getByRole('table', { name: 'Connections' });
  await expect(list.getByRole('row', { name: /Connected/ })).toHaveCount(2);

  await server.stop();
  const timeline = page.getByRole('list', { name: 'Timeline of connection 2' });
  await expect(timeline).toContainText('Tries again after 500 ms.');
  await expect(page.getByRole('main').getByRole('alert')).toContainText('Check that the server runs');
  await page.screenshot({ path: testInfo.outputPath('down.png'), fullPage: true });
  await server.listen();
  await expect(list.getByRole('row', { name: /Connected/ })).toHaveCount(2, { timeout: 15_000 });
  await expect(timeline.getByRole('listitem').first()).toContainText(/Gap\s*Connection lost for/);
  await expect(page.getByRole('main').getByRole('alert')).toHaveCount(0);

  await page.getByRole('tab', { name: 'Inspector' }).click();
  await expect(rowsWith(page, 'Connection lost for')).toHaveCount(2);

  // This server says nothing about a signature that another secret made.
  await subscribe(page, 'private-orders');
  await expect(page.getByRole('main').getByRole('alert')).toContainText('A subscription has no answer.');
  await page.getByRole('button', { name: 'Show the connection', exact: true }).click();
  await list.getByRole('button', { name: 'Connection 1' }).click();
  await page.getByRole('main').getByRole('button', { name: 'Check credentials' }).click();
  await expect(page.getByRole('list', { name: 'What was found' })).toContainText('Key and secret');
  await page.screenshot({ path: testInfo.outputPath('checked.png') });
  await server.stop();
});
