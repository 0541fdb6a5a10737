/** Rotations that are over: what was done, and what it went on. */
import { useState } from 'react';
import type { RotationRecord } from '#shared/contract/rotation.ts';
import { Badge, Button, formatDateTime, Icon, Section } from '../../components/index.ts';
import styles from './rotation.module.css';
import { outcomeWords, progress, stateWords, stepState } from './rotation-view.ts';

export function EndedRotations({ rotations }: { readonly rotations: readonly RotationRecord[] }) {
  if (rotations.length === 0) return null;
  return (
    <Section title="Ended">
      <ul>
        {rotations.map((rotation) => (
          <Ended key={rotation.rotationId} rotation={rotation} />
        ))}
      </ul>
    </Section>
  );
}

function Ended({ rotation }: { readonly rotation: RotationRecord }) {
  const [isOpen, setOpen] = useState(false);
  const { title, state, endedAt, endedBecause, steps } = rotation;
  const { done, total } = progress(steps);
  return (
    <li className={styles.ended}>
      <div className={styles.endedHead}>
        <Badge tone={state === 'finished' ? 'ok' : 'idle'} icon={state === 'finished' ? 'check' : 'close'}>
          {state === 'finished' ? 'finished' : 'abandoned'}
        </Badge>
        <strong>{title}</strong>
        <span className={styles.soft}>
          {done} of {total} steps
        </span>
        {endedAt !== null && <time className={styles.time}>{formatDateTime(endedAt).slice(0, 16)}</time>}
        <Button variant="quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide steps' : 'Show steps'}
        </Button>
      </div>
      {endedBecause !== null && <p className={styles.soft}>{endedBecause}</p>}
      {isOpen && (
        <ol className={styles.endedSteps}>
          {steps.map((step) => (
            <li key={step.stepId}>
              <Icon name={step.isDone ? 'check' : 'note'} size={12} label={stateWords[stepState(step)]} />
              <span>
                {step.title}
                {step.evidence && (
                  <span className={styles.soft}>
                    {' '}
                    — {outcomeWords[step.evidence.outcome].toLowerCase()}: {step.evidence.finding}
                  </span>
                )}
              </span>
            </li>
          ))}
        </ol>
      )}
    </li>
  );
}
