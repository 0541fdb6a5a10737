/**
 * What a rotation plan is: steps as data, with the checks and actions that they name. A new plan is one file; a new
 * check is one function.
 */

import type { Profile } from '#shared/contract/profiles.ts';
import type { Evidence } from '#shared/contract/rotation.ts';

export const checkNames = ['newPairIsAccepted', 'oldPairIsRefused', 'eventsOpenWithNewKey'] as const;
export type CheckName = (typeof checkNames)[number];

export const actionNames = [
  'makeSandboxPair',
  'usePair',
  'revokeSandboxPair',
  'forgetOldPair',
  'makeMasterKey',
  'switchSandboxMasterKey',
  'useMasterKey',
  'forgetOldMasterKey',
] as const;
export type ActionName = (typeof actionNames)[number];

interface CommonStep {
  readonly stepId: string;
  readonly title: string;
  readonly reason: string;
  readonly ifSkipped: string;
  /** Steps that have to be done, or hold, before this one opens. */
  readonly requires: readonly string[];
  readonly isIrreversible?: boolean;
  /** The checks that it requires are made again right before it. Always so for what can't be undone. */
  readonly isGuarded?: boolean;
}

export type PlanStep = CommonStep &
  (
    | { readonly kind: 'do'; readonly needs?: 'next-pair' | 'next-master-key' }
    | { readonly kind: 'act'; readonly button: string; readonly action: ActionName }
    | { readonly kind: 'check'; readonly button: string; readonly check: CheckName }
  );

export interface Plan {
  readonly planId: string;
  readonly title: string;
  readonly summary: string;
  /** The steps for this app: the sandbox does itself what a hosted provider's dashboard is for. */
  steps(profile: Profile): readonly PlanStep[];
  /** Why this app can't be rotated this way; undefined when it can. */
  unavailable(profile: Profile): string | undefined;
}

/** What a rotation remembers. Kept in SQLite as JSON; no secret is in it. */
export interface RotationFacts {
  /** When each `do` or `act` step was done, in milliseconds since 1970. */
  readonly doneAt: Readonly<Record<string, number>>;
  readonly evidence: Readonly<Record<string, Evidence>>;
  /** The app key before and after, for a pair. */
  readonly oldKey?: string | undefined;
  readonly newKey?: string | undefined;
  /** The app at its provider, as it was when the rotation began: evidence about another one proves nothing. */
  readonly target: string;
}
