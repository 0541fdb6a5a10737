/** Adds a service, or edits one: a form made from what its kind says of itself. Secrets are kept in no draft. */
import { type FormEvent, useRef, useState } from 'react';
import type { Service } from '#shared/contract/profiles.ts';
import type { Provider, ProviderField } from '#shared/contract/providers.ts';
import { CommandButton } from '../../commands/index.ts';
import {
  Actions,
  Button,
  ErrorNotice,
  ExposureLabel,
  type FieldProblem,
  Notice,
  Page,
  SecretField,
  Section,
  Segmented,
  TextField,
  useToast,
} from '../../components/index.ts';
import { useDraft, useNavigation, useProviders, useServiceList, useServices } from '../../state/index.ts';
import { findKind } from '../providers/kind-of.ts';
import { Never } from '../providers/provider-facts.tsx';
import { secretProblem, VaultNotice } from '../vault/index.ts';
import { EnvironmentChoice } from './environment-choice.tsx';
import styles from './profile-form.module.css';
import { nameWarning } from './profile-form-values.ts';
import { type MasterKeyChoice, MasterKeyChoices } from './secret-part.tsx';
import {
  newServiceForm,
  publicFields,
  type ServiceFormValues,
  secretFields,
  serviceForm,
  serviceProblems,
  toServiceInput,
} from './service-form-values.ts';
import { useRemoveProfile } from './use-remove-profile.ts';
import { type SecretToKeep, useSave } from './use-save.ts';

/** What is typed and not in the vault yet, by field; never in a draft. */
export interface TypedServiceSecrets {
  readonly values: Readonly<Record<string, string>>;
  readonly masterKeyChoice: MasterKeyChoice;
}
export const noServiceSecrets: TypedServiceSecrets = { values: {}, masterKeyChoice: 'none' };

export function EditService({ service }: { readonly service: Service }) {
  const provider = findKind(useProviders(), service.provider);
  if (!provider) return null;
  return (
    <ServiceForm
      service={service}
      provider={provider}
      draftName={`service-form:${service.profileId}`}
      typed={noServiceSecrets}
    />
  );
}

export interface ServiceFormProps {
  readonly provider: Provider;
  readonly service?: Service;
  readonly draftName: string;
  /** Above the form: the choice of what is added. */
  readonly head?: React.ReactNode;
  readonly typed: TypedServiceSecrets;
  readonly onTyped?: (change: (before: TypedServiceSecrets) => TypedServiceSecrets) => void;
  /** It is kept, though perhaps not its secrets yet. */
  readonly onKept?: () => void;
  /** Nothing is left to do, or to be done. */
  readonly onDone?: () => void;
}

export function ServiceForm(props: ServiceFormProps) {
  const { provider, service, draftName, head, typed, onTyped, onKept, onDone } = props;
  const { client } = useServices();
  const navigation = useNavigation();
  const toast = useToast();
  const remove = useRemoveProfile();
  const [draft, setValues, resetDraft] = useDraft<ServiceFormValues | undefined>(draftName, undefined);
  const values = draft ?? (service ? serviceForm(service) : newServiceForm);
  const [wasAttempted, setAttempted] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const type = (fieldId: string, value: string) =>
    onTyped?.((before) => ({ ...before, values: { ...before.values, [fieldId]: value } }));
  const choose = (masterKeyChoice: MasterKeyChoice) =>
    onTyped?.((before) => ({ ...before, masterKeyChoice }));
  const saving = useSave<string>(service?.profileId, (fieldId) => {
    type(fieldId, '');
    if (isMasterKey(provider, fieldId)) choose('none');
  });
  const otherNames = (useServiceList() ?? [])
    .filter((other) => other.profileId !== saving.savedId && other.environment === values.environment)
    .map(({ name }) => name);
  const warning = nameWarning(values.name, otherNames);

  const problems = serviceProblems(values, provider);
  const secrets = service ? [] : secretFields(provider);
  const typedIn = (field: ProviderField) =>
    field.format.kind === 'master-key' && typed.masterKeyChoice !== 'paste'
      ? ''
      : (typed.values[field.fieldId] ?? '');
  const secretProblemOf = (field: ProviderField) => secretProblem(kindOf(field), typedIn(field));
  const change = (changes: Partial<ServiceFormValues>) => setValues({ ...values, ...changes });
  // What is empty is not wrong yet while one types; what is there and wrong is said at once.
  const shown = (text: string, problem: string | undefined): FieldProblem | undefined =>
    problem && (wasAttempted || text !== '') ? { severity: 'error', message: problem } : undefined;

  const toKeep = (): readonly SecretToKeep<string>[] =>
    secrets.flatMap((field) => {
      const { fieldId } = field;
      const place = { kind: fieldId, slot: 'current' } as const;
      if (field.format.kind === 'master-key' && typed.masterKeyChoice === 'make') {
        const keep = (profileId: string) =>
          client.call('vault.generateMasterKey', { profileId, slot: 'current' });
        return [{ keep, sent: fieldId }];
      }
      const value = typedIn(field);
      if (value === '') return [];
      const keep = (profileId: string) => client.secrets.enter({ ...place, profileId, value });
      return [{ keep, sent: fieldId }];
    });
  const hasTyped = toKeep().length > 0;
  const isSecretLeft = !service && saving.savedId !== undefined && hasTyped;

  const close = () => {
    resetDraft();
    onDone?.();
    if (saving.savedId) navigation.openService(saving.savedId);
    else navigation.back();
  };
  const submit = async () => {
    setAttempted(true);
    const isWrong =
      problems.name !== undefined ||
      Object.keys(problems.fields).length > 0 ||
      secrets.some((field) => secretProblemOf(field));
    if (isWrong) {
      // After the problems are drawn.
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus());
      return;
    }
    const id = await saving.save(async (profileId) => {
      const input = { service: toServiceInput(values, provider), ...(profileId ? { profileId } : {}) };
      const kept = await client.call('profiles.saveService', input);
      onKept?.();
      return kept;
    }, toKeep());
    if (id === undefined) return;
    resetDraft();
    onDone?.();
    toast({ message: `${values.name.trim()} is ${service ? 'saved' : 'added'}.`, tone: 'ok' });
    navigation.openService(id);
  };

  return (
    <Page
      title={service ? `Edit ${service.name}` : 'Add an app'}
      actions={
        !service && <CommandButton command="vault.import" label="Import from a file…" icon="incoming" />
      }
    >
      {head}
      <form
        ref={form}
        className={styles.form}
        autoComplete="off"
        noValidate
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void submit();
        }}
      >
        {provider.legacy && (
          <Notice tone="notice" title={provider.legacy}>
            It can be added all the same, for those who still have its keys somewhere.
          </Notice>
        )}
        <Section>
          <TextField
            label="Name"
            value={values.name}
            onChange={(name) => change({ name })}
            placeholder="newsletter"
            problem={
              shown(values.name, problems.name) ??
              (warning ? { severity: 'warning', message: warning } : undefined)
            }
          />
          <EnvironmentChoice value={values.environment} onChange={(environment) => change({ environment })} />
        </Section>
        {publicFields(provider).length > 0 && (
          <Section title="Public fields" about="Not secret: kept with Latchkey’s settings.">
            {publicFields(provider).map((field) => {
              const text = values.fields[field.fieldId] ?? '';
              return (
                <PublicField
                  key={field.fieldId}
                  field={field}
                  value={text}
                  onChange={(next) => change({ fields: { ...values.fields, [field.fieldId]: next } })}
                  problem={shown(text, problems.fields[field.fieldId])}
                />
              );
            })}
          </Section>
        )}
        {secrets.length > 0 && (
          <Section
            title="Secrets"
            about="They go to the vault, and come out only where you ask for them. Each can be entered later as well."
          >
            {secrets.map((field) => {
              const message = secretProblemOf(field);
              return field.format.kind === 'master-key' ? (
                <div key={field.fieldId} className={styles.withNote}>
                  <MasterKeyChoices
                    masterKey={typedIn(field)}
                    masterKeyChoice={typed.masterKeyChoice}
                    onTyped={({ masterKey, masterKeyChoice }) => {
                      if (masterKey !== undefined) type(field.fieldId, masterKey);
                      if (masterKeyChoice !== undefined) choose(masterKeyChoice);
                    }}
                    noneLabel="Later"
                  />
                  <FieldNotes field={field} />
                </div>
              ) : (
                <SecretField
                  key={field.fieldId}
                  label={field.label}
                  value={typedIn(field)}
                  onChange={(value) => type(field.fieldId, value)}
                  problem={message ? { severity: 'error', message } : undefined}
                  aside={<FieldNotes field={field} />}
                />
              );
            })}
          </Section>
        )}
        {hasTyped && (
          <VaultNotice>
            {saving.isWaitingForVault
              ? 'The service is saved. What you typed stays here: save it when the vault is open.'
              : 'The service can be saved meanwhile; what you typed stays here until the vault is open.'}
          </VaultNotice>
        )}
        {saving.error && (
          <ErrorNotice error={saving.error} onRetry={() => void submit()} onDismiss={saving.clearError} />
        )}
        <Actions>
          <Button type="submit" variant="primary" isPending={saving.isPending}>
            {service ? 'Save' : isSecretLeft ? 'Save the secrets' : 'Add'}
          </Button>
          <Button onClick={close}>{isSecretLeft ? 'Leave the secrets out' : 'Cancel'}</Button>
        </Actions>
        {service && (
          <Section
            title="Remove this service"
            about="It can be undone for half a minute. Then its secrets are removed from the vault."
            actions={
              <Button icon="remove" onClick={() => void remove(service)}>
                Remove {service.name}
              </Button>
            }
          />
        )}
      </form>
    </Page>
  );
}

interface PublicFieldProps {
  readonly field: ProviderField;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly problem: FieldProblem | undefined;
}

function PublicField({ field, value, onChange, problem }: PublicFieldProps) {
  if (field.format.kind === 'choice') {
    const { choices } = field.format;
    return (
      <div className={styles.withNote}>
        <Segmented
          label={field.label}
          value={choices.find((choice) => choice === value)}
          options={choices.map((choice) => ({ value: choice, label: choice }))}
          onChange={onChange}
          problem={problem}
        />
        <FieldNotes field={field} />
      </div>
    );
  }
  return (
    <TextField
      label={field.label}
      isCode
      value={value}
      onChange={onChange}
      problem={problem}
      aside={<FieldNotes field={field} />}
    />
  );
}

/** Where it may be, what for, and where never. */
function FieldNotes({ field }: { readonly field: ProviderField }) {
  return (
    <div className={styles.notes}>
      <span className={styles.marks}>
        <ExposureLabel exposure={field.exposure} />
        <span className={styles.faint}>{field.isRequired ? 'required' : 'optional'}</span>
      </span>
      <span className={styles.noteText}>{field.use}</span>
      {field.format.kind === 'pattern' && <span className={styles.noteText}>{field.format.description}</span>}
      <Never field={field} />
    </div>
  );
}

function isMasterKey({ fields }: Provider, wanted: string): boolean {
  return fields.some(({ fieldId, format }) => fieldId === wanted && format.kind === 'master-key');
}

function kindOf({ fieldId, format }: ProviderField): string {
  return format.kind === 'master-key' ? 'masterKey' : fieldId;
}
