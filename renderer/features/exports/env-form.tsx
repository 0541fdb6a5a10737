/** A `.env` file for a framework: which variables it will have, which of them are secrets, and where it goes. */
import { useState } from 'react';
import type { TargetDescription } from '#shared/contract/exports.ts';
import type { Profile, Service } from '#shared/contract/profiles.ts';
import { Badge, Notice, Section, Select } from '../../components/index.ts';
import { useCall, useDraft, useVault } from '../../state/index.ts';
import { credentialName, maskedValue, useKindName } from '../vault/index.ts';
import styles from './exports.module.css';
import { WriteFile } from './write-file.tsx';

interface EnvFormProps {
  readonly owner: Profile | Service;
  readonly targets: readonly TargetDescription[];
  readonly usual: TargetDescription['target'];
}

export function EnvForm({ owner: { profileId, name }, targets, usual }: EnvFormProps) {
  const [wanted, setTarget] = useDraft<TargetDescription['target'] | undefined>(
    `export-target:${profileId}`,
    undefined,
  );
  const isUnlocked = useVault()?.state === 'unlocked';
  const write = useCall('exports.writeEnv');
  const [notes, setNotes] = useState<readonly string[]>([]);
  const chosen = targets.find(({ target }) => target === (wanted ?? usual)) ?? targets[0];
  if (!chosen) return <p className={styles.soft}>Nothing of it can be written as variables.</p>;
  const { target, variables, secrets } = chosen;
  return (
    <Section title=".env file" about="The variables as the framework’s own documentation names them.">
      <WriteFile
        draftName={`env:${profileId}`}
        label="Write to"
        suggestedName=".env"
        action="Write the file…"
        isDisabled={!isUnlocked || variables.length === 0}
        question={{
          title: `Export ${name} for ${chosen.label}?`,
          body: <Leaving secrets={secrets} />,
        }}
        write={{
          isPending: write.isPending,
          error: write.error,
          clear: write.clear,
          run: async (place) => {
            const written = await write.run({ profileId, target, ...place, confirmed: true });
            if (written) setNotes(written.notes);
            return written;
          },
        }}
        done={
          notes.length > 0 && (
            <ul className={styles.notes}>
              {notes.map((note) => (
                <li key={note}>{note}</li>
              ))}
            </ul>
          )
        }
      >
        <Select
          label="For"
          value={target}
          options={targets.map((each) => ({ value: each.target, label: upperFirst(each.label) }))}
          onChange={(next) => {
            setTarget(next);
            write.clear();
          }}
        />
        <ul className={styles.variables} aria-label="Variables of the file">
          {variables.map((variable) => (
            <li key={variable.name} className={styles.variable}>
              <code>{variable.name}</code>
              {variable.isSecret && (
                <Badge tone="warning" icon="key">
                  secret
                </Badge>
              )}
            </li>
          ))}
        </ul>
        {secrets.length === 0 && (
          <Notice tone="notice" title="No secret is in this file.">
            The vault has none of those that it would hold.
          </Notice>
        )}
      </WriteFile>
    </Section>
  );
}

function Leaving({ secrets }: { readonly secrets: TargetDescription['secrets'] }) {
  const kindName = useKindName();
  if (secrets.length === 0) return <p>No secret leaves the vault.</p>;
  return (
    <>
      <p>These leave the vault, as plain text. It is written to the audit log.</p>
      <ul className={styles.notes}>
        {secrets.map((credential) => (
          <li key={credential.credentialId}>
            {credentialName(credential, kindName(credential.kind))}{' '}
            <span className={styles.masked}>{maskedValue(credential)}</span>
          </li>
        ))}
      </ul>
      <p>Keep the file out of version control.</p>
    </>
  );
}

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
