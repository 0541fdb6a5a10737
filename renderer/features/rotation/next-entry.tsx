/** Enters what a rotation changes to, beside what is in use: a pair's key and secret, or a master key. */
import { type ReactNode, useState } from 'react';
import type { Profile } from '#shared/contract/profiles.ts';
import type { AppSecretKind, Credential } from '#shared/contract/vault.ts';
import { Button, Row, Stack, TextField } from '../../components/index.ts';
import { useDraft } from '../../state/index.ts';
import { appKeyProblem, CredentialLine, CredentialList, SecretEntry } from '../vault/index.ts';

export interface NextEntryProps {
  readonly profile: Profile;
  readonly credentials: readonly Credential[];
  /** It is in the vault as `next`. */
  readonly onReady: () => void;
  readonly isPending: boolean;
}

export function PairEntry({ profile, credentials, onReady, isPending }: NextEntryProps) {
  const { profileId } = profile;
  const [newKey, setNewKey] = useDraft(`next-key:${profileId}`, '');
  const key = newKey.trim();
  const isOld = key === profile.key;
  const problem = isOld
    ? 'This is the key that is in use now. Enter the new pair’s key.'
    : appKeyProblem(key);
  return (
    <KeptOrEntered
      next={nextOf(credentials, 'secret')}
      title="The new pair"
      goOn="Go on with this pair"
      isPending={isPending}
      onReady={onReady}
    >
      {({ onEntered, onCancel }) => (
        <SecretEntry
          profileId={profileId}
          kind="secret"
          slot="next"
          appKey={key}
          problem={problem}
          label="Secret of the new pair"
          action="Keep the new pair"
          fields={
            <TextField
              label="Key of the new pair"
              isCode
              value={newKey}
              onChange={setNewKey}
              hint={`In use now: ${profile.key}`}
              problem={newKey !== '' && problem ? { severity: 'error', message: problem } : undefined}
            />
          }
          onEntered={() => {
            setNewKey('');
            onEntered();
          }}
          onCancel={onCancel}
        />
      )}
    </KeptOrEntered>
  );
}

export function MasterKeyEntry({ profile, credentials, onReady, isPending }: NextEntryProps) {
  return (
    <KeptOrEntered
      next={nextOf(credentials, 'masterKey')}
      title="The new master key"
      goOn="Go on with this key"
      isPending={isPending}
      onReady={onReady}
    >
      {({ onEntered, onCancel }) => (
        <SecretEntry
          profileId={profile.profileId}
          kind="masterKey"
          slot="next"
          label="New master key"
          action="Keep the new master key"
          onEntered={onEntered}
          onCancel={onCancel}
        />
      )}
    </KeptOrEntered>
  );
}

interface KeptOrEnteredProps {
  readonly next: Credential | undefined;
  readonly title: string;
  readonly goOn: string;
  readonly isPending: boolean;
  readonly onReady: () => void;
  /** Draws the form. */
  readonly children: (form: {
    readonly onEntered: () => void;
    readonly onCancel: (() => void) | undefined;
  }) => ReactNode;
}

/** What an earlier visit left in the vault can be gone on with, or replaced. */
function KeptOrEntered({ next, title, goOn, isPending, onReady, children }: KeptOrEnteredProps) {
  const [isReplacing, setReplacing] = useState(false);
  if (!next || isReplacing) {
    return children({
      onEntered: () => {
        setReplacing(false);
        onReady();
      },
      onCancel: next ? () => setReplacing(false) : undefined,
    });
  }
  return (
    <Stack gap={8}>
      <CredentialList label={title}>
        <CredentialLine credential={next} now={Date.now()} />
      </CredentialList>
      <Row>
        <Button variant="primary" isPending={isPending} onClick={onReady}>
          {goOn}
        </Button>
        <Button onClick={() => setReplacing(true)}>Enter another</Button>
      </Row>
    </Stack>
  );
}

function nextOf(credentials: readonly Credential[], wanted: AppSecretKind): Credential | undefined {
  return credentials.find(({ kind, slot }) => kind === wanted && slot === 'next');
}
