/** The secret and the master key of an app, in its form. Values that are kept are shown as summaries only. */
import { useState } from 'react';
import type { AppSecretKind, Credential } from '#shared/contract/vault.ts';
import { Button, Notice, SecretField, Segmented, Stack } from '../../components/index.ts';
import { CredentialLine, CredentialList, secretProblem, useKindName } from '../vault/index.ts';

export type MasterKeyChoice = 'none' | 'paste' | 'make';

/** What is typed and not in the vault yet. In the form's own state; never in a draft. */
export interface TypedSecrets {
  readonly secret: string;
  readonly masterKey: string;
  readonly masterKeyChoice: MasterKeyChoice;
}

export const noSecrets: TypedSecrets = { secret: '', masterKey: '', masterKeyChoice: 'none' };

export function typedProblem({ secret, masterKey, masterKeyChoice }: TypedSecrets): string | undefined {
  return (
    secretProblem('secret', secret) ??
    (masterKeyChoice === 'paste' ? secretProblem('masterKey', masterKey) : undefined)
  );
}

export interface SecretPartProps {
  /** Of the app's `current` slot; undefined while they load, empty for a new app. */
  readonly credentials: readonly Credential[];
  /** The app key in the form: a secret belongs to one key. */
  readonly appKey: string;
  readonly typed: TypedSecrets;
  readonly onTyped: (changes: Partial<TypedSecrets>) => void;
}

export function SecretPart({ credentials, appKey, typed, onTyped }: SecretPartProps) {
  const secret = credentials.find(({ kind }) => kind === 'secret');
  const masterKey = credentials.find(({ kind }) => kind === 'masterKey');
  const belongsElsewhere = secret?.key && appKey !== '' && secret.key !== appKey ? secret.key : undefined;
  return (
    <Stack gap={16}>
      {secret ? (
        <Kept credential={secret} isReplacing={typed.secret !== '' || belongsElsewhere !== undefined}>
          <Value
            kind="secret"
            value={typed.secret}
            onChange={(value) => onTyped({ secret: value })}
            isNew={false}
          />
        </Kept>
      ) : (
        <Value kind="secret" value={typed.secret} onChange={(value) => onTyped({ secret: value })} isNew />
      )}
      {belongsElsewhere && typed.secret === '' && (
        <Notice tone="warning" title={`The secret in the vault belongs to the key ${belongsElsewhere}.`}>
          Enter the one that belongs to {appKey}: the server refuses a signature made with another pair.
        </Notice>
      )}
      {masterKey ? (
        <Kept credential={masterKey} isReplacing={typed.masterKeyChoice !== 'none'}>
          <Stack gap={8}>
            <Notice tone="warning" title="Replacing it here keeps no older version.">
              Events encrypted with it can’t be opened any more. To change it step by step, use Keys &amp;
              rotation.
            </Notice>
            <MasterKeyChoices {...typed} onTyped={onTyped} noneLabel="Keep it" />
          </Stack>
        </Kept>
      ) : (
        <MasterKeyChoices {...typed} onTyped={onTyped} noneLabel="None" />
      )}
    </Stack>
  );
}

interface KeptProps {
  readonly credential: Credential;
  readonly isReplacing: boolean;
  readonly children: React.ReactNode;
}

/** A summary, with the field that replaces it behind a button. */
function Kept({ credential, isReplacing, children }: KeptProps) {
  const [isOpen, setOpen] = useState(false);
  const label = credential.kind === 'secret' ? 'Replace secret' : 'Replace master key';
  const kindName = useKindName();
  return (
    <Stack gap={8}>
      <CredentialList label={kindName(credential.kind)}>
        <CredentialLine credential={credential} now={Date.now()}>
          {!isOpen && !isReplacing && <Button onClick={() => setOpen(true)}>{label}</Button>}
        </CredentialLine>
      </CredentialList>
      {(isOpen || isReplacing) && children}
    </Stack>
  );
}

interface ValueProps {
  readonly kind: AppSecretKind;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isNew: boolean;
}

function Value({ kind, value, onChange, isNew }: ValueProps) {
  const kindName = useKindName();
  const message = secretProblem(kind, value);
  const hints: Readonly<Record<AppSecretKind, string>> = {
    secret: isNew
      ? 'It goes to the vault, and comes out only where you ask for it. Without it, only public channels can be watched.'
      : 'It takes the place of the one above. Leave it empty to keep that.',
    masterKey:
      '32 bytes as 44 characters of base64. It goes to the vault, and comes out only where you ask for it.',
  };
  return (
    <SecretField
      label={isNew ? kindName(kind) : `New ${kindName(kind).toLowerCase()}`}
      value={value}
      onChange={onChange}
      hint={hints[kind]}
      problem={message ? { severity: 'error', message } : undefined}
    />
  );
}

interface MasterKeyChoicesProps extends Pick<TypedSecrets, 'masterKey' | 'masterKeyChoice'> {
  readonly onTyped: (changes: Partial<Pick<TypedSecrets, 'masterKey' | 'masterKeyChoice'>>) => void;
  readonly noneLabel: string;
}

export function MasterKeyChoices({ masterKey, masterKeyChoice, onTyped, noneLabel }: MasterKeyChoicesProps) {
  return (
    <Stack gap={8}>
      <Segmented
        label="Master key, for encrypted channels"
        value={masterKeyChoice}
        options={[
          { value: 'none', label: noneLabel },
          { value: 'paste', label: 'Paste' },
          { value: 'make', label: 'Make one' },
        ]}
        onChange={(choice) =>
          onTyped({ masterKeyChoice: choice, ...(choice === 'paste' ? {} : { masterKey: '' }) })
        }
      />
      {masterKeyChoice === 'paste' && (
        <Value kind="masterKey" value={masterKey} onChange={(value) => onTyped({ masterKey: value })} isNew />
      )}
      {masterKeyChoice === 'make' && (
        <p>
          32 random bytes are made in the vault process when you save, for you to copy to your servers. Where
          servers have a master key already, paste that one.
        </p>
      )}
    </Stack>
  );
}
