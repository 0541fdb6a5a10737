/** The actions: what Latchkey does itself in a rotation. */
import type { Profile } from '#shared/contract/profiles.ts';
import type { AppSecretKind, Credential, Slot } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import type { ActionName, RotationFacts } from './plan.ts';

export interface ActionTools {
  credentials(profileId: string): readonly Credential[];
  /** `next` becomes `current`, `current` becomes `previous`. */
  promoteNext(input: { profileId: string; kind: AppSecretKind }): void;
  removeSlot(input: { profileId: string; kind: AppSecretKind; slot: Slot }): Promise<void>;
  /** Both, or neither, should the app end in between. */
  together(work: () => void): void;
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
    requireFreeSlot(tools, profile, 'secret', 'next');
    const { key } = await tools.sandbox.createPair(profile.profileId);
    return { oldKey: profile.key, newKey: key };
  },

  async usePair(tools, { profile, facts }) {
    const newKey = expectFact(facts.newKey);
    const { profileId } = profile;
    const keyIn = (slot: Slot) => find(tools, profile, 'secret', slot)?.key;
    tools.together(() => {
      // An earlier try may have come this far.
      if (keyIn('current') !== newKey) {
        if (keyIn('next') !== newKey) throw new Error('The new pair is not where it was just checked');
        tools.promoteNext({ profileId, kind: 'secret' });
      }
      tools.changeKey(profileId, newKey);
    });
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
    requireFreeSlot(tools, profile, 'masterKey', 'next');
    await tools.sandbox.createMasterKey(profile.profileId);
    return {};
  },

  async switchSandboxMasterKey(tools) {
    await tools.sandbox.switchToNewMasterKey();
    return {};
  },

  async useMasterKey(tools, { profile }) {
    // Gone from `next` and in `previous` is the current key: an earlier try came this far.
    const isPromoted =
      !find(tools, profile, 'masterKey', 'next') && find(tools, profile, 'masterKey', 'previous');
    if (!isPromoted) tools.promoteNext({ profileId: profile.profileId, kind: 'masterKey' });
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

function find(
  tools: ActionTools,
  { profileId }: Profile,
  kind: AppSecretKind,
  slot: Slot,
): Credential | undefined {
  return tools
    .credentials(profileId)
    .find((credential) => credential.kind === kind && credential.slot === slot);
}

/** What is in a slot is never replaced in passing: it may be the only copy. */
function requireFreeSlot(tools: ActionTools, profile: Profile, kind: AppSecretKind, slot: Slot): void {
  if (!find(tools, profile, kind, slot)) return;
  throw new AppError('conflict', `There is a ${slot} one in the vault already.`, {
    hint: 'Remove it under “Keys & rotation” if it is not wanted, and try again.',
  });
}

function expectFact(value: string | undefined): string {
  if (value === undefined) throw new Error('A step ran before the one that it requires');
  return value;
}
