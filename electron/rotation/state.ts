/** What a rotation's steps look like now: a pure function of the plan, the facts, and what the vault holds. */
import type { Profile } from '#shared/contract/profiles.ts';
import type { Step } from '#shared/contract/rotation.ts';
import type { PlanStep, RotationFacts } from './plan.ts';

export function viewSteps(steps: readonly PlanStep[], facts: RotationFacts): Step[] {
  return steps.map((step) => ({
    stepId: step.stepId,
    kind: step.kind,
    title: step.title,
    reason: step.reason,
    ifSkipped: step.ifSkipped,
    action: step.kind === 'do' ? null : step.button,
    isIrreversible: step.isIrreversible ?? false,
    isDone: isDone(step, facts),
    blockedBy: blockedBy(step, steps, facts),
    evidence: facts.evidence[step.stepId] ?? null,
    needs: step.kind === 'do' && step.needs ? step.needs : 'nothing',
  }));
}

export function isDone(step: PlanStep, facts: RotationFacts): boolean {
  if (step.kind === 'check') return facts.evidence[step.stepId]?.outcome === 'holds';
  return facts.doneAt[step.stepId] !== undefined;
}

/** Why a step can't be done yet, in words; null when it can. */
export function blockedBy(step: PlanStep, steps: readonly PlanStep[], facts: RotationFacts): string | null {
  const open = step.requires
    .map((stepId) => steps.find((other) => other.stepId === stepId))
    .find((other) => other && !isDone(other, facts));
  if (!open) return null;
  return open.kind === 'check' ? `“${open.title}” has to hold first.` : `“${open.title}” comes first.`;
}

/** The checks that a step stands on, to be made again right before it. */
export function guards(step: PlanStep, steps: readonly PlanStep[]): readonly PlanStep[] {
  if (!step.isIrreversible && !step.isGuarded) return [];
  return steps.filter((other) => other.kind === 'check' && step.requires.includes(other.stepId));
}

/** Every step that stands on this one, however far away. */
export function dependents(step: PlanStep, steps: readonly PlanStep[]): readonly PlanStep[] {
  const direct = steps.filter((other) => other.requires.includes(step.stepId));
  return [...new Set(direct.flatMap((other) => [other, ...dependents(other, steps)]))];
}

/** What can't be undone wants the app's name; the sandbox's credentials are worth nothing. */
export function needsConfirmation(step: PlanStep, profile: Profile): boolean {
  return step.isIrreversible === true && profile.dialect !== 'sandbox';
}
