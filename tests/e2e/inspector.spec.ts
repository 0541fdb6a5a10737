/** What can be done with events that were recorded: marked, gone to, muted, put side by side, copied, sent again. */
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { ScriptedServer } from '../support/scripted-server.ts';
import { expect, rowsWith, test } from './support/latchkey.ts';
import { look } from './support/look.ts';
import { addApp, subscribe } from './support/server.ts';

/** What the page put on the clipboard. */
async function copied(page: Page, choice: string): Promise<string> {
  // What an earlier choice said and copied is not this one's.
  await page.evaluate(() => navigator.clipboard.writeText(''));
  await page.getByRole('button', { name: 'Copy as' }).click();
  await page.getByRole('menuitem', { name: choice, exact: true }).click();
  await expect(page.getByText(/copied\.$/).last()).toBeVisible();
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await expect.poll(clipboard).not.toBe('');
  return clipboard();
}

test('marks events, goes to them, mutes others, chooses columns, and compares, copies and replays what came', async ({
  start,
  hostKind,
  dataFolder,
}, testInfo) => {
  test.setTimeout(180_000);
  const outputPath = (name: string) => testInfo.outputPath(name);
  const server = await ScriptedServer.start();
  const { port, appId, key, secret } = server;
  const first = await start();
  let { page } = first;
  await addApp(page, { name: 'shop', credentials: { port, appId, key, secret } });
  await subscribe(page, 'orders');
  await expect(rowsWith(page, 'ucceeded')).toBeVisible();
  for (let id = 1; id <= 60; id++) server.publish('orders', 'order.created', `{"id":${id},"total":"19.90"}`);
  server.publish('orders', 'order.paid', '{"id":7,"total":19.9}');
  server.publish('orders', 'tick', '1');
  await expect(rowsWith(page, 'order.paid')).toBeVisible();
  const grid = page.getByRole('grid', { name: 'Events' });
  const details = page.getByRole('region', { name: 'Event details' });

  // Columns; and without the pings, which would push what is looked for out of sight.
  const filter = page.getByRole('combobox', { name: 'Filter', exact: true });
  const quiet = '-event:pusher:ping -event:pusher:pong';
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('checkbox', { name: 'Time since the row before' }).click();
  await page.getByRole('checkbox', { name: 'Key that opened it' }).click();
  const pings = page.getByRole('switch', { name: 'Hide pings and pongs' });
  await pings.click();
  await expect(filter).toHaveValue(quiet);
  await pings.click();
  await expect(filter).toHaveValue('');
  await pings.click();
  await expect(page.getByRole('columnheader', { name: 'Time since the row before' })).toBeVisible();
  await expect(page.getByRole('columnheader', { name: 'Key' })).toHaveCount(0);
  await expect(rowsWith(page, 'pusher:ping')).toHaveCount(0);
  await look(page, 'columns', outputPath);
  await page.keyboard.press('Escape');

  // Marks, with a note that is kept in sight when it can't be saved.
  await rowsWith(page, 'order.paid').click();
  await page.keyboard.press('m');
  await expect(rowsWith(page, 'order.paid').getByRole('img', { name: 'Marked' })).toBeVisible();
  const note = details.getByLabel('Note of the mark');
  await note.fill('a number, and was a string');
  await note.press('Enter');
  await expect(
    rowsWith(page, 'order.paid').getByRole('img', { name: 'Marked: a number, and was a string' }),
  ).toBeVisible();
  await note.fill('x'.repeat(2001));
  await expect(details.getByText('A note has 2000 characters at most.')).toBeVisible();
  await note.press('Escape');
  await expect(note).toHaveValue('a number, and was a string');
  await grid.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('m');
  await expect(grid.getByRole('img', { name: 'Marked', exact: true })).toBeVisible();
  await page.keyboard.press(']');
  await expect(rowsWith(page, 'order.paid')).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('[');
  await expect(grid.getByRole('row', { selected: true }).getByRole('img', { name: 'Marked' })).toBeVisible();
  await expect(rowsWith(page, 'order.paid')).toHaveCount(0);
  await page.getByRole('button', { name: 'Marks', exact: true }).click();
  await look(page, 'marks', outputPath);
  await page.getByRole('button', { name: /order\.paid/ }).click();
  await expect(rowsWith(page, 'order.paid')).toHaveAttribute('aria-selected', 'true');

  // A time.
  await page.keyboard.press('t');
  const time = page.getByLabel('Time', { exact: true });
  await time.fill('noon');
  await time.press('Enter');
  await expect(page.getByText(/^This is no time\./)).toBeVisible();
  await look(page, 'no-time', outputPath);
  await time.fill('-1h');
  await time.press('Enter');
  await expect(page.getByText(/^The first event since /)).toBeVisible();
  await expect(grid.getByRole('row').nth(1)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('t');
  await time.fill(new Date(Date.now() + 3_600_000).toISOString().slice(0, 19).concat('Z'));
  await time.press('Enter');
  await expect(page.getByText('No event came at that time or after it.')).toBeVisible();

  // From an event to the filter, and back.
  await page.keyboard.press('Shift+G');
  await rowsWith(page, 'tick').click();
  await page.getByRole('button', { name: 'Filter by this event' }).click();
  await page.getByRole('menuitem', { name: 'Mute this event' }).click();
  await expect(filter).toHaveValue(`${quiet} -event:tick`);
  await expect(rowsWith(page, 'tick')).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(filter).toHaveValue(quiet);
  await rowsWith(page, 'order.paid').click();
  await page.getByRole('button', { name: 'Filter by this event' }).click();
  await page.getByRole('menuitem', { name: 'Only this event' }).click();
  await expect(filter).toHaveValue(`${quiet} event:order.paid`);
  await expect(page.getByTitle(/searched$/)).toContainText(/^1 of /);
  // The other mark is not among these.
  await grid.focus();
  await page.keyboard.press('[');
  await expect(page.getByText('The filter hides this event.')).toBeVisible();
  await page.getByRole('button', { name: 'Clear filter' }).last().click();
  await expect(grid.getByRole('row', { selected: true }).getByRole('img', { name: 'Marked' })).toBeVisible();

  // Two events side by side.
  await filter.fill('channel:orders');
  await filter.press('Enter');
  await page.keyboard.press('Shift+G');
  await rowsWith(page, '"id":60').click();
  await details.getByRole('button', { name: 'Compare with this' }).click();
  await rowsWith(page, 'order.paid').click();
  await details.getByRole('tab', { name: 'Difference' }).click();
  const differences = details.getByRole('region', { name: 'Differences' });
  await expect(differences).toContainText('$.total');
  await expect(differences).toContainText('"19.90"');

  // The bytes of what is no text.
  await filter.fill(quiet);
  await filter.press('Enter');
  server.sendBinary(Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d]));
  await page.keyboard.press('Shift+G');
  await grid.getByRole('img', { name: 'Not decodable' }).last().click();
  await details.getByRole('tab', { name: 'Bytes' }).click();
  await expect(details.getByText('This frame is not UTF-8, which the protocol asks for.')).toBeVisible();
  await expect(details).toContainText('7b ff fe 00 7d');

  // Copies.
  if (hostKind === 'web') {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await rowsWith(page, 'order.paid').click();
    expect(JSON.parse(await copied(page, 'Copy as JSON'))).toMatchObject({ event: 'order.paid' });
    const curl = await copied(page, 'Copy as cURL');
    expect(curl).toContain(`127.0.0.1:${port}/apps/${appId}/events`);
    expect(curl).not.toContain(secret);
    expect(await copied(page, 'Copy as a test fixture')).toContain('order.paid');
  }

  // Cleared, and not.
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await expect(rowsWith(page, 'order.paid')).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await expect(rowsWith(page, 'order.paid')).toBeVisible();
  await first.stop();

  // Hours before its last event, and a line that a bad disk left.
  const [segment = ''] = globSync(join(dataFolder, 'history/*/*/*.ndjson'));
  const lines = readFileSync(segment, 'utf8').trimEnd().split('\n');
  const tick = lines.findLastIndex((line) => line.includes('tick'));
  const later = lines[tick]?.replace(/"t":[\d.]+/, `"t":${Date.now() + 3 * 3_600_000}`) ?? '';
  writeFileSync(segment, `${lines.with(tick, later).with(1, 'not JSON').join('\n')}\n`);
  rmSync(segment.replace('.ndjson', '.index'));

  // Another session has other events; both are put side by side, and the first is sent to the sandbox.
  ({ page } = await start());
  const connect = page.getByRole('button', { name: 'Connect', exact: true }).first();
  await expect(page.getByRole('heading', { name: 'shop' })).toBeVisible();
  if (await connect.isVisible()) await connect.click();
  await subscribe(page, 'orders');
  await expect(rowsWith(page, 'ucceeded')).toBeVisible();
  server.publish('orders', 'order.created', '{"id":"61","total":"19.90"}');
  server.publish('orders', 'order.refused', '{}');
  await page.getByRole('combobox', { name: 'Filter', exact: true }).fill('event:order.*');
  await expect(rowsWith(page, 'ucceeded')).toHaveCount(0);
  await expect(rowsWith(page, 'order.refused')).toBeVisible();
  await page.getByRole('button', { name: 'Sessions' }).click();
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  const comparison = page.getByRole('table', { name: 'Comparison' });
  await expect(comparison.getByRole('row', { name: /order\.created/ })).toContainText(/60\s*1\s*−59.*\$\.id/);
  await expect(comparison.getByRole('row', { name: /order\.refused/ })).toContainText('only after');

  await page.getByRole('button', { name: /^More about Session/ }).click();
  await page.getByRole('menuitem', { name: 'Replay into the sandbox…' }).click();
  await expect(page.getByRole('button', { name: 'Replay', exact: true })).toBeDisabled();
  await look(page, 'compare-and-replay', outputPath);
  await page.getByRole('button', { name: 'Start sandbox' }).click();
  // As recorded, the last one comes hours later: the sandbox is gone sooner.
  await page.getByRole('radio', { name: 'As recorded' }).check();
  await page.getByRole('button', { name: 'Replay', exact: true }).click();
  await expect(page.getByText(/^\d+ of \d+$/)).toBeVisible();
  await page.keyboard.press('ControlOrMeta+K');
  await page.keyboard.type('Stop sandbox');
  await page.keyboard.press('Enter');
  await expect(page.getByText(/^Ended at row \d+ of \d+\. What was sent stays sent\.$/)).toBeVisible();
  await look(page, 'replay-without-sandbox', outputPath);
  await page.getByRole('button', { name: 'Start sandbox' }).click();
  await page.getByRole('radio', { name: 'Without pauses' }).check();
  const onlyFound = page.getByRole('switch', { name: 'Only what the filter of the log finds' });
  await expect(page.getByText(/^Finds 61 of \d+ rows\.$/)).toBeVisible();
  await onlyFound.click();
  await page.getByRole('button', { name: 'Replay', exact: true }).click();
  await expect(page.getByText('61 events sent to the sandbox.')).toBeVisible();
  await onlyFound.click();
  await page.getByRole('button', { name: 'Replay', exact: true }).click();
  await expect(page.getByText('62 events sent to the sandbox.')).toBeVisible();
  await expect(page.getByText(/^\d+ rows were left out/)).toBeVisible();
  await look(page, 'replayed', outputPath);
  await page.getByRole('button', { name: 'Show them there' }).click();
  await expect(rowsWith(page, 'order.paid')).toBeVisible();

  // Deleted in another tab while it is compared and replayed here.
  if (hostKind === 'web') {
    await page.getByRole('navigation', { name: 'Apps' }).getByRole('button', { name: /shop/ }).click();
    await page.getByRole('button', { name: 'Sessions' }).click();
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await expect(comparison).toBeVisible();
    await page.getByRole('button', { name: /^More about Session/ }).click();
    await page.getByRole('menuitem', { name: 'Replay into the sandbox…' }).click();
    const opened = page.waitForEvent('popup');
    await page.evaluate(() => void window.open('/'));
    const other = await opened;
    await other.getByRole('navigation', { name: 'Apps' }).getByRole('button', { name: /shop/ }).click();
    await other.getByRole('button', { name: 'Sessions' }).click();
    await other.getByRole('button', { name: /^More about Session/ }).click();
    await other.getByRole('menuitem', { name: 'Delete…' }).click();
    await other.getByRole('button', { name: 'Delete session' }).click();
    await expect(page.getByText('The session that was to be replayed was deleted.')).toBeVisible();
    await expect(comparison).toHaveCount(0);
  }
  await server.stop();
});
