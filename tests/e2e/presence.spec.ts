/** Crowds on presence channels: hundreds that come and go over sockets of their own, and ten thousand in one frame. */
import { Crowd } from '../support/crowd.ts';
import { ScriptedServer } from '../support/scripted-server.ts';
import { expect, test } from './support/latchkey.ts';
import { addApp, startServer } from './support/server.ts';

const channel = 'presence-arena';

test('watches 500 members come and go, names who flaps, and sees the same without joining', async ({
  latchkey: page,
}, testInfo) => {
  test.setTimeout(120_000);
  const picture = (name: string) => testInfo.outputPath(`${name}.png`);
  const { server, credentials } = await startServer({ memberLimit: 1000 });
  const crowd = new Crowd(credentials, channel);
  const ids = Array.from({ length: 500 }, (_, index) => `user-${index}`);
  await crowd.join(ids.slice(0, 10));

  await addApp(page, { name: 'shop', credentials });
  await page.getByRole('tab', { name: 'Presence' }).click();
  await page.getByLabel('Presence channel', { exact: true }).fill(channel);
  await page.getByLabel('Join as user id').fill('watcher');
  await page.screenshot({ path: picture('join') });
  await page.getByRole('button', { name: 'Join as watcher' }).click();
  const members = page.getByRole('grid', { name: `Members of ${channel}` });
  const count = page.getByRole('toolbar', { name: 'Members' }).getByRole('status');
  await expect(count).toHaveText('11 members');
  await expect(page.getByText('You are on this channel as watcher: its members see you.')).toBeVisible();
  await expect(members.getByRole('row').nth(1)).toContainText('watcher');

  await crowd.join(ids.slice(10));
  await expect(count).toHaveText('501 members', { timeout: 30_000 });
  await page.getByRole('button', { name: 'Compare with the server' }).click();
  await expect(page.getByText('The same 501 members here and at the server')).toBeVisible();
  await expect(page.getByText('501 connections for 501 users.')).toBeVisible();
  await page.getByLabel('Search members').fill('name of user-49');
  await expect(count).toHaveText('11 of 501 members');
  await page.getByLabel('Search members').fill('');

  for (let turn = 0; turn < 3; turn++) {
    await crowd.leave(['user-7']);
    await crowd.join(['user-7']);
  }
  await crowd.leave(ids.slice(250));
  await expect(count).toHaveText('251 members', { timeout: 30_000 });
  await page.getByLabel('Search members').fill('user-7');
  await expect(count).toHaveText('11 of 251 members');
  await members
    .getByRole('row')
    .filter({ hasText: /user-7(?!\d)/ })
    .click();
  await expect(page.getByRole('complementary', { name: 'Member' })).toContainText('It flaps.');
  await page.screenshot({ path: picture('flaps') });

  await page.getByRole('radio', { name: 'Joins and leaves' }).click();
  const timeline = page.getByRole('grid', { name: `Joins and leaves of ${channel}` });
  await page.getByLabel('Search members').fill('user-300');
  await expect(timeline.getByRole('row')).toHaveCount(3);
  await expect(timeline.getByRole('row').nth(1)).toContainText('Left');
  await expect(timeline.getByRole('row').nth(2)).toContainText('Joined');
  await page.getByLabel('Search members').fill('');
  // 490 joined and 250 left; user-7 did both three times; and the first look.
  await expect(count).toHaveText('747 entries');
  await page.screenshot({ path: picture('timeline') });

  await page.getByRole('radio', { name: 'Members' }).click();
  await page.getByRole('button', { name: 'Leave' }).click();
  await page.getByRole('radio', { name: 'Watch silently' }).click();
  await page.getByRole('combobox', { name: 'How often it is asked' }).click();
  await page.getByRole('option', { name: 'Ask by hand' }).click();
  await expect(count).toHaveText('250 members');
  await crowd.leave(['user-0', 'user-1']);
  await crowd.join(['late']);
  const ask = async () => {
    await page.getByRole('button', { name: 'Ask now' }).click();
  };
  await expect(async () => {
    await ask();
    await expect(count).toHaveText('249 members', { timeout: 500 });
  }).toPass();
  await page.getByRole('radio', { name: 'Joins and leaves' }).click();
  await expect(timeline.getByRole('row').filter({ hasText: 'late' })).toContainText(
    'There since the last look',
  );
  await expect(timeline.getByRole('row').filter({ hasText: 'user-0' })).toContainText('or longer');
  for (const width of [900, 1440]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: picture(`silent-${width}-${colorScheme}`) });
    }
  }
  await crowd.close();
  await server.close();
});

test('takes 10,000 members in one frame, and filters them as one types', async ({
  latchkey: page,
}, testInfo) => {
  const ids = Array.from({ length: 10_000 }, (_, index) => `user-${index}`);
  const hash = Object.fromEntries(
    ids.map((id, index) => [id, { name: `Name ${index}`, team: index % 100 === 0 ? 'blue' : 'red' }]),
  );
  const data = JSON.stringify({ presence: { count: ids.length, ids, hash } });
  const frame = JSON.stringify({ event: 'pusher_internal:subscription_succeeded', channel, data });
  const server = await ScriptedServer.start({
    onSubscribe: (wanted) => (wanted === channel ? frame : undefined),
  });
  await addApp(page, { name: 'foreign', credentials: server });
  await page.getByRole('tab', { name: 'Presence' }).click();
  await page.getByLabel('Presence channel', { exact: true }).fill(channel);
  await page.getByRole('button', { name: /^Join as/ }).click();
  const members = page.getByRole('grid', { name: `Members of ${channel}` });
  const count = page.getByRole('toolbar', { name: 'Members' }).getByRole('status');
  await expect(count).toHaveText('10,000 members');
  await expect(members).toHaveAttribute('aria-rowcount', '10001');
  expect(await members.getByRole('row').count()).toBeLessThan(100);

  const search = page.getByLabel('Search members');
  await search.pressSequentially('"blue"');
  await expect(count).toHaveText('100 of 10,000 members');
  await expect(members.getByRole('row').nth(2)).toContainText('user-100');
  await search.fill('user-9999');
  await expect(count).toHaveText('1 of 10,000 members');
  await expect(page.getByRole('tree', { name: 'Info of user-9999' })).toContainText('Name 9999');
  await search.fill('');
  await members.focus();
  await page.keyboard.press('End');
  await expect(members.getByRole('row', { selected: true })).toContainText('user-9999');

  server.sendRaw(
    JSON.stringify({
      event: 'pusher_internal:member_removed',
      channel,
      data: JSON.stringify({ user_id: 'user-5' }),
    }),
  );
  await expect(count).toHaveText('9,999 members');
  for (const width of [900, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: testInfo.outputPath(`crowd-${width}.png`) });
  }
  await server.stop();
});
