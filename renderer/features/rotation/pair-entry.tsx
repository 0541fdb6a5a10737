/** Enters the new pair of a rotation: its key and its secret, beside the pair that is in use. */
import { useState } from 'react';
import type { Profile } from '#shared/contract/profiles.ts';
import type { Credential } from '#shared/contract/vault.ts';
import { Button, Row, Stack, TextField } from '../../components/index.ts';
import { useDraft } from '../../state/index.ts';
import { appKeyProblem } from '../profiles/index.ts';
import { CredentialLine, CredentialList, SecretEntry } from '../vault/index.ts';

export interface PairEntryProps {
  readonly profile: Profile;
  readonly credentials: readonly Credential[];
  /** The pair is in the vault as `next`. */
  readonly onReady: () => void;
  readonly isPending: boolean;
}

export function PairEntry({ profile, credentials, onReady, isPending }: PairEntryProps) {
  const { profileId } = profile;
  const [newKey, setNewKey] = useDraft(`next-key:${profileId}`, '');
  const [isReplacing, setReplacing] = useState(false);
  const next = credentials.find(({ kind, slot }) => kind === 'secret' && slot === 'next');
  if (next && !isReplacing) {
    return (
      <Stack gap={8}>
        <CredentialList label="The new pair">
          <CredentialLine credential={next} now={Date.now()} />
        </CredentialList>
        <Row>
          <Button variant="primary" isPending={isPending} onClick={onReady}>
            Go on with this pair
          </Button>
          <Button onClick={() => setReplacing(true)}>Enter another</Button>
        </Row>
      </Stack>
    );
  }
  const key = newKey.trim();
  const isOld = key === profile.key;
  const problem = isOld
    ? 'This is the key that is in use now. Enter the new pair’s key.'
    : appKeyProblem(key);
  return (
    <SecretEntry
      profileId={profileId}
      kind="secret"
      slot="next"
      appKey={key}
      problem={problem}
      label="Secret of the new pair"
      action="Keep the new pair"
      keyField={
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
        setReplacing(false);
        setNewKey('');
        onReady();
      }}
      onCancel={next ? () => setReplacing(false) : undefined}
    />
  );
}
