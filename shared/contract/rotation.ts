/** Rotating a key, step by step, on evidence. */
import * as z from 'zod';
import { call, event } from './define.ts';
import { confirmation } from './inputs.ts';
import * as s from './strings.ts';

export const checkOutcomes = ['holds', 'fails', 'unknown'] as const;

export const evidence = z.strictObject({
  outcome: z.enum(checkOutcomes),
  /** What was tried and what came back. */
  finding: s.prose,
  /** Milliseconds since 1970. */
  at: z.number(),
});
export type Evidence = z.infer<typeof evidence>;

/**
 * - `do`: done outside of the app; the user ticks it.
 * - `act`: this app does it (`perform`).
 * - `check`: this app finds out whether it holds (`check`).
 */
export const stepKinds = ['do', 'act', 'check'] as const;

export const step = z.strictObject({
  stepId: s.stepId,
  kind: z.enum(stepKinds),
  title: s.prose,
  /** Why the step is there. */
  reason: s.prose,
  /** What breaks when it is skipped. */
  ifSkipped: s.prose,
  /** What the button says, for `act` and `check`. */
  action: s.prose.nullable(),
  isIrreversible: z.boolean(),
  isDone: z.boolean(),
  /** Why it can't be done yet; null when it can. */
  blockedBy: s.prose.nullable(),
  evidence: evidence.nullable(),
  /** What the user has to enter for this step, through `vault.enterSecret` with slot `next`. */
  needs: z.enum(['nothing', 'next-pair', 'next-master-key']),
});
export type Step = z.infer<typeof step>;

export const planSummary = z.strictObject({
  planId: s.planId,
  title: s.prose,
  summary: s.prose,
  /** Why it can't be started for this app; null when it can. */
  unavailable: s.prose.nullable(),
});

export const rotationStates = ['active', 'finished', 'abandoned'] as const;

export const rotationRecord = z.strictObject({
  rotationId: s.rotationId,
  profileId: s.profileId,
  planId: s.planId,
  title: s.prose,
  state: z.enum(rotationStates),
  /** Why it ended, when it was not finished. */
  endedBecause: s.prose.nullable(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  steps: z.array(step),
});
export type RotationRecord = z.infer<typeof rotationRecord>;

const stepInput = { rotationId: s.rotationId, stepId: s.stepId };

export const rotation = {
  plans: call({
    input: z.strictObject({ profileId: s.profileId }),
    output: z.strictObject({ plans: z.array(planSummary) }),
    errors: ['not_found'],
  }),
  list: call({
    input: z.strictObject({ profileId: s.profileId.optional() }),
    output: z.strictObject({ rotations: z.array(rotationRecord) }),
  }),
  start: call({
    input: z.strictObject({ profileId: s.profileId, planId: s.planId }),
    output: rotationRecord,
    errors: ['not_found', 'conflict', 'no_credential'],
  }),
  /** Ticks a `do` step, or takes the tick back. */
  setDone: call({
    input: z.strictObject({ ...stepInput, isDone: z.boolean() }),
    output: rotationRecord,
    errors: ['not_found', 'conflict'],
  }),
  check: call({
    input: z.strictObject(stepInput),
    output: rotationRecord,
    errors: ['not_found', 'conflict', 'vault_locked', 'cancelled'],
  }),
  /** Does an `act` step. Irreversible ones want `confirmation`: the app's name. */
  perform: call({
    input: z.strictObject({ ...stepInput, confirmation: confirmation.optional() }),
    output: rotationRecord,
    errors: [
      'not_found',
      'conflict',
      'vault_locked',
      'confirmation_required',
      'no_credential',
      'sandbox_failed',
      'cancelled',
    ],
  }),
  abandon: call({
    input: z.strictObject({ rotationId: s.rotationId }),
    output: rotationRecord,
    errors: ['not_found', 'conflict'],
  }),
  changed: event(rotationRecord),
};
