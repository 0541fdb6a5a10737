/**
 * Rotations: kept in SQLite, walked step by step. Irreversible steps stay closed until the checks they stand on hold,
 * and those checks are made again in the moment before.
 */
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Profile } from '#shared/contract/profiles.ts';
import { evidence, type RotationRecord, rotationStates } from '#shared/contract/rotation.ts';
import type { Slot } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import type { Database, Row } from '../storage/index.ts';
import { type ActionTools, runAction } from './actions.ts';
import { type CheckTools, runCheck } from './checks.ts';
import { masterKeyPlan } from './master-key-plan.ts';
import { pairPlan } from './pair-plan.ts';
import type { Plan, PlanStep, RotationFacts } from './plan.ts';
import { blockedBy, dependents, guards, isDone, needsConfirmation, viewSteps } from './state.ts';

const plans: readonly Plan[] = [pairPlan, masterKeyPlan];

const storedFacts = z.object({
  doneAt: z.record(z.string(), z.number()),
  evidence: z.record(z.string(), evidence),
  oldKey: z.string().optional(),
  newKey: z.string().optional(),
  target: z.string(),
});

interface Stored {
  readonly rotationId: string;
  readonly profileId: string;
  readonly plan: Plan;
  readonly state: (typeof rotationStates)[number];
  readonly endedBecause: string | null;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly facts: RotationFacts;
}

export interface RotationOptions {
  readonly database: Database;
  readonly tools: CheckTools & ActionTools;
  readonly profiles: { get(profileId: string): Profile; find(profileId: string): Profile | undefined };
  readonly onChanged: (record: RotationRecord) => void;
}

export class Rotations {
  readonly #options: RotationOptions;
  /** One step at a time for each rotation. */
  readonly #busy = new Set<string>();

  constructor(options: RotationOptions) {
    this.#options = options;
  }

  plans(profileId: string) {
    const profile = this.#options.profiles.get(profileId);
    return plans.map((plan) => ({
      planId: plan.planId,
      title: plan.title,
      summary: plan.summary,
      unavailable: plan.unavailable(profile) ?? this.#obstacle(plan, profile) ?? null,
    }));
  }

  list(profileId?: string): RotationRecord[] {
    const rows = this.#options.database.all(
      'SELECT * FROM rotations WHERE ?1 IS NULL OR profile_id = ?1 ORDER BY started_at DESC LIMIT 200',
      profileId ?? null,
    );
    return rows.flatMap((row) => this.#record(fromRow(row)) ?? []);
  }

  start(profileId: string, planId: string): RotationRecord {
    const profile = this.#options.profiles.get(profileId);
    const plan = plans.find((candidate) => candidate.planId === planId);
    if (!plan) throw new AppError('not_found', 'There is no such rotation plan.');
    const unavailable = plan.unavailable(profile);
    if (unavailable) throw new AppError('conflict', unavailable);
    const obstacle = this.#obstacle(plan, profile);
    if (obstacle) throw new AppError('no_credential', obstacle);
    const active = this.list(profileId).find(
      (record) => record.planId === planId && record.state === 'active',
    );
    if (active) throw new AppError('conflict', 'This rotation is under way already.');
    const stored: Stored = {
      rotationId: randomUUID(),
      profileId,
      plan,
      state: 'active',
      endedBecause: null,
      startedAt: this.#options.tools.now(),
      endedAt: null,
      facts: { doneAt: {}, evidence: {}, target: targetOf(profile) },
    };
    return this.#save(stored);
  }

  /** Whether one works on the app's secrets of this kind (`secret`, `masterKey`). */
  isUnderWay(profileId: string, kind: string): boolean {
    const planOf = kind === 'masterKey' ? masterKeyPlan : pairPlan;
    return this.list(profileId).some(({ planId, state }) => planId === planOf.planId && state === 'active');
  }

  /** The versions of a key that is being rotated are the rotation's. @throws AppError `conflict` while it is under way */
  requireNone(profileId: string, kind: string): void {
    if (!this.isUnderWay(profileId, kind)) return;
    throw new AppError('conflict', 'A rotation is under way, which works on these keys.', {
      hint: 'Finish it, or give it up, and try again.',
    });
  }

  setDone(rotationId: string, stepId: string, done: boolean): Promise<RotationRecord> {
    return this.#step(rotationId, stepId, async (stored, step, profile, signal) => {
      if (step.kind !== 'do') throw new AppError('conflict', 'This step is not one to tick off.');
      if (!done) return this.#untick(stored, step, profile);
      if (isDone(step, stored.facts)) throw new AppError('conflict', 'This step is done already.');
      const pair = this.#entered(step, profile);
      const evidenceNow = await this.#guard(stored, step, profile, signal);
      return {
        ...stored.facts,
        ...pair,
        evidence: { ...stored.facts.evidence, ...evidenceNow },
        doneAt: { ...stored.facts.doneAt, [step.stepId]: this.#options.tools.now() },
      };
    });
  }

  check(rotationId: string, stepId: string, signal: AbortSignal): Promise<RotationRecord> {
    return this.#step(rotationId, stepId, async (stored, step, profile) => {
      if (step.kind !== 'check') throw new AppError('conflict', 'This step has nothing to check.');
      const found = await runCheck(step.check, this.#options.tools, { profile, facts: stored.facts, signal });
      return { ...stored.facts, evidence: { ...stored.facts.evidence, [step.stepId]: found } };
    });
  }

  perform(
    rotationId: string,
    stepId: string,
    confirmation: string | undefined,
    signal: AbortSignal,
  ): Promise<RotationRecord> {
    return this.#step(
      rotationId,
      stepId,
      async (stored, step, profile) => {
        if (step.kind !== 'act') throw new AppError('conflict', 'This step is not done by Latchkey.');
        if (isDone(step, stored.facts)) throw new AppError('conflict', 'This step is done already.');
        if (needsConfirmation(step, profile) && confirmation !== profile.name) {
          throw new AppError('confirmation_required', `“${step.title}” can’t be undone.`, {
            hint: `Type “${profile.name}” to go on.`,
          });
        }
        const evidenceNow = await this.#guard(stored, step, profile, signal);
        const changes = await runAction(step.action, this.#options.tools, { profile, facts: stored.facts });
        return {
          ...stored.facts,
          ...changes,
          evidence: { ...stored.facts.evidence, ...evidenceNow },
          doneAt: { ...stored.facts.doneAt, [step.stepId]: this.#options.tools.now() },
        };
      },
      signal,
    );
  }

  abandon(rotationId: string): RotationRecord {
    const stored = this.#active(rotationId);
    if (this.#busy.has(rotationId)) throw stepUnderWay();
    return this.#end(stored, 'abandoned', 'You ended it before its last step.');
  }

  /** Ends what can't go on, as its app has changed underneath it. */
  abandonAll(profileId: string, because: string): void {
    for (const record of this.list(profileId)) {
      if (record.state === 'active') this.#end(this.#active(record.rotationId), 'abandoned', because);
    }
  }

  async #step(
    rotationId: string,
    stepId: string,
    work: (stored: Stored, step: PlanStep, profile: Profile, signal: AbortSignal) => Promise<RotationFacts>,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<RotationRecord> {
    const stored = this.#active(rotationId);
    const profile = this.#options.profiles.get(stored.profileId);
    if (stored.facts.target !== targetOf(profile)) {
      const because =
        'The app’s id, server or address was changed on the way: evidence about one proves nothing about the other.';
      this.#end(stored, 'abandoned', because);
      throw new AppError('conflict', because, { hint: 'Start the rotation again for the app as it is now.' });
    }
    const steps = stored.plan.steps(profile);
    const step = steps.find((candidate) => candidate.stepId === stepId);
    if (!step) throw new AppError('not_found', 'This rotation has no such step.');
    const blocked = blockedBy(step, steps, stored.facts);
    if (blocked) throw new AppError('conflict', blocked);
    if (this.#busy.has(rotationId)) throw stepUnderWay();
    this.#busy.add(rotationId);
    try {
      const facts = await work(stored, step, profile, signal);
      // It may have been ended meanwhile, and stays ended.
      const changed = { ...this.#active(rotationId), facts };
      const isFinished = stored.plan.steps(profile).every((each) => isDone(each, facts));
      return isFinished ? this.#end(changed, 'finished', null) : this.#save(changed);
    } finally {
      this.#busy.delete(rotationId);
    }
  }

  /** Makes the checks again that an irreversible step stands on. @throws AppError `conflict` when one fails. */
  async #guard(
    stored: Stored,
    step: PlanStep,
    profile: Profile,
    signal: AbortSignal,
  ): Promise<RotationFacts['evidence']> {
    const found: Record<string, z.infer<typeof evidence>> = {};
    for (const guard of guards(step, stored.plan.steps(profile))) {
      if (guard.kind !== 'check') continue;
      const result = await runCheck(guard.check, this.#options.tools, {
        profile,
        facts: stored.facts,
        signal,
      });
      found[guard.stepId] = result;
      if (result.outcome === 'holds') continue;
      this.#save({ ...stored, facts: { ...stored.facts, evidence: { ...stored.facts.evidence, ...found } } });
      throw new AppError('conflict', `“${guard.title}” no longer holds. ${result.finding}`, {
        retryable: true,
      });
    }
    return found;
  }

  #untick(stored: Stored, step: PlanStep, profile: Profile): RotationFacts {
    if (step.isIrreversible) {
      throw new AppError('conflict', 'What can’t be undone can’t be unticked either.');
    }
    const later = dependents(step, stored.plan.steps(profile));
    const done = later.find((other) => stored.facts.doneAt[other.stepId] !== undefined);
    if (done) throw new AppError('conflict', `“${done.title}” was done on the strength of this step.`);
    const { [step.stepId]: _, ...doneAt } = stored.facts.doneAt;
    // What was found out on the strength of the step is no evidence without it.
    const isLater = (stepId: string) => later.some((other) => other.stepId === stepId);
    const kept = Object.entries(stored.facts.evidence).filter(([stepId]) => !isLater(stepId));
    return { ...stored.facts, doneAt, evidence: Object.fromEntries(kept) };
  }

  #entered(step: PlanStep, profile: Profile): Pick<RotationFacts, 'oldKey' | 'newKey'> {
    if (step.kind !== 'do' || !step.needs) return {};
    if (step.needs === 'next-pair') return this.#enteredPair(profile);
    const next = this.#options.tools
      .credentials(profile.profileId)
      .some(({ kind, slot }) => kind === 'masterKey' && slot === 'next');
    if (next) return {};
    throw new AppError('no_credential', 'The new master key is not in the vault yet: enter it.');
  }

  #enteredPair(profile: Profile): { oldKey: string; newKey: string } {
    const next = this.#options.tools
      .credentials(profile.profileId)
      .find(({ kind, slot }) => kind === 'secret' && slot === 'next');
    if (!next?.key) {
      throw new AppError('no_credential', 'The new pair is not in the vault yet: enter its key and secret.');
    }
    if (next.key === profile.key) {
      throw new AppError('invalid_input', 'This is the key that is in use now. Enter the new pair’s key.');
    }
    return { oldKey: profile.key, newKey: next.key };
  }

  /** What has to be put right in the vault before this plan can begin. */
  #obstacle(plan: Plan, profile: Profile): string | undefined {
    const kind = plan === masterKeyPlan ? 'masterKey' : 'secret';
    const has = (slot: Slot) =>
      this.#options.tools
        .credentials(profile.profileId)
        .some((credential) => credential.kind === kind && credential.slot === slot);
    const isActive = this.list(profile.profileId).some(
      ({ planId, state }) => planId === plan.planId && state === 'active',
    );
    if (isActive) return undefined;
    if (has('previous')) {
      return kind === 'secret'
        ? 'A pair is in the vault that is marked “retiring”. Remove it, or mark it as something else, once it is of no more use: a new rotation puts another in its place.'
        : 'A master key is in the vault that is marked “previous”. Remove it, or mark it as something else, once it is of no more use: a new rotation puts another in its place.';
    }
    if (has('current')) return undefined;
    return kind === 'secret'
      ? 'The current secret is not in the vault: enter it first.'
      : 'This app has no master key in the vault: enter or make one first.';
  }

  #active(rotationId: string): Stored {
    const row = this.#options.database.one('SELECT * FROM rotations WHERE rotation_id = ?', rotationId);
    if (!row) throw new AppError('not_found', 'This rotation is no longer known.');
    const stored = fromRow(row);
    if (stored.state !== 'active') throw new AppError('conflict', 'This rotation has ended.');
    return stored;
  }

  #end(stored: Stored, state: 'finished' | 'abandoned', endedBecause: string | null): RotationRecord {
    return this.#save({ ...stored, state, endedBecause, endedAt: this.#options.tools.now() });
  }

  #save(stored: Stored): RotationRecord {
    this.#options.database.run(
      `INSERT INTO rotations (rotation_id, profile_id, plan_id, state, ended_because, started_at, ended_at, facts)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (rotation_id) DO UPDATE SET state = excluded.state, ended_because = excluded.ended_because,
         ended_at = excluded.ended_at, facts = excluded.facts`,
      stored.rotationId,
      stored.profileId,
      stored.plan.planId,
      stored.state,
      stored.endedBecause,
      stored.startedAt,
      stored.endedAt,
      JSON.stringify(stored.facts),
    );
    const record = this.#record(stored);
    if (!record) throw new AppError('not_found', 'The app of this rotation is gone.');
    this.#options.onChanged(record);
    return record;
  }

  /** Undefined when its app was taken away: it comes back with the app if that is undone. */
  #record(stored: Stored): RotationRecord | undefined {
    const profile = this.#options.profiles.find(stored.profileId);
    if (!profile) return undefined;
    return {
      rotationId: stored.rotationId,
      profileId: stored.profileId,
      planId: stored.plan.planId,
      title: stored.plan.title,
      state: stored.state,
      endedBecause: stored.endedBecause,
      startedAt: stored.startedAt,
      endedAt: stored.endedAt,
      steps: viewSteps(stored.plan.steps(profile), stored.facts),
    };
  }
}

function targetOf({ appId, dialect, location }: Profile): string {
  return JSON.stringify([dialect, appId, location]);
}

function stepUnderWay(): AppError {
  return new AppError('conflict', 'A step of this rotation is under way.', { retryable: true });
}

function fromRow(row: Row): Stored {
  const plan = plans.find((candidate) => candidate.planId === row.plan_id);
  if (!plan) throw new Error(`A stored rotation names an unknown plan: ${String(row.plan_id)}`);
  return {
    rotationId: String(row.rotation_id),
    profileId: String(row.profile_id),
    plan,
    state: z.enum(rotationStates).parse(row.state),
    endedBecause: row.ended_because === null ? null : String(row.ended_because),
    startedAt: Number(row.started_at),
    endedAt: row.ended_at === null ? null : Number(row.ended_at),
    facts: storedFacts.parse(JSON.parse(String(row.facts))),
  };
}
