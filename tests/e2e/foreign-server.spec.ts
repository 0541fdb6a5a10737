/** A server that shares no code with Latchkey: written for the tests from the protocol alone. */
import { createHash, randomBytes } from 'node:crypto';
import nacl from 'tweetnacl';
import { hostileFrames } from '../support/hostile-frames.ts';
import { ScriptedServer } from '../support/scripted-server.ts';
import { expect, rowsWith, test } from './support/latchkey.ts';
import { addApp, subscribe } from './support/server.ts';

test('watches, decrypts and publishes on a server that is not our own', async ({ latchkey: page }) => {
  const server = await ScriptedServer.start();
  const masterKey = randomBytes(32);
  await addApp(page, {
    name: 'foreign',
    credentials: server,
    masterKeyBase64: masterKey.toString('base64'),
  });
  for (const channel of ['news', 'private-chat', 'presence-room', 'private-encrypted-orders']) {
    await subscribe(page, channel);
  }
  await expect(rowsWith(page, 'private-encrypted-orders').first()).toBeVisible();
  await expect.poll(() => server.framesOf('pusher:subscribe').length).toBe(4);
  await page.getByRole('tab', { name: /Channels/ }).click();
  await expect(page.getByRole('treegrid').getByText('Subscribed', { exact: true })).toHaveCount(4);
  await page.getByRole('tab', { name: 'Inspector' }).click();

  // Encrypted here, with nothing but the protocol: SHA-256 of the channel's name and the master key, and secretbox.
  const channel = 'private-encrypted-orders';
  const channelKey = createHash('sha256').update(channel).update(masterKey).digest();
  const nonce = randomBytes(24);
  const box = nacl.secretbox(Buffer.from('{"café":"☕"}'), nonce, channelKey);
  server.publish(
    channel,
    'order.created',
    JSON.stringify({ nonce: nonce.toString('base64'), ciphertext: Buffer.from(box).toString('base64') }),
  );
  await expect(rowsWith(page, 'order.created')).toContainText('{"café":"☕"}');

  await page.getByRole('tab', { name: 'Publish' }).click();
  await page.getByLabel('Channel', { exact: true }).fill('news');
  await page.getByLabel('Event', { exact: true }).fill('headline');
  await page.getByLabel('Data', { exact: true }).fill('{"from":"latchkey"}');
  await page.getByRole('button', { name: /^Publish/ }).click();
  await expect(page.getByRole('region', { name: 'The server’s answer' })).toContainText('Accepted');
  await page.getByRole('tab', { name: 'Inspector' }).click();
  await expect(rowsWith(page, 'headline')).toContainText('{"from":"latchkey"}');
  await server.stop();
});

test('comes back after an outage, marks the gap, and shows hostile frames as what they are', async ({
  latchkey: page,
}) => {
  const server = await ScriptedServer.start();
  await addApp(page, { name: 'foreign', credentials: server });
  await subscribe(page, 'news');
  await expect.poll(() => server.framesOf('pusher:subscribe').length).toBe(1);
  await server.stop();
  await expect(
    page
      .getByRole('main')
      .getByText(/Connecting|Unavailable/i)
      .first(),
  ).toBeVisible();
  await server.listen();
  await expect.poll(() => server.framesOf('pusher:subscribe').length, { timeout: 15_000 }).toBe(2);
  await expect(rowsWith(page, 'Connection lost for')).toBeVisible();

  for (const frame of hostileFrames('news', 'presence-room', 'private-encrypted-orders'))
    server.sendRaw(frame);
  server.publish('news', 'after.the.storm', '{"still":"here"}');
  await expect(rowsWith(page, 'after.the.storm')).toContainText('"still":"here"');
  await server.stop();
});
