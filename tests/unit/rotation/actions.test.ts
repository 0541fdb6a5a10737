import { describe, expect, it } from 'vitest';
import type { Profile } from '#shared/contract/profiles.ts';
import type { AppSecretKind, Credential, Slot } from '#shared/contract/vault.ts';
import { type ActionTools, runAction } from '../../../electron/rotation/actions.ts';
import type { RotationFacts } from '../../../electron/rotation/plan.ts';

const profile: Profile = {
  profileId: crypto.randomUUID(),
  name: 'shop',
  environment: 'staging',
  dialect: 'other',
  appId: '1',
  key: 'old',
  location: { kind: 'cluster', cluster: 'eu' },
  createdAt: 0,
  updatedAt: 0,
};
const facts: RotationFacts = { doneAt: {}, evidence: {}, oldKey: 'old', newKey: 'new', target: '' };

function credential(kind: AppSecretKind, slot: Slot, key: string | null): Credential {
  const summary = {
    fingerprint: '0'.repeat(16),
    lastFour: null,
    createdAt: 0,
    label: null,
    lastUsedAt: null,
  };
  return { credentialId: crypto.randomUUID(), profileId: profile.profileId, kind, slot, key, ...summary };
}

/** A vault and a profile that only remember. Nothing that a test does not expect is there. */
function twin(credentials: Credential[]) {
  const done: string[] = [];
  const unexpected = () => {
    throw new Error('Not expected here');
  };
  const tools: ActionTools = {
    credentials: () => credentials,
    promoteNext: ({ kind }) => void done.push(`promote ${kind}`),
    removeSlot: unexpected,
    together: (work) => work(),
    changeKey: (_profileId, key) => void done.push(`change key to ${key}`),
    sandbox: {
      createPair: unexpected,
      revokePair: unexpected,
      createMasterKey: unexpected,
      switchToNewMasterKey: unexpected,
    },
  };
  return { tools, done };
}

describe('the actions of a rotation', () => {
  it('switch to the checked pair', async () => {
    const { tools, done } = twin([
      credential('secret', 'current', 'old'),
      credential('secret', 'next', 'new'),
    ]);
    await runAction('usePair', tools, { profile, facts });
    expect(done).toEqual(['promote secret', 'change key to new']);
  });

  it('finish a switch that came half way', async () => {
    const { tools, done } = twin([
      credential('secret', 'current', 'new'),
      credential('secret', 'previous', 'old'),
    ]);
    await runAction('usePair', tools, { profile, facts });
    expect(done).toEqual(['change key to new']);
  });

  it('never promote a pair other than the checked one', async () => {
    const { tools, done } = twin([
      credential('secret', 'current', 'old'),
      credential('secret', 'next', 'third'),
    ]);
    await expect(runAction('usePair', tools, { profile, facts })).rejects.toThrow();
    expect(done).toEqual([]);
  });

  it('finish the switch of a master key that came half way', async () => {
    const { tools, done } = twin([
      credential('masterKey', 'current', null),
      credential('masterKey', 'previous', null),
    ]);
    await runAction('useMasterKey', tools, { profile, facts });
    expect(done).toEqual([]);
  });

  it('put nothing in the place of a key that is kept', async () => {
    const { tools } = twin([credential('masterKey', 'next', null), credential('secret', 'next', 'new')]);
    await expect(runAction('makeMasterKey', tools, { profile, facts })).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(runAction('makeSandboxPair', tools, { profile, facts })).rejects.toMatchObject({
      code: 'conflict',
    });
  });
});
