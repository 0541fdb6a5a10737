/** Which pair signs, where an app has several that may. */
import type { Credential } from '#shared/contract/vault.ts';
import { Select } from '../../components/index.ts';
import { useDraft } from '../../state/index.ts';
import { maskedValue, slotWord, sortCredentials } from '../vault/index.ts';

export interface PairChoice {
  /** What may sign: no pair that was revoked. Undefined while they load. */
  readonly pairs: readonly Credential[] | undefined;
  /** The one that was picked, or else the default. Undefined: none signs. */
  readonly chosen: Credential | undefined;
  choose(credentialId: string): void;
}

/** Remembered for each app. The default is no choice: it may be another one tomorrow. */
export function usePairChoice(profileId: string, credentials: readonly Credential[] | undefined): PairChoice {
  const [picked, setPicked] = useDraft<string | undefined>(`publish-pair:${profileId}`, undefined);
  const pairs =
    credentials &&
    sortCredentials(credentials.filter(({ kind, slot }) => kind === 'secret' && slot !== 'revoked'));
  const standard = pairs?.find(({ slot }) => slot === 'current');
  return {
    pairs,
    chosen: pairs?.find(({ credentialId }) => credentialId === picked) ?? standard,
    choose: (credentialId) => setPicked(credentialId === standard?.credentialId ? undefined : credentialId),
  };
}

/** Draws nothing while there is nothing to choose. */
export function PairSelect({ pairs = [], chosen, choose }: PairChoice) {
  if (pairs.length === 0 || (pairs.length === 1 && chosen)) return null;
  return (
    <Select
      label="Signed with"
      value={chosen?.credentialId ?? ''}
      options={[
        ...(chosen ? [] : [{ value: '', label: 'No pair signs by default: choose one' }]),
        ...pairs.map((pair) => ({ value: pair.credentialId, label: pairName(pair) })),
      ]}
      onChange={(credentialId) => credentialId !== '' && choose(credentialId)}
    />
  );
}

/** “web · active · key abc · ••••1234” */
export function pairName(pair: Credential): string {
  const { kind, slot, label, key } = pair;
  const state = slot === 'current' ? 'the default' : slotWord(kind, slot);
  return [label, state, key && `key ${key}`, maskedValue(pair)].filter(Boolean).join(' · ');
}
