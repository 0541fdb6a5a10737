import { describe, expect, it } from 'vitest';
import { pairPlan } from '../../../../electron/rotation/pair-plan.ts';
import { viewSteps } from '../../../../electron/rotation/state.ts';
import {
  canUntick,
  nextStep,
  progress,
  sortRotations,
  stepState,
} from '../../../../renderer/features/rotation/rotation-view.ts';
import type { Profile } from '../../../../shared/contract/profiles.ts';
import type { RotationRecord } from '../../../../shared/contract/rotation.ts';

const profile: Profile = {
  profileId: crypto.randomUUID(),
  name: 'shop',
  environment: 'production',
  dialect: 'pusher',
  appId: '1',
  key: 'old',
  location: { kind: 'cluster', cluster: 'mt1' },
  createdAt: 0,
  updatedAt: 0,
};

const steps = (done: readonly string[], outcome?: 'holds' | 'fails' | 'unknown') =>
  viewSteps(pairPlan.steps(profile), {
    target: 'this app',
    doneAt: Object.fromEntries(done.map((stepId) => [stepId, 1])),
    evidence: outcome ? { 'new-pair-works': { outcome, finding: 'Tried.', at: 1 } } : {},
  });

const stateOf = (all: ReturnType<typeof steps>, stepId: string) => {
  const step = all.find((each) => each.stepId === stepId);
  return step && stepState(step);
};

describe('the view of a rotation', () => {
  it('points at the first step that can be done', () => {
    expect(nextStep(steps([]))?.stepId).toBe('new-pair');
    expect(nextStep(steps(['new-pair']))?.stepId).toBe('new-pair-works');
    expect(nextStep(steps(['new-pair'], 'holds'))?.stepId).toBe('deploy');
  });

  it('tells a check that fails from one that could not tell, and from one not made', () => {
    expect(stateOf(steps(['new-pair']), 'new-pair-works')).toBe('open');
    expect(stateOf(steps(['new-pair'], 'fails'), 'new-pair-works')).toBe('fails');
    expect(stateOf(steps(['new-pair'], 'unknown'), 'new-pair-works')).toBe('unknown');
    expect(stateOf(steps(['new-pair'], 'holds'), 'new-pair-works')).toBe('done');
  });

  it('shows what waits for another step as blocked', () => {
    expect(stateOf(steps([]), 'delete-old')).toBe('blocked');
  });

  it('counts, and says whether the user is waited for', () => {
    expect(progress(steps([]))).toEqual({ done: 0, total: 8, waitsOnUser: true });
    expect(progress(steps(['new-pair']))).toEqual({ done: 1, total: 8, waitsOnUser: false });
  });

  it('lets a tick be taken back, but not one that can’t be undone', () => {
    const all = steps(['new-pair', 'deploy', 'delete-old'], 'holds');
    const can = Object.fromEntries(all.map((step) => [step.stepId, canUntick(step)]));
    expect(can).toMatchObject({ deploy: true, 'delete-old': false, 'new-pair-works': false });
  });

  it('lists the active ones in their order, and the ended ones newest first', () => {
    const record = (
      id: string,
      state: RotationRecord['state'],
      startedAt: number,
      endedAt: number | null,
    ) => ({
      rotationId: id,
      profileId: profile.profileId,
      planId: 'key-pair',
      title: 'Key and secret',
      state,
      endedBecause: null,
      startedAt,
      endedAt,
      steps: [],
    });
    const { active, ended } = sortRotations([
      record('c', 'active', 3, null),
      record('old', 'finished', 0, 1),
      record('a', 'active', 2, null),
      record('new', 'abandoned', 0, 9),
    ]);
    expect(active.map(({ rotationId }) => rotationId)).toEqual(['a', 'c']);
    expect(ended.map(({ rotationId }) => rotationId)).toEqual(['new', 'old']);
  });
});
