/** Checks credentials on request: of an app or of a service, with what to do about each. */
import { useRef, useState } from 'react';
import type { Diagnosis } from '#shared/contract/doctor.ts';
import type { Credential } from '#shared/contract/vault.ts';
import { CommandButton, useCommands } from '../../commands/index.ts';
import { Button, ErrorNotice, Row, Section, Select } from '../../components/index.ts';
import { useCall, useContractEvent, useCredentials, useProfile } from '../../state/index.ts';
import { maskedValue, slotWord, useKindName } from '../vault/index.ts';
import { DiagnosisItem } from './diagnosis-item.tsx';
import styles from './doctor.module.css';
import { summaryOf } from './verdict-look.ts';

export interface CheckPanelProps {
  /** Of an app or a service. */
  readonly profileId: string;
}

interface Progress {
  readonly done: number;
  readonly of: number;
}

const allCurrent = 'current';

export function CheckPanel({ profileId }: CheckPanelProps) {
  const isApp = useProfile(profileId) !== undefined;
  const credentials = useCredentials(profileId) ?? [];
  const kindName = useKindName();
  const check = useCall('doctor.check');
  const [diagnoses, setDiagnoses] = useState<readonly Diagnosis[]>();
  const [progress, setProgress] = useState<Progress>();
  const [chosen, setChosen] = useState<string>(allCurrent);
  const frame = useRef<HTMLDivElement>(null);
  const places = isApp ? 'clusters' : 'cloud sites';
  // One that was removed meanwhile is no choice any more.
  const which = credentials.some(({ credentialId }) => credentialId === chosen) ? chosen : allCurrent;
  const isInDoubt = diagnoses?.some(({ mayBeElsewhere }) => mayBeElsewhere) ?? false;

  // The other buttons go when they were pressed; this one stays.
  const keepFocus = () => {
    if (!frame.current?.contains(document.activeElement)) return;
    frame.current.querySelector<HTMLElement>('[data-check] button')?.focus();
  };
  const cancel = () => {
    keepFocus();
    check.cancel();
  };
  const run = async (elsewhere: boolean) => {
    if (check.isPending) return;
    keepFocus();
    setProgress(undefined);
    const answer = await check.run({
      profileId,
      elsewhere,
      ...(which === allCurrent ? {} : { credentialId: which }),
    });
    setProgress(undefined);
    if (answer) setDiagnoses(answer.diagnoses);
  };
  useContractEvent('doctor.progress', ({ profileId: of, ...next }) => {
    if (of === profileId) setProgress(next);
  });
  // What was found was found of others.
  useContractEvent('vault.credentialsChanged', (changed) => {
    if (changed.profileId === profileId) setDiagnoses(undefined);
  });
  useCommands([
    {
      id: 'doctor.check',
      title: 'Check credentials',
      group: 'Keys',
      keywords: 'doctor diagnose test works',
      run: () => run(false),
    },
    ...(isInDoubt
      ? [
          {
            id: 'doctor.elsewhere',
            title: isApp ? 'Try all clusters' : 'Try the other cloud site',
            group: 'Keys',
            keywords: 'doctor search find',
            run: () => run(true),
          },
        ]
      : []),
  ]);

  return (
    <div ref={frame}>
      <Section
        title="Check credentials"
        about="Asks the provider whether they are right, without changing or publishing anything."
      >
        <Row>
          {credentials.some(({ slot }) => slot !== 'current') && (
            <Select
              label="What to check"
              isLabelHidden
              value={which}
              options={[
                { value: allCurrent, label: 'All that are current' },
                ...credentials.map((credential) => ({
                  value: credential.credentialId,
                  label: nameOf(credential, kindName(credential.kind)),
                })),
              ]}
              onChange={setChosen}
            />
          )}
          <span data-check>
            <CommandButton
              command="doctor.check"
              icon={diagnoses ? 'retry' : 'search'}
              isPending={check.isPending}
              {...(diagnoses ? { label: 'Check again' } : {})}
            />
          </span>
          {isInDoubt && !check.isPending && <CommandButton command="doctor.elsewhere" icon="search" />}
          {check.isPending && (
            <Button variant="quiet" onClick={cancel}>
              Cancel
            </Button>
          )}
          <span role="status" className={styles.soft}>
            {check.isPending && progress && `${progress.done} of ${progress.of} ${places} answered…`}
            {check.isPending && !progress && 'Checking…'}
            {!check.isPending && diagnoses && <span className="visually-hidden">{summaryOf(diagnoses)}</span>}
          </span>
        </Row>
        {check.error && (
          <ErrorNotice error={check.error} onRetry={() => void run(false)} onDismiss={check.clear} />
        )}
        {diagnoses && (
          <ul className={styles.list} aria-label="What was found" aria-busy={check.isPending}>
            {diagnoses.map((diagnosis) => (
              <DiagnosisItem
                key={`${diagnosis.subject} ${diagnosis.credentialId}`}
                diagnosis={diagnosis}
                which={suffixOf(credentials, diagnosis)}
              />
            ))}
          </ul>
        )}
      </Section>
    </div>
  );
}

function nameOf(credential: Credential, kindName: string): string {
  const label = credential.label === null ? '' : ` “${credential.label}”`;
  return `${kindName}${label}, ${slotWord(credential.kind, credential.slot)}: ${maskedValue(credential)}`;
}

function suffixOf(credentials: readonly Credential[], { credentialId }: Diagnosis): string | undefined {
  const credential = credentials.find((each) => each.credentialId === credentialId);
  if (!credential) return undefined;
  const slot = credential.slot === 'current' ? '' : `${slotWord(credential.kind, credential.slot)} `;
  const label = credential.label === null ? '' : `“${credential.label}” `;
  return `${slot}${label}${maskedValue(credential)}`;
}
