/** What can be done with one step. Irreversible ones are asked about first; by name, where the main side wants it. */
import { useState } from 'react';
import type { Profile } from '#shared/contract/profiles.ts';
import type { Step } from '#shared/contract/rotation.ts';
import type { AppError } from '#shared/lib/app-error.ts';
import { useCall } from '../../state/index.ts';

export interface StepActions {
  setDone(isDone: boolean): void;
  check(): void;
  perform(): void;
  /** The last one once more, after a failure. */
  again(): void;
  cancel(): void;
  clear(): void;
  readonly isPending: boolean;
  readonly error: AppError | undefined;
  readonly isAsking: boolean;
  /** What has to be typed; undefined: a yes is enough. */
  readonly nameToType: string | undefined;
  ask(): void;
  stopAsking(): void;
  confirm(typed: string): void;
}

export function useStep(rotationId: string, step: Step, profile: Profile): StepActions {
  const { stepId, kind } = step;
  const setDone = useCall('rotation.setDone');
  const check = useCall('rotation.check');
  const perform = useCall('rotation.perform');
  const calls = [setDone, check, perform];
  const [isAsking, setAsking] = useState(false);
  // The sandbox's keys are throwaway: there, a yes is enough.
  const [wantsName, setWantsName] = useState(
    kind === 'act' && step.isIrreversible && profile.dialect !== 'sandbox',
  );

  const clear = () => {
    for (const call of calls) call.clear();
  };
  const tick = (isDone: boolean) => {
    clear();
    void setDone.run({ rotationId, stepId, isDone });
  };
  const runCheck = () => {
    clear();
    void check.run({ rotationId, stepId });
  };
  const runPerform = (confirmation?: string) => {
    clear();
    void perform.run({ rotationId, stepId, ...(confirmation ? { confirmation } : {}) });
  };
  const isNameRefused = perform.error?.code === 'confirmation_required';
  const ask = () => setAsking(true);
  return {
    setDone: tick,
    check: runCheck,
    perform: () => runPerform(),
    again: () => {
      if (isNameRefused) {
        setWantsName(true);
        ask();
      } else if (step.isIrreversible) ask();
      else if (kind === 'check') runCheck();
      else if (kind === 'act') runPerform();
      else tick(true);
    },
    cancel: () => {
      for (const call of calls) call.cancel();
    },
    clear,
    isPending: calls.some((call) => call.isPending),
    error: setDone.error ?? check.error ?? perform.error,
    isAsking,
    nameToType: wantsName || isNameRefused ? profile.name : undefined,
    ask,
    stopAsking: () => setAsking(false),
    confirm: (typed) => {
      setAsking(false);
      if (kind === 'do') tick(true);
      else runPerform(typed);
    },
  };
}
