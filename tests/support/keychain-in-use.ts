/**
 * The keychain fails while the vault is open: between two calls, or in the middle of one. For each condition everything
 * that can be asked of the vault is asked, one after the other, by an app whose secrets have not been read yet.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { VaultState } from '#shared/contract/vault.ts';
import type { ErrorCode } from '#shared/lib/app-error.ts';
import { eventually } from './conditions.ts';
import { type Answer, type Attempt, failureIn, Stage, valueIn, waitingAfterMs } from './keychain-stage.ts';
import type { VaultHarness } from './vault-harness.ts';
import { decrypted, type Errand, leftClosed, type Operation, operations } from './vault-operations.ts';

export interface ConditionInUse {
  readonly name: string;
  readonly withPrompter?: true;
  /** Before the vault opens. Gives its environment, when it is another one. */
  prepare?(stage: Stage): Promise<Readonly<Record<string, string | undefined>>>;
  /** The keychain is in the middle of the call when it strikes. */
  readonly inFlight?: true;
  strike(stage: Stage): unknown;
  /** A call that needs the keychain has the user wait, until somebody does something. */
  readonly waits?: true;
  /** What somebody does. */
  act?(stage: Stage, harness: VaultHarness): unknown;
  /** What comes of such a call. With both, either may. */
  readonly works?: true | 'unless entering';
  readonly refusal?: Refusal;
  /** The vault after such a call, without anyone's doing. */
  readonly after: { readonly state: VaultState; readonly reason?: RegExp; readonly hint?: RegExp };
  /** Makes the keychain work again. */
  end(stage: Stage, asked: Asked): unknown;
  /** How the vault process may have ended by itself. */
  readonly maySignal?: string;
}

interface Refusal {
  readonly code: ErrorCode;
  readonly message: RegExp;
  readonly hint: RegExp;
}

/** Whether the keychain was asked for something: by the call, or by what the vault does after it. */
type Asked = 'by the call' | 'afterwards' | 'for nothing';

/** Where a call has the user wait in any case. */
const shortWaitMs = 300;
const waiting = {
  state: 'waiting',
  store: 'keychain',
  reason: expect.stringMatching(/system keychain has not answered/),
  hint: expect.stringMatching(/prompt.*Answer it, or cancel/),
};
const removedLater: Refusal = {
  code: 'keychain_locked',
  message: /could not be removed from the system keychain yet/,
  hint: /removed when the vault is opened next/,
};

export function describeInUse(conditions: readonly ConditionInUse[]): void {
  describe.each(conditions)('the keychain: $name', (condition) => {
    const { waits, after } = condition;
    let stage: Stage;
    let harness: VaultHarness;

    beforeAll(async () => {
      stage = await Stage.prepare(condition);
      // A minute goes by between any two of its looks at the clock: each loss is the first in a long time.
      let now = Date.now();
      harness = stage.vaultOf(stage.errands, await condition.prepare?.(stage), {
        waitingAfterMs: waits ? shortWaitMs : waitingAfterMs,
        now: () => (now += 61_000),
      });
      await harness.vault.start();
    });
    afterAll(() => stage?.close());

    const cells = operations.map((operation, at) => ({ name: operation.name, operation, at }));
    test.each(cells)('$name', async ({ operation, at }) => {
      const { vault } = harness;
      const errand = stage.errands[at] as Errand;
      const asked = askedBy(operation);
      expect(vault.status.state).toBe('unlocked');

      try {
        const attempt = await attemptUnder(operation, errand, asked);
        if (asked === 'by the call') await checkAsked(operation, attempt);
        else {
          expect(await attempt.seen).toBe('answer');
          checkAnswerOfMain(operation, await attempt.answer);
        }
      } finally {
        await condition.end(stage, asked);
      }
      // What was still asked of the locked keychain has its answer: whoever asks at the same time would be given that one.
      await eventually(() => !harness.isAskingKeychain, {
        what: 'the end of what was asked before',
      });
      await vault.unlock();
      await harness.untilState('unlocked');
      await errand.verify(vault);
    });

    test('all that was kept is there afterwards, and nowhere else', async () => {
      const ends = harness.exits.filter(({ signal }) => signal !== condition.maySignal);
      expect(ends, 'a vault process that ended by itself').toEqual([]);
      expect(new Set(harness.statuses.map(({ store }) => store))).toEqual(new Set(['keychain']));
      await stage.verify();
    });

    async function checkAsked(operation: Operation, { seen, answer }: Attempt): Promise<void> {
      const { vault } = harness;
      const first = await seen;
      if (waits) expect([first, vault.status]).toMatchObject(['waiting', waiting]);
      await condition.act?.(stage, harness);
      checkAnswer(condition, operation, await answer);
      await eventually(() => vault.status.state === after.state, { what: `“${after.state}”` });
      const { reason, hint } = vault.status;
      expect({ reason, hint }).toEqual({
        reason: after.reason ? expect.stringMatching(after.reason) : null,
        hint: after.hint ? expect.stringMatching(after.hint) : null,
      });
    }

    async function attemptUnder(operation: Operation, errand: Errand, asked: Asked) {
      const cell = { operation, errand, harness };
      if (!condition.inFlight || asked !== 'by the call') {
        await condition.strike(stage);
        return stage.attempt(cell);
      }
      const before = harness.keychainCalls;
      stage.service.freeze();
      const attempt = stage.attempt(cell);
      await eventually(() => harness.keychainCalls > before, { what: 'the call of the keychain' });
      await condition.strike(stage);
      return attempt;
    }
  });
}

function askedBy({ kind, isTidying, isConflictWhenOpen }: Operation): Asked {
  if (isConflictWhenOpen) return 'for nothing';
  if (kind === 'asks' || kind === 'decrypts') return 'by the call';
  return isTidying ? 'afterwards' : 'for nothing';
}

function checkAnswer(condition: ConditionInUse, operation: Operation, answer: Answer): void {
  const { works, waits, refusal } = condition;
  const mayWork = works === true || (works === 'unless entering' && !operation.isEntering);
  if (operation.kind === 'decrypts') {
    // The log is not held up: what waits is left closed.
    expect([...(mayWork && !waits ? [decrypted] : []), leftClosed]).toContainEqual(valueIn(answer));
  } else if (mayWork && !(refusal && 'error' in answer)) {
    valueIn(answer);
  } else if (refusal) {
    const { code, message, hint } = operation.name === 'removeAllOf' ? removedLater : refusal;
    const words = { message: expect.stringMatching(message), hint: expect.stringMatching(hint) };
    const failure = failureIn(answer);
    expect(failure).toMatchObject(words);
    // Locked after it was asked to remove something: nobody knows whether it did.
    const isInDoubt = condition.inFlight && operation.name.startsWith('remove');
    expect(isInDoubt ? [code, 'keychain_unavailable'] : [code]).toContain(failure.code);
  }
}

function checkAnswerOfMain(operation: Operation, answer: Answer): void {
  if (operation.isConflictWhenOpen) expect(failureIn(answer)).toMatchObject({ code: 'conflict' });
  else valueIn(answer);
}
