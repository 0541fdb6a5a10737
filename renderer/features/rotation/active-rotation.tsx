/** The checklist of a rotation that is under way. */
import { useRef, useState } from 'react';
import type { Profile } from '#shared/contract/profiles.ts';
import type { RotationRecord } from '#shared/contract/rotation.ts';
import type { Credential } from '#shared/contract/vault.ts';
import {
  Badge,
  Button,
  Confirm,
  ErrorNotice,
  formatAge,
  formatDateTime,
  useKeepFocus,
} from '../../components/index.ts';
import { useCall } from '../../state/index.ts';
import styles from './rotation.module.css';
import { nextStep, progress } from './rotation-view.ts';
import { StepItem } from './step-item.tsx';

export interface ActiveRotationProps {
  readonly rotation: RotationRecord;
  readonly profile: Profile;
  readonly credentials: readonly Credential[];
}

export function ActiveRotation({ rotation, profile, credentials }: ActiveRotationProps) {
  const { rotationId, title, steps, startedAt } = rotation;
  const [isAsking, setAsking] = useState(false);
  const abandon = useCall('rotation.abandon');
  const { done, total, waitsOnUser } = progress(steps);
  const next = nextStep(steps);
  const list = useRef<HTMLOListElement>(null);
  // What was pressed goes when its step is done; the next step takes over.
  useKeepFocus(list, next?.stepId, '[aria-current=step] button');
  return (
    <section className={styles.rotation} aria-label={`Rotation: ${title}`}>
      <header className={styles.rotationHead}>
        <div>
          <h2>Rotation: {title.toLowerCase()}</h2>
          <p className={styles.soft}>
            <span title={formatDateTime(startedAt)}>Started {formatAge(startedAt, Date.now())}</span>, kept
            across restarts.
          </p>
        </div>
        <Badge tone={waitsOnUser ? 'warning' : 'notice'}>
          {done} of {total} done{waitsOnUser && ' · waits on you'}
        </Badge>
        <Button variant="quiet" onClick={() => setAsking(true)}>
          Abandon…
        </Button>
      </header>
      <div className={styles.bar} aria-hidden="true">
        <span style={{ width: `${(100 * done) / Math.max(1, total)}%` }} />
      </div>
      <ol ref={list}>
        {steps.map((step, index) => (
          <StepItem
            key={step.stepId}
            rotationId={rotationId}
            step={step}
            number={index + 1}
            isNext={step === next}
            profile={profile}
            credentials={credentials}
          />
        ))}
      </ol>
      <Confirm
        isOpen={isAsking}
        title={`Abandon the rotation “${title}” of ${profile.name}?`}
        action="Abandon rotation"
        isDanger
        isPending={abandon.isPending}
        onCancel={() => setAsking(false)}
        onConfirm={async () => {
          if (await abandon.run({ rotationId })) setAsking(false);
        }}
      >
        <p>
          Nothing is undone: what was deployed stays deployed, and keys stay in the vault. The checklist is
          kept below, and can’t be taken up again.
        </p>
        {abandon.error && <ErrorNotice error={abandon.error} />}
      </Confirm>
    </section>
  );
}
