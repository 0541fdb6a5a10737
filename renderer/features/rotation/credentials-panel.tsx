/** What the vault has of an app: its pairs and its master keys. */
import type { Profile } from '#shared/contract/profiles.ts';
import type { Credential } from '#shared/contract/vault.ts';
import { Notice } from '../../components/index.ts';
import { SecretSet } from '../vault/index.ts';

interface CredentialsPanelProps {
  readonly profile: Profile;
  /** Undefined while they load. */
  readonly credentials: readonly Credential[] | undefined;
}

export function CredentialsPanel({ profile, credentials }: CredentialsPanelProps) {
  const { key } = profile;
  const current = credentials?.find(({ kind, slot }) => kind === 'secret' && slot === 'current');
  const otherKey = current && current.key !== key ? current.key : null;
  return (
    <>
      <SecretSet
        owner={profile}
        kind="secret"
        appKey={key}
        about="Signs subscriptions and requests, together with its key."
        missing="Not entered. Without it, only public channels can be watched, and nothing can be published."
        credentials={credentials}
      >
        {otherKey !== null && (
          <Notice tone="warning" title={`This secret belongs to the key ${otherKey}.`}>
            The app uses the key {key}. Enter the secret of that one, or correct the key under Edit.
          </Notice>
        )}
      </SecretSet>
      <SecretSet
        owner={profile}
        kind="masterKey"
        about="Encrypts and opens events of private-encrypted channels."
        missing="None. Encrypted channels show ciphertext only."
        credentials={credentials}
      />
    </>
  );
}
