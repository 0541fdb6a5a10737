import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Navigation } from '../../../renderer/state/navigation.ts';

function storage(stored: string | null = null) {
  let value = stored;
  return {
    getItem: () => value,
    setItem: (_name: string, next: string) => {
      value = next;
    },
  };
}

describe('where the user is', () => {
  it('is the same place after a reload', () => {
    const kept = storage();
    const profileId = randomUUID();
    new Navigation(kept).openApp(profileId, 'publish');
    expect(new Navigation(kept).get()).toEqual({ screen: 'app', profileId, tab: 'publish' });
  });

  it.each(['sandbox', 'vault', 'audit', 'settings'] as const)('is the %s screen after a reload', (screen) => {
    const kept = storage();
    new Navigation(kept).go({ screen });
    expect(new Navigation(kept).get()).toEqual({ screen });
  });

  it('is the same service after a reload', () => {
    const kept = storage();
    const profileId = randomUUID();
    new Navigation(kept).openService(profileId);
    expect(new Navigation(kept).get()).toEqual({ screen: 'service', profileId });
  });

  it.each([null, '', '{', '[]', '{"screen":"gone"}', '{"screen":7}', '{"screen":"service"}'])(
    'is the start when %j was kept',
    (stored) => {
      expect(new Navigation(storage(stored)).get()).toEqual({
        screen: 'app',
        profileId: null,
        tab: 'inspector',
      });
    },
  );

  it('goes back from a global screen to the app and tab that were open', () => {
    const navigation = new Navigation(storage());
    const profileId = randomUUID();
    navigation.openApp(profileId, 'keys');
    navigation.go({ screen: 'settings' });
    navigation.back();
    expect(navigation.get()).toEqual({ screen: 'app', profileId, tab: 'keys' });
  });

  it('goes back to the service, when that was open later, and still knows the app', () => {
    const navigation = new Navigation(storage());
    const [app, service] = [randomUUID(), randomUUID()];
    navigation.openApp(app, 'keys');
    navigation.openService(service);
    navigation.go({ screen: 'profile-form', profileId: service });
    navigation.back();
    expect(navigation.get()).toEqual({ screen: 'service', profileId: service });
    expect(navigation.lastApp).toMatchObject({ profileId: app, tab: 'keys' });
  });
});
