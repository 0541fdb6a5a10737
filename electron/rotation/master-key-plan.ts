/**
 * Rotating an encryption master key. Source: the Channels docs on end-to-end encryption: every server needs the same
 * master key; a client that can't decrypt asks its auth endpoint once per failed event, so events are lost while
 * servers hold different keys.
 */
import type { Plan, PlanStep } from './plan.ts';

export const masterKeyPlan: Plan = {
  planId: 'master-key',
  title: 'Encryption master key',
  summary: 'The key is swapped on every server. Events can be lost while servers hold different keys.',
  unavailable: () => undefined,
  steps: (profile) => steps(profile.dialect === 'sandbox'),
};

function steps(isSandbox: boolean): readonly PlanStep[] {
  return [
    isSandbox
      ? {
          stepId: 'new-key',
          kind: 'act',
          title: 'Make a new master key',
          reason: '32 random bytes, kept beside the current key. Captured events are tried with both.',
          ifSkipped: 'There is nothing to change to.',
          button: 'Let the sandbox make one',
          action: 'makeMasterKey',
          requires: [],
        }
      : {
          stepId: 'new-key',
          kind: 'do',
          needs: 'next-master-key',
          title: 'Make a new master key where your servers get theirs, and enter it here',
          reason:
            '32 random bytes in base64, as from “openssl rand -base64 32”. It is kept beside the current key, and captured events are tried with both.',
          ifSkipped: 'There is nothing to change to.',
          requires: [],
        },
    isSandbox
      ? {
          stepId: 'deploy',
          kind: 'act',
          title: 'Swap the key on the publisher',
          reason:
            'The sandbox’s demo publisher stands in for your servers: it encrypts with the new key from here on.',
          ifSkipped: 'Events keep coming with the old key, and a leak stays open.',
          button: 'Switch the sandbox’s publisher',
          action: 'switchSandboxMasterKey',
          requires: ['new-key'],
        }
      : {
          stepId: 'deploy',
          kind: 'do',
          title: 'Swap the key on every server, and on every auth endpoint',
          reason:
            'Publishers encrypt with it and auth endpoints hand out keys derived from it, so both must change together and quickly: clients retry once per event that fails to open.',
          ifSkipped: 'Servers with different keys publish events that half of the clients can’t read.',
          requires: ['new-key'],
        },
    {
      stepId: 'opens-with-new',
      kind: 'check',
      title: 'Captured events open with the new key',
      reason:
        'Servers can’t check a master key. The evidence is in the events: each one opens with the key it was made with.',
      ifSkipped:
        'A server that was forgotten goes on with the old key, and nobody notices until clients fail.',
      button: 'Check captured events',
      check: 'eventsOpenWithNewKey',
      requires: ['deploy'],
    },
    {
      stepId: 'use-here',
      kind: 'act',
      title: 'Use the new key in Latchkey',
      reason:
        'Test events that you publish are encrypted with it. The old key stays, for events captured before.',
      ifSkipped: 'Your test events can’t be read by clients that have the new key.',
      button: 'Switch Latchkey over',
      action: 'useMasterKey',
      requires: ['opens-with-new'],
    },
    {
      stepId: 'forget-old',
      kind: 'act',
      title: 'Take the old key out of the vault',
      reason: 'What is not kept can’t leak. Events that were recorded with it can’t be opened here any more.',
      ifSkipped:
        'An old key stays in your keychain; it still opens events that were captured or cached with it.',
      button: 'Forget the old key',
      action: 'forgetOldMasterKey',
      isIrreversible: true,
      requires: ['opens-with-new', 'use-here'],
    },
  ];
}
