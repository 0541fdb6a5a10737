/** Enters one secret into one place of the vault, inline. The value lives in this component's state and nowhere else. */
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Credential, Slot } from '#shared/contract/vault.ts';
import { Actions, Button, ErrorNotice, FieldRow, SecretField, Stack } from '../../components/index.ts';
import { useEnterSecret, useVault } from '../../state/index.ts';
import { useKindName } from './credential-line.tsx';
import { secretProblem } from './secret-problems.ts';
import { VaultNotice } from './vault-notice.tsx';

export interface SecretEntryProps {
  readonly profileId: string;
  /** The field that it fills. */
  readonly kind: string;
  readonly slot: Slot;
  /** The app key that a `secret` belongs to. */
  readonly appKey?: string;
  /** What the value is called. */
  readonly credentialLabel?: string | undefined;
  /** Fields beside the secret, for what is new as well: its app key, its label. */
  readonly fields?: ReactNode;
  /** Why it can't be sent yet, beyond what is wrong with the secret itself. */
  readonly problem?: string | undefined;
  readonly label?: string;
  readonly action: string;
  readonly onEntered: (credential: Credential) => void;
  readonly onCancel?: (() => void) | undefined;
}

export function SecretEntry(props: SecretEntryProps) {
  const { profileId, kind, slot, appKey, credentialLabel, fields, label, action, onEntered, onCancel } =
    props;
  const kindName = useKindName();
  const [value, setValue] = useState('');
  const [wasAttempted, setAttempted] = useState(false);
  const enter = useEnterSecret();
  const vault = useVault()?.state;
  // An opening vault takes the call and answers when it is open; one not known yet tells by its answer.
  const isReachable = vault === undefined || vault === 'unlocked' || vault === 'opening';
  const empty = wasAttempted && value === '' ? 'Paste the value first.' : undefined;
  const problem = secretProblem(kind, value) ?? empty;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    setAttempted(true);
    if (value === '' || secretProblem(kind, value) || props.problem || !isReachable) return;
    const credential = await enter.run({
      profileId,
      kind,
      slot,
      value,
      ...(kind === 'secret' && appKey ? { key: appKey } : {}),
      ...(credentialLabel ? { label: credentialLabel } : {}),
    });
    if (!credential) return;
    setValue('');
    setAttempted(false);
    onEntered(credential);
  };

  return (
    <form onSubmit={submit} autoComplete="off">
      <Stack gap={12}>
        <FieldRow>
          {fields}
          <SecretField
            label={label ?? kindName(kind)}
            value={value}
            onChange={setValue}
            problem={problem ? { severity: 'error', message: problem } : undefined}
            hint={
              kind !== 'masterKey'
                ? 'It goes to the vault, and comes out only where you ask for it.'
                : '32 bytes as 44 characters of base64. It goes to the vault, and comes out only where you ask for it.'
            }
          />
        </FieldRow>
        {value !== '' && <VaultNotice>What you typed stays here until then.</VaultNotice>}
        {enter.error && <ErrorNotice error={enter.error} onDismiss={enter.clear} />}
        <Actions>
          <Button type="submit" variant="primary" isPending={enter.isPending}>
            {action}
          </Button>
          {onCancel && <Button onClick={onCancel}>Cancel</Button>}
        </Actions>
      </Stack>
    </form>
  );
}
