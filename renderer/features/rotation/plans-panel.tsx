/** The rotations that can be started for an app, and why some can't. */
import { useEffect } from 'react';
import type { Profile } from '#shared/contract/profiles.ts';
import type { RotationRecord } from '#shared/contract/rotation.ts';
import type { Credential } from '#shared/contract/vault.ts';
import { Button, ErrorNotice, Icon, Loading, Section } from '../../components/index.ts';
import { useCall, useQuery } from '../../state/index.ts';
import styles from './rotation.module.css';

interface PlansPanelProps {
  readonly profile: Profile;
  readonly active: readonly RotationRecord[];
  /** What can be started depends on them. */
  readonly credentials: readonly Credential[] | undefined;
}

export function PlansPanel({ profile, active, credentials }: PlansPanelProps) {
  const { profileId } = profile;
  const { result, reload } = useQuery('rotation.plans', { profileId });
  const start = useCall('rotation.start');
  // biome-ignore lint/correctness/useExhaustiveDependencies: other credentials, other plans.
  useEffect(reload, [credentials]);
  return (
    <Section
      title="Start a rotation"
      about="A checklist that goes on evidence: each step says why it is there, and what is irreversible stays closed until its checks hold."
    >
      {result.state === 'loading' && <Loading />}
      {result.state === 'failed' && <ErrorNotice error={result.error} onRetry={reload} />}
      {result.state === 'ready' && (
        <ul>
          {result.value.plans.map(({ planId, title, summary, unavailable }) => {
            const isActive = active.some((rotation) => rotation.planId === planId);
            const reason = isActive ? 'Under way: see above.' : unavailable;
            return (
              <li key={planId} className={styles.plan}>
                <div>
                  <h3>{title}</h3>
                  <p className={styles.soft}>{summary}</p>
                  {reason !== null && (
                    <p className={styles.reason}>
                      <Icon name={isActive ? 'rotation' : 'notice-sign'} size={12} />
                      {reason}
                    </p>
                  )}
                </div>
                {reason === null && (
                  <Button
                    icon="rotation"
                    isPending={start.isPending}
                    onClick={() => void start.run({ profileId, planId })}
                  >
                    Start
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
      )}
      {start.error && <ErrorNotice error={start.error} onDismiss={start.clear} />}
    </Section>
  );
}
