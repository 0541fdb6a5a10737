/** What a rotation's steps look like: pure functions of the record that the main side keeps. */
import type { Evidence, RotationRecord, Step } from '#shared/contract/rotation.ts';

/**
 * - `done`: ticked, performed, or the check holds.
 * - `fails`, `unknown`: a check was made, and does not hold or could not tell.
 * - `open`: can be done now. `blocked`: another step comes first.
 */
export type StepState = 'done' | 'fails' | 'unknown' | 'open' | 'blocked';

export function stepState(step: Step): StepState {
  if (step.isDone) return 'done';
  if (step.blockedBy !== null) return 'blocked';
  if (step.kind === 'check' && step.evidence) return step.evidence.outcome === 'fails' ? 'fails' : 'unknown';
  return 'open';
}

/** The step to look at: the first that is not done and can be. Undefined when none is left. */
export function nextStep(steps: readonly Step[]): Step | undefined {
  return steps.find((step) => !step.isDone && step.blockedBy === null);
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  /** The next step is the user's, not the app's. */
  readonly waitsOnUser: boolean;
}

export function progress(steps: readonly Step[]): Progress {
  const next = nextStep(steps);
  return {
    done: steps.filter(({ isDone }) => isDone).length,
    total: steps.length,
    waitsOnUser: next?.kind === 'do',
  };
}

export const outcomeWords: Readonly<Record<Evidence['outcome'], string>> = {
  holds: 'Holds',
  fails: 'Does not hold',
  unknown: 'Not known',
};

export const stateWords: Readonly<Record<StepState, string>> = {
  done: 'Done',
  fails: 'Does not hold',
  unknown: 'Not known yet',
  open: 'To do',
  blocked: 'Not yet',
};

/** A tick can be taken back while nothing was done on the strength of it, and what it stands for can be undone. */
export function canUntick(step: Step): boolean {
  return step.kind === 'do' && step.isDone && !step.isIrreversible;
}

export interface RotationLists {
  readonly active: readonly RotationRecord[];
  /** Newest first. */
  readonly ended: readonly RotationRecord[];
}

export function sortRotations(rotations: readonly RotationRecord[]): RotationLists {
  return {
    active: rotations.filter(({ state }) => state === 'active').sort((a, b) => a.startedAt - b.startedAt),
    ended: rotations
      .filter(({ state }) => state !== 'active')
      .sort((a, b) => (b.endedAt ?? b.startedAt) - (a.endedAt ?? a.startedAt)),
  };
}
