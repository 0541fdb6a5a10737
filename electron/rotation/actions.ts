/** The actions: what Latchkey does itself in a rotation. */
import type { Profile } from '#shared/contract/profiles.ts';
import type { Credential, SecretKind, Slot } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import type { ActionName, RotationFacts } from './plan.ts';

export interface ActionTools {
  credentials(profileId: string): readonly Credential[];
  /** `next` becomes `current`, `current` becomes `previous`. */
  promoteNext(input: { profileId: string; kind: SecretKind }): void;
  removeSlot(input: { profileId: string; kind: SecretKind; slot: Slot }): Promise<void>;
  generateMasterKey(input: { profileId: string; slot: Slot }): Promise<Credential>;
  /** The profile connects and signs with this key from now on. */
  changeKey(profileId: string, key: string): void;
  /** The sandbox's own side; each hands what it makes to the vault, as `next`. */
  readonly sandbox: {
    createPair(profileId: string): Promise<{ key: string }>;
    revokePair(key: string): Promise<void>;
    createMasterKey(profileId: string): Promise<void>;
    switchToNewMasterKey(): Promise<void>;
  };
}

export interface ActionContext {
  readonly profile: Profile;
  readonly facts: RotationFacts;
}

type FactChanges = Pick<RotationFacts, 'oldKey' | 'newKey'>;

const actions: Readonly<
  Record<ActionName, (tools: ActionTools, context: ActionContext) => Promise<FactChanges>>
> = {
  async makeSandboxPair(tools, { profile }) {
    const { key } = await tools.sandbox.createPair(profile.profileId);
    return { oldKey: profile.key, newKey: key };
  },

  async usePair(tools, { profile, facts }) {
    const newKey = expectFact(facts.newKey);
    const next = tools
      .credentials(profile.profileId)
      .find(({ kind, slot }) => kind === 'secret' && slot === 'next');
    if (next?.key !== newKey) {
      throw new AppError('conflict', 'The new pair in the vault is not the one that was checked.', {
        hint: 'Check the new pair again.',
      });
    }
    tools.promoteNext({ profileId: profile.profileId, kind: 'secret' });
    tools.changeKey(profile.profileId, newKey);
    return {};
  },

  async revokeSandboxPair(tools, { facts }) {
    await tools.sandbox.revokePair(expectFact(facts.oldKey));
    return {};
  },

  async forgetOldPair(tools, { profile }) {
    await tools.removeSlot({ profileId: profile.profileId, kind: 'secret', slot: 'previous' });
    return {};
  },

  async makeMasterKey(tools, { profile }) {
    if (profile.dialect === 'sandbox') await tools.sandbox.createMasterKey(profile.profileId);
    else await tools.generateMasterKey({ profileId: profile.profileId, slot: 'next' });
    return {};
  },

  async switchSandboxMasterKey(tools) {
    await tools.sandbox.switchToNewMasterKey();
    return {};
  },

  async useMasterKey(tools, { profile }) {
    tools.promoteNext({ profileId: profile.profileId, kind: 'masterKey' });
    return {};
  },

  async forgetOldMasterKey(tools, { profile }) {
    await tools.removeSlot({ profileId: profile.profileId, kind: 'masterKey', slot: 'previous' });
    return {};
  },
};

export function runAction(
  name: ActionName,
  tools: ActionTools,
  context: ActionContext,
): Promise<FactChanges> {
  return actions[name](tools, context);
}

function expectFact(value: string | undefined): string {
  if (value === undefined) throw new Error('A step ran before the one that it requires');
  return value;
}
