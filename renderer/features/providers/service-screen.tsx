/** One service: its public fields, its secrets, where each may be, and what its provider says. */
import type { Service } from '#shared/contract/profiles.ts';
import type { Provider, ProviderField } from '#shared/contract/providers.ts';
import type { Credential } from '#shared/contract/vault.ts';
import { CommandButton } from '../../commands/index.ts';
import {
  Button,
  CopyButton,
  EmptyState,
  EnvironmentLabel,
  ErrorNotice,
  ExposureLabel,
  Loading,
  Name,
  Notice,
  Page,
  Section,
} from '../../components/index.ts';
import {
  useCredentials,
  useNavigation,
  useProviders,
  useReadable,
  useService,
  useServiceList,
  useServices,
} from '../../state/index.ts';
import { CheckPanel } from '../doctor/index.ts';
import { SecretSet, VaultNotice } from '../vault/index.ts';
import { findKind } from './kind-of.ts';
import { Never, Rotation, Tables } from './provider-facts.tsx';
import styles from './providers.module.css';

export function ServiceScreen({ profileId }: { readonly profileId: string }) {
  const { stores } = useServices();
  const isLoaded = useServiceList() !== undefined;
  const service = useService(profileId);
  const kinds = useReadable(stores.providers);
  const provider = findKind(useProviders(), service?.provider ?? '');
  const navigation = useNavigation();
  if (kinds.state === 'failed') {
    return <ErrorNotice error={kinds.error} isBar onRetry={() => void stores.providers.load()} />;
  }
  if (isLoaded && !service) {
    return (
      <EmptyState
        title="This service is no longer in Latchkey."
        actions={
          <Button onClick={() => navigation.go({ screen: 'app', profileId: null, tab: 'inspector' })}>
            Go to the apps
          </Button>
        }
      />
    );
  }
  if (!service || !provider) return <Loading />;
  return <Shown service={service} provider={provider} />;
}

function Shown({ service, provider }: { readonly service: Service; readonly provider: Provider }) {
  const credentials = useCredentials(service.profileId);
  const { fields, label, legacy } = provider;
  return (
    <Page
      title={service.name}
      isWide
      about={
        <span className={styles.what}>
          <EnvironmentLabel environment={service.environment} />
          <span className={styles.soft}>{label}</span>
        </span>
      }
      actions={
        <>
          <CommandButton command="exports.open" label="Export…" icon="export" />
          <CommandButton command="profiles.edit" label="Edit" icon="edit" />
          <CommandButton command="profiles.remove" label="Remove" icon="remove" variant="quiet" />
        </>
      }
    >
      {legacy && (
        <div className={styles.legacy}>
          <Notice tone="notice" title={legacy}>
            What is kept here is for those who still have its keys somewhere.
          </Notice>
        </div>
      )}
      <VaultNotice>Its secrets can be entered and shown then.</VaultNotice>
      <div className={styles.columns}>
        <div className={styles.column}>
          {fields.some(({ isSecret }) => !isSecret) && <PublicFields service={service} fields={fields} />}
          {fields
            .filter(({ isSecret }) => isSecret)
            .map((field) => (
              <SecretOf key={field.fieldId} service={service} field={field} credentials={credentials} />
            ))}
        </div>
        <div className={styles.column}>
          <CheckPanel profileId={service.profileId} />
          <Rotation provider={provider} />
          <Tables provider={provider} />
        </div>
      </div>
    </Page>
  );
}

interface PublicFieldsProps {
  readonly service: Service;
  readonly fields: readonly ProviderField[];
}

function PublicFields({ service, fields }: PublicFieldsProps) {
  return (
    <Section title="Public fields" about="Not secret: kept with Latchkey’s settings, outside of the vault.">
      <dl className={styles.fields}>
        {fields
          .filter(({ isSecret }) => !isSecret)
          .map((field) => {
            const value = service.fields.find(({ fieldId }) => fieldId === field.fieldId)?.value;
            return (
              <div key={field.fieldId} className={styles.field}>
                <dt>{field.label}</dt>
                <dd className={styles.value}>
                  {value === undefined ? (
                    <span className={styles.faint}>not entered</span>
                  ) : (
                    <>
                      <Name text={value} />
                      <CopyButton text={value} label={`Copy the ${field.label}`} isIconOnly />
                    </>
                  )}
                </dd>
                <dd>
                  <ExposureLabel exposure={field.exposure} />
                </dd>
                <dd className={styles.fieldUse}>
                  {field.use}
                  <Never field={field} />
                </dd>
              </div>
            );
          })}
      </dl>
    </Section>
  );
}

interface SecretOfProps {
  readonly service: Service;
  readonly field: ProviderField;
  readonly credentials: readonly Credential[] | undefined;
}

function SecretOf({ service, field, credentials }: SecretOfProps) {
  return (
    <SecretSet
      owner={service}
      kind={field.fieldId}
      title={field.label}
      about={
        <span className={styles.use}>
          {field.use}
          <Never field={field} />
        </span>
      }
      mark={<ExposureLabel exposure={field.exposure} />}
      missing={field.isRequired ? 'Not entered yet.' : 'Not entered. It is optional.'}
      credentials={credentials}
    />
  );
}
