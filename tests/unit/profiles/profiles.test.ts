import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Profile, ProfileInput } from '#shared/contract/profiles.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { Profiles, undoWindowMs } from '../../../electron/profiles/index.ts';
import { Database } from '../../../electron/storage/index.ts';

const shop: ProfileInput = {
  name: 'shop',
  environment: 'production',
  dialect: 'pusher',
  appId: '1234',
  key: 'abcdef0123456789',
  location: { kind: 'cluster', cluster: 'eu' },
};

describe('profiles', () => {
  let database: Database;
  let profiles: Profiles;
  let lists: (readonly Profile[])[];
  let gone: string[];
  let isVaultLocked: boolean;
  let now: number;

  beforeEach(async () => {
    vi.useFakeTimers();
    database = await Database.inMemory();
    lists = [];
    gone = [];
    isVaultLocked = false;
    now = 1_000_000;
    profiles = new Profiles(
      database,
      {
        onChanged: ({ profiles: list }) => lists.push(list),
        onSaved: () => {},
        onRemoved: () => {},
        onGone: async (profileId) => {
          if (isVaultLocked) throw new AppError('vault_locked', 'Locked.');
          gone.push(profileId);
        },
      },
      () => now,
    );
  });
  afterEach(() => {
    profiles.close();
    database.close();
    vi.useRealTimers();
  });

  it('adds, changes and lists by name', () => {
    const saved = profiles.save(shop);
    profiles.save({ ...shop, name: 'API' });
    const renamed = profiles.save({ ...shop, name: 'zebra' }, saved.profileId);
    expect(renamed.profileId).toBe(saved.profileId);
    expect(profiles.list().map(({ name }) => name)).toEqual(['API', 'zebra']);
    expect(lists).toHaveLength(3);
  });

  it('brings back what was taken away, secrets and all', () => {
    const { profileId } = profiles.save(shop);
    const { undoToken } = profiles.remove(profileId);
    expect(profiles.list()).toEqual([]);
    expect(profiles.restore(undoToken).profileId).toBe(profileId);
    vi.advanceTimersByTime(undoWindowMs * 2);
    expect(gone).toEqual([]);
  });

  it('takes the secrets away only when it can no longer be undone', async () => {
    const { profileId } = profiles.save(shop);
    const { undoToken } = profiles.remove(profileId);
    expect(gone).toEqual([]);
    await vi.advanceTimersByTimeAsync(undoWindowMs + 1);
    expect(gone).toEqual([profileId]);
    expect(() => profiles.restore(undoToken)).toThrow('can no longer be undone');
  });

  it('keeps a removal that a locked vault held up, and finishes it when the vault opens', async () => {
    const { profileId } = profiles.save(shop);
    const { undoToken } = profiles.remove(profileId);
    isVaultLocked = true;
    await vi.advanceTimersByTimeAsync(undoWindowMs + 1);
    expect(gone).toEqual([]);
    expect(() => profiles.restore(undoToken)).toThrow('can no longer be undone');
    isVaultLocked = false;
    await profiles.purgeExpired();
    expect(gone).toEqual([profileId]);
    expect(database.all('SELECT * FROM profiles')).toEqual([]);
  });

  it('does not bring an app back after its time is over, whatever became of the timer', () => {
    const { profileId } = profiles.save(shop);
    const { undoToken } = profiles.remove(profileId);
    now += undoWindowMs + 1;
    expect(() => profiles.restore(undoToken)).toThrow('can no longer be undone');
  });

  it('knows what environment a removed app is of until nothing is left of it', async () => {
    const { profileId } = profiles.save(shop);
    profiles.remove(profileId);
    expect(profiles.find(profileId)).toBeUndefined();
    expect(profiles.environmentOf(profileId)).toBe('production');
    await vi.advanceTimersByTimeAsync(undoWindowMs + 1);
    expect(profiles.environmentOf(profileId)).toBeUndefined();
  });

  it('finishes what an earlier run took away', async () => {
    const { profileId } = profiles.save(shop);
    profiles.remove(profileId);
    profiles.close();
    const hooks = { onChanged: () => {}, onSaved: () => {}, onRemoved: () => {} };
    const next = new Profiles(database, { ...hooks, onGone: async (id) => void gone.push(id) }, () => now);
    await next.purgeExpired();
    expect(gone).toEqual([profileId]);
  });

  it('says that a profile is gone rather than making one with its id', () => {
    expect(() => profiles.save(shop, '7b6f1a52-5f4e-4d6b-9b61-0a1f0b6a1c11')).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    );
  });
});
