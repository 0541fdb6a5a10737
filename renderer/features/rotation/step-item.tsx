/** One step: what to do, why, what breaks without it, and the evidence that it is done. */
import { useState } from 'react';
import type { Profile } from '#shared/contract/profiles.ts';
import type { Evidence, Step } from '#shared/contract/rotation.ts';
import type { Credential } from '#shared/contract/vault.ts';
import {
  Badge,
  Button,
  Checkbox,
  Confirm,
  classes,
  ErrorNotice,
  formatDateTime,
  formatTime,
  Icon,
  type IconName,
  Row,
} from '../../components/index.ts';
import { MasterKeyEntry, PairEntry } from './next-entry.tsx';
import styles from './rotation.module.css';
import { canUntick, outcomeWords, type StepState, stateWords, stepState } from './rotation-view.ts';
import { useStep } from './use-step.ts';

export interface StepItemProps {
  readonly rotationId: string;
  readonly step: Step;
  readonly number: number;
  readonly isNext: boolean;
  readonly profile: Profile;
  readonly credentials: readonly Credential[];
}

const stateIcons: Readonly<Record<StepState, IconName>> = {
  done: 'ok-sign',
  fails: 'danger-sign',
  unknown: 'unknown-sign',
  open: 'note',
  blocked: 'locked',
};

export function StepItem({ rotationId, step, number, isNext, profile, credentials }: StepItemProps) {
  const state = stepState(step);
  const isDangerous = step.isIrreversible && !step.isDone;
  // What comes later and what is over show their title; the words are one click away.
  const [isOpened, setOpened] = useState<boolean>();
  const isOpen = isOpened ?? (isNext || state === 'fails' || state === 'unknown');
  return (
    <li
      className={classes(styles.step, isNext && styles.next, isDangerous && styles.dangerous)}
      aria-current={isNext ? 'step' : undefined}
    >
      <button
        type="button"
        className={styles.stepHead}
        aria-expanded={isOpen}
        onClick={() => setOpened(!isOpen)}
      >
        <span className={classes(styles.sign, styles[state])}>
          {state === 'open' ? (
            <span className={styles.number}>{number}</span>
          ) : (
            <Icon name={stateIcons[state]} size={16} />
          )}
          <span className="visually-hidden">{stateWords[state]}.</span>
        </span>
        <span className={styles.stepTitle}>{step.title}</span>
        {isDangerous && (
          <Badge tone="danger" icon="warning-sign">
            can’t be undone
          </Badge>
        )}
        {step.evidence && !isOpen && (
          <span className={styles.headOutcome}>{outcomeWords[step.evidence.outcome]}</span>
        )}
        <Icon name={isOpen ? 'expanded' : 'collapsed'} size={12} className={styles.fold} />
      </button>
      {isOpen && (
        <div className={styles.stepBody}>
          <dl className={styles.why}>
            <dt>Why</dt>
            <dd>{step.reason}</dd>
            <dt>If skipped</dt>
            <dd>{step.ifSkipped}</dd>
          </dl>
          {step.evidence && <EvidenceLine evidence={step.evidence} />}
          {step.blockedBy !== null && !step.isDone && (
            <p className={styles.reason}>
              <Icon name="locked" size={12} />
              {step.blockedBy}
            </p>
          )}
          <StepActions rotationId={rotationId} step={step} profile={profile} credentials={credentials} />
        </div>
      )}
    </li>
  );
}

const outcomeIcons = { holds: 'ok-sign', fails: 'danger-sign', unknown: 'unknown-sign' } as const;

function EvidenceLine({ evidence }: { readonly evidence: Evidence }) {
  const { outcome, finding, at } = evidence;
  return (
    <div className={classes(styles.evidence, styles[`outcome-${outcome}`])} role="status">
      <Icon name={outcomeIcons[outcome]} size={16} />
      <p>
        <strong>{outcomeWords[outcome]}.</strong> {finding}{' '}
        <time className={styles.time} title={formatDateTime(at)}>
          {formatTime(at)}
        </time>
      </p>
    </div>
  );
}

type StepActionsProps = Pick<StepItemProps, 'rotationId' | 'step' | 'profile' | 'credentials'>;

function StepActions({ rotationId, step, profile, credentials }: StepActionsProps) {
  const actions = useStep(rotationId, step, profile);
  const isBlocked = step.blockedBy !== null;
  const isEntryWanted = step.needs !== 'nothing' && !step.isDone;
  const Entry = step.needs === 'next-master-key' ? MasterKeyEntry : PairEntry;
  return (
    <>
      {isEntryWanted && !isBlocked && (
        <Entry
          profile={profile}
          credentials={credentials}
          onReady={() => actions.setDone(true)}
          isPending={actions.isPending}
        />
      )}
      <Row>
        {step.kind === 'do' && !isEntryWanted && (
          <Checkbox
            label={step.isDone ? 'Done' : 'I have done this'}
            isChecked={step.isDone}
            isDisabled={actions.isPending || (step.isDone ? !canUntick(step) : isBlocked)}
            onChange={(isDone) => (step.isIrreversible ? actions.ask() : actions.setDone(isDone))}
          />
        )}
        {step.kind === 'act' && !step.isDone && (
          <Button
            variant={step.isIrreversible ? 'danger' : 'plain'}
            disabled={isBlocked}
            isPending={actions.isPending}
            onClick={() => (step.isIrreversible ? actions.ask() : actions.perform())}
          >
            {step.action ?? step.title}
            {step.isIrreversible && '…'}
          </Button>
        )}
        {step.kind === 'check' && (
          <Button
            icon={step.evidence ? 'retry' : 'search'}
            disabled={isBlocked}
            isPending={actions.isPending}
            onClick={actions.check}
          >
            {step.evidence ? 'Check again' : (step.action ?? step.title)}
          </Button>
        )}
        {actions.isPending && step.kind !== 'do' && (
          <>
            <span role="status">{step.kind === 'check' ? 'Checking…' : 'Under way…'}</span>
            <Button variant="quiet" onClick={actions.cancel}>
              Cancel
            </Button>
          </>
        )}
      </Row>
      {actions.error && (
        <ErrorNotice error={actions.error} onRetry={actions.again} onDismiss={actions.clear} />
      )}
      <Confirm
        isOpen={actions.isAsking}
        title={
          step.kind === 'do'
            ? `Have you done this: “${step.title}”?`
            : `Do this for ${profile.name}: “${step.title}”?`
        }
        action={step.kind === 'do' ? 'Yes, it is done' : (step.action ?? 'Go on')}
        isDanger
        isPending={actions.isPending}
        {...(actions.nameToType === undefined ? {} : { nameToType: actions.nameToType })}
        onCancel={actions.stopAsking}
        onConfirm={actions.confirm}
      >
        <p>
          {step.kind === 'do'
            ? 'It can’t be undone, so it can’t be unticked either. The checks that it stands on are made once more first.'
            : 'This can’t be undone. The checks that it stands on are made once more first.'}
        </p>
      </Confirm>
    </>
  );
}
