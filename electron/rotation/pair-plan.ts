/**
 * Rotating a key and secret pair where a server accepts two at once. Source: Pusher's documentation and support
 * answers: create a second pair, deploy it, wait, delete the old one; deleting can't be undone; webhooks are signed
 * with the oldest active key, so their signature flips when the old pair is deleted.
 */
import { dialectFacts } from '#shared/protocol/dialects.ts';
import type { Plan, PlanStep } from './plan.ts';

const onePairDialects = new Set(['soketi', 'reverb']);

export const pairPlan: Plan = {
  planId: 'key-pair',
  title: 'Key and secret',
  summary: 'A second pair is made and deployed while the old one still works; the old one goes last.',
  unavailable(profile) {
    if (!onePairDialects.has(profile.dialect)) return undefined;
    return `${dialectFacts[profile.dialect].label} usually keeps one secret per app, so there is no second pair to make: change it on the server, restart it, and edit it here. Expect a gap.`;
  },
  steps(profile) {
    const isSandbox = profile.dialect === 'sandbox';
    return [isSandbox ? makeInSandbox : enterNewPair, ...commonSteps(isSandbox)];
  },
};

const makeInSandbox: PlanStep = {
  stepId: 'new-pair',
  kind: 'act',
  title: 'Make a second pair',
  reason: 'The server has to accept the new pair before anything uses it.',
  ifSkipped: 'There is nothing to change to.',
  button: 'Make a pair in the sandbox',
  action: 'makeSandboxPair',
  requires: [],
};

const enterNewPair: PlanStep = {
  stepId: 'new-pair',
  kind: 'do',
  needs: 'next-pair',
  title: 'Make a second pair at your provider, and enter it here',
  reason: 'The server has to accept the new pair before anything uses it. Both work side by side.',
  ifSkipped: 'There is nothing to change to.',
  requires: [],
};

function commonSteps(isSandbox: boolean): readonly PlanStep[] {
  return [
    {
      stepId: 'new-pair-works',
      kind: 'check',
      title: 'The new pair is accepted',
      reason:
        'A read-only request signed with the new pair shows that it was copied whole and belongs to this app.',
      ifSkipped: 'A wrong or cut-off secret is deployed, and every server that has it fails at once.',
      button: 'Check the new pair',
      check: 'newPairIsAccepted',
      requires: ['new-pair'],
    },
    {
      stepId: 'deploy',
      kind: 'do',
      title: 'Deploy the new pair to servers, auth endpoints and clients',
      reason:
        'Auth endpoints must sign with the pair that their clients connect with: change key and secret together. Keys in mobile apps change with a release.',
      ifSkipped: 'Whatever still has the old pair stops working when it is deleted.',
      requires: ['new-pair-works'],
    },
    {
      stepId: 'use-here',
      kind: 'act',
      title: 'Use the new pair in Latchkey',
      reason:
        'Latchkey connects, signs and publishes with it from then on, so what you see is what your users get.',
      ifSkipped: 'Latchkey keeps signing with a pair that is about to be deleted.',
      button: 'Switch Latchkey over',
      action: 'usePair',
      isGuarded: true,
      requires: ['new-pair-works'],
    },
    {
      stepId: 'wait',
      kind: 'do',
      title: 'Wait until nothing uses the old pair',
      reason:
        'Installed mobile apps and cached pages keep the old key until they update. Watch the provider’s connection count for it, and your logs.',
      ifSkipped: 'Users who have not updated lose their connection, and can’t come back.',
      requires: ['deploy', 'use-here'],
    },
    isSandbox
      ? {
          stepId: 'delete-old',
          kind: 'act',
          title: 'Revoke the old pair',
          reason:
            'A pair that leaked stays dangerous until it is gone. Webhooks are signed with the new key from here on.',
          ifSkipped: 'The old secret keeps signing: the rotation has changed nothing.',
          button: 'Revoke it in the sandbox',
          action: 'revokeSandboxPair',
          isIrreversible: true,
          requires: ['new-pair-works', 'deploy', 'use-here', 'wait'],
        }
      : {
          stepId: 'delete-old',
          kind: 'do',
          title: 'Delete the old pair at your provider',
          reason:
            'A pair that leaked stays dangerous until it is gone. Webhooks are signed with the oldest key, so theirs changes now: deploy the new secret to what verifies them first.',
          ifSkipped: 'The old secret keeps signing: the rotation has changed nothing.',
          isIrreversible: true,
          requires: ['new-pair-works', 'deploy', 'use-here', 'wait'],
        },
    {
      stepId: 'old-pair-refused',
      kind: 'check',
      title: 'The old pair is refused',
      reason: 'The only proof that it is gone is a refusal.',
      ifSkipped: 'You believe that a leaked key is dead while it is not.',
      button: 'Check the old pair',
      check: 'oldPairIsRefused',
      requires: ['delete-old'],
    },
    {
      stepId: 'forget-old',
      kind: 'act',
      title: 'Take the old pair out of the vault',
      reason: 'It is of no more use, and what is not kept can’t leak.',
      ifSkipped: 'A dead secret stays in your keychain.',
      button: 'Forget the old pair',
      action: 'forgetOldPair',
      isIrreversible: true,
      requires: ['old-pair-refused'],
    },
  ];
}
