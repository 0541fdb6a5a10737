/** The vault's own screen: its state, and what is in it, app by app. */
import type { Profile } from '#shared/contract/profiles.ts';
import { CommandButton } from '../../commands/index.ts';
import { Button, EnvironmentLabel, Page, Row, Section } from '../../components/index.ts';
import { useCredentials, useNavigation, useProfiles } from '../../state/index.ts';
import { CredentialLine, CredentialList } from './credential-line.tsx';
import styles from './vault.module.css';
import { VaultPanel } from './vault-panel.tsx';

export function VaultScreen() {
  const profiles = useProfiles();
  return (
    <Page
      title="Vault"
      actions={
        <>
          <CommandButton command="vault.import" label="Import…" icon="incoming" />
          <CommandButton command="audit.open" label="Audit log" icon="log" />
        </>
      }
    >
      <Section>
        <VaultPanel />
      </Section>
      <Section
        title="What is in it"
        about="Summaries. Values come out where you show or copy one, under Keys &amp; rotation; each time is in the audit log."
      >
        {profiles?.length === 0 && <p className={styles.soft}>No app has been added yet.</p>}
        {profiles?.map((profile) => (
          <AppSecrets key={profile.profileId} profile={profile} />
        ))}
      </Section>
    </Page>
  );
}

function AppSecrets({ profile }: { readonly profile: Profile }) {
  const credentials = useCredentials(profile.profileId);
  const navigation = useNavigation();
  return (
    <div>
      <Row gap={8}>
        <strong>{profile.name}</strong>
        <EnvironmentLabel environment={profile.environment} />
        <Button variant="quiet" onClick={() => navigation.openApp(profile.profileId, 'keys')}>
          Keys &amp; rotation
        </Button>
      </Row>
      {credentials?.length === 0 && <p className={styles.soft}>Nothing is kept for this app.</p>}
      {credentials && credentials.length > 0 && (
        <CredentialList label={`Secrets of ${profile.name}`}>
          {credentials.map((credential) => (
            <CredentialLine key={credential.credentialId} credential={credential} now={Date.now()} />
          ))}
        </CredentialList>
      )}
    </div>
  );
}
