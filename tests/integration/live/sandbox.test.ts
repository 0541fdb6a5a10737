/** Live on the app's own sandbox server. */
import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/conditions.ts';
import { profileFor, signWith, startLive } from '../../support/live.ts';
import { officialServer, startSandbox } from '../../support/sandbox.ts';

describe('the sandbox', () => {
  it('is connected to, and its channels are subscribed to and heard', async () => {
    const { address } = await startSandbox();
    const harness = startLive();
    const profile = profileFor(address, { dialect: 'sandbox' });
    const { profileId } = profile;
    const recorder = harness.add(profile, signWith(address.key, address.secret));
    harness.live.connect(profileId);
    const channels = [
      'orders',
      'private-orders',
      'private-encrypted-orders',
      'presence-room',
      'presence-cache-x',
    ];
    for (const channel of channels) harness.live.subscribe({ profileId, channel });
    for (const channel of channels) await harness.subscribed(profileId, channel);
    await officialServer(address).trigger('private-encrypted-orders', 'order', { id: 1 });
    const event = await eventually(() => recorder.incoming.find((text) => text.includes('"order"')));
    expect(JSON.parse(event)).toMatchObject({ channel: 'private-encrypted-orders' });
    expect(JSON.parse(JSON.parse(event).data)).toHaveProperty('ciphertext');
  });
});
