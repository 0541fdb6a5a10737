/** What a value is called, changed in its place in the list. */
import { type FormEvent, useState } from 'react';
import type { Credential } from '#shared/contract/vault.ts';
import { Actions, Button, ErrorNotice, Stack } from '../../components/index.ts';
import { useCall } from '../../state/index.ts';
import { LabelField } from './label-field.tsx';
import { labelProblem } from './secret-problems.ts';
import styles from './vault.module.css';

export interface RenameSecretProps {
  readonly credential: Credential;
  /** “active app secret of the key web-key”. */
  readonly name: string;
  readonly onDone: () => void;
}

export function RenameSecret({ credential, name, onDone }: RenameSecretProps) {
  const [label, setLabel] = useState(credential.label ?? '');
  const rename = useCall('vault.labelSecret');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (labelProblem(label)) return;
    const { credentialId } = credential;
    if (await rename.run({ credentialId, label: label.trim() === '' ? null : label.trim() })) onDone();
  };
  return (
    <form
      className={styles.panel}
      aria-label={`Rename the ${name}`}
      autoComplete="off"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) onDone();
      }}
    >
      <Stack gap={8}>
        <LabelField value={label} onChange={setLabel} />
        {rename.error && <ErrorNotice error={rename.error} onDismiss={rename.clear} />}
        <Actions>
          <Button type="submit" variant="primary" isPending={rename.isPending}>
            Keep the label
          </Button>
          <Button onClick={onDone}>Cancel</Button>
        </Actions>
      </Stack>
    </form>
  );
}
