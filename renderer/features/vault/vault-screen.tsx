/** The vault's own screen: its state, and what is in it, by app and service. */
import type { Profile, Service } from '#shared/contract/profiles.ts';
import { CommandButton } from '../../commands/index.ts';
import { Button, EnvironmentLabel, Page, Row, Section } from '../../components/index.ts';
import { useCredentials, useNavigation, useProfiles, useServiceList } from '../../state/index.ts';
import { CredentialLine, CredentialList } from './credential-line.tsx';
import { sortCredentials } from './credential-words.ts';
import styles from './vault.module.css';
import { VaultPanel } from './vault-panel.tsx';

export function VaultScreen() {
  const profiles = useProfiles();
  const services = useServiceList();
  const navigation = useNavigation();
  return (
    <Page
      title="Vault"
      actions={
        <>
          <CommandButton command="vault.import" label="Import…" icon="incoming" />
          <CommandButton command="sweep.open" label="Leak sweep" icon="sweep" />
          <CommandButton command="audit.open" label="Audit log" icon="log" />
        </>
      }
    >
      <Section>
        <VaultPanel />
      </Section>
      <Section
        title="What is in it"
        about="Summaries. Values come out where you show or copy one, under Keys &amp; rotation or on a service’s screen; each time is in the audit log."
      >
        {profiles?.length === 0 && services?.length === 0 && (
          <p className={styles.soft}>No app has been added yet.</p>
        )}
        {profiles?.map((profile) => (
          <OwnSecrets
            key={profile.profileId}
            of={profile}
            action="Keys &amp; rotation"
            onOpen={() => navigation.openApp(profile.profileId, 'keys')}
          />
        ))}
        {services?.map((service) => (
          <OwnSecrets
            key={service.profileId}
            of={service}
            action="Open"
            onOpen={() => navigation.openService(service.profileId)}
          />
        ))}
      </Section>
    </Page>
  );
}

interface OwnSecretsProps {
  readonly of: Profile | Service;
  readonly action: string;
  readonly onOpen: () => void;
}

function OwnSecrets({ of, action, onOpen }: OwnSecretsProps) {
  const credentials = useCredentials(of.profileId);
  return (
    <div>
      <Row gap={8}>
        <strong>{of.name}</strong>
        <EnvironmentLabel environment={of.environment} />
        <Button variant="quiet" onClick={onOpen} aria-label={`${action} of ${of.name}`}>
          {action}
        </Button>
      </Row>
      {credentials?.length === 0 && <p className={styles.soft}>Nothing is kept for it.</p>}
      {credentials && credentials.length > 0 && (
        <CredentialList label={`Secrets of ${of.name}`}>
          {sortCredentials(credentials).map((credential) => (
            <CredentialLine key={credential.credentialId} credential={credential} now={Date.now()} />
          ))}
        </CredentialList>
      )}
    </div>
  );
}
