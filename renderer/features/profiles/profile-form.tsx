/** Adds an app, or edits one. What is typed survives a change of place, but for secrets: those are kept nowhere. */
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import type { Profile } from '#shared/contract/profiles.ts';
import type { Credential } from '#shared/contract/vault.ts';
import { type Dialect, dialectFacts, dialects } from '#shared/protocol/dialects.ts';
import { CommandButton } from '../../commands/index.ts';
import {
  Actions,
  Button,
  EmptyState,
  ErrorNotice,
  FieldRow,
  Loading,
  Notice,
  Page,
  Section,
  Select,
  TextField,
  useToast,
} from '../../components/index.ts';
import {
  type Services,
  useCredentials,
  useDraft,
  useNavigation,
  useProfile,
  useProfiles,
  useService,
  useServiceList,
  useServices,
} from '../../state/index.ts';
import { VaultNotice } from '../vault/index.ts';
import { AddForm } from './add-form.tsx';
import { EnvironmentChoice } from './environment-choice.tsx';
import { LocationFields } from './location-fields.tsx';
import styles from './profile-form.module.css';
import {
  nameWarning,
  newProfileForm,
  type ProfileField,
  type ProfileFormValues,
  profileForm,
  profileProblems,
  toProfileInput,
  withDialect,
} from './profile-form-values.ts';
import { noSecrets, SecretPart, type TypedSecrets, typedProblem } from './secret-part.tsx';
import { EditService } from './service-form.tsx';
import { useRemoveProfile } from './use-remove-profile.ts';
import { type SecretToKeep, useSave } from './use-save.ts';

/** @param props.profileId the app or the service to edit; null to add one. */
export function ProfileForm({ profileId }: { readonly profileId: string | null }) {
  return profileId === null ? <AddForm /> : <EditForm key={profileId} profileId={profileId} />;
}

function EditForm({ profileId }: { readonly profileId: string }) {
  const [profiles, services] = [useProfiles(), useServiceList()];
  const profile = useProfile(profileId);
  const service = useService(profileId);
  const navigation = useNavigation();
  if (!profiles || !services) return <Loading />;
  if (service) return <EditService service={service} />;
  if (profile) return <EditProfile profile={profile} />;
  return (
    <EmptyState
      title="This app is no longer in Latchkey."
      actions={<Button onClick={() => navigation.back()}>Back</Button>}
    />
  );
}

function EditProfile({ profile }: { readonly profile: Profile }) {
  const credentials = useCredentials(profile.profileId);
  const [typed, setTyped] = useState<TypedSecrets>(noSecrets);
  return (
    <AppForm
      profile={profile}
      credentials={credentials ?? []}
      draftName={`profile-form:${profile.profileId}`}
      dialects={dialects.filter((dialect) => dialect !== 'sandbox' || profile.dialect === 'sandbox')}
      typed={typed}
      onTyped={(changes) => setTyped((before) => ({ ...before, ...changes }))}
    />
  );
}

export interface AppFormProps {
  readonly profile?: Profile;
  readonly credentials?: readonly Credential[];
  readonly draftName: string;
  /** The servers to choose from. One is no choice. */
  readonly dialects: readonly Dialect[];
  /** Above the form: the choice of what is added. */
  readonly head?: ReactNode;
  readonly typed: TypedSecrets;
  readonly onTyped: (changes: Partial<TypedSecrets>) => void;
  /** It is kept, though perhaps not its secrets yet. */
  readonly onKept?: () => void;
  /** Nothing is left to do, or to be done. */
  readonly onDone?: () => void;
}

export function AppForm(props: AppFormProps) {
  const {
    profile,
    credentials = [],
    draftName,
    dialects: offered,
    head,
    typed,
    onTyped,
    onKept,
    onDone,
  } = props;
  const { client } = useServices();
  const navigation = useNavigation();
  const toast = useToast();
  const remove = useRemoveProfile();
  // Nothing typed, no draft: an app that changes elsewhere is shown as it is.
  const [draft, setValues, resetDraft] = useDraft<ProfileFormValues | undefined>(draftName, undefined);
  const drafted = draft ?? (profile ? profileForm(profile) : newProfileForm());
  const [first = drafted.dialect] = offered;
  const values = offered.includes(drafted.dialect) ? drafted : withDialect(drafted, first);
  const [touched, setTouched] = useState<ReadonlySet<ProfileField>>(new Set());
  const [wasAttempted, setAttempted] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const saving = useSave<Partial<TypedSecrets>>(profile?.profileId, onTyped);
  const otherNames = (useProfiles() ?? [])
    .filter((other) => other.profileId !== saving.savedId && other.environment === values.environment)
    .map(({ name }) => name);

  const problems = profileProblems(values);
  // What is empty is not wrong yet while one types; what is there and wrong is said at once.
  const problemOf = (field: ProfileField): string | undefined =>
    wasAttempted || touched.has(field) || fieldText(values, field) !== '' ? problems[field] : undefined;
  const fieldProblem = (field: ProfileField) => {
    const message = problemOf(field);
    return message ? ({ severity: 'error', message } as const) : undefined;
  };
  const change = (changes: Partial<ProfileFormValues>) => setValues({ ...values, ...changes });
  const touch = (field: ProfileField) => {
    if (fieldText(values, field) !== '') setTouched(new Set([...touched, field]));
  };
  const warning = nameWarning(values.name, otherNames);

  const close = () => {
    resetDraft();
    onDone?.();
    if (saving.savedId) navigation.openApp(saving.savedId);
    else navigation.back();
  };
  const submit = async (andConnect: boolean) => {
    setAttempted(true);
    if (Object.keys(problems).length > 0 || typedProblem(typed)) {
      // After the problems are drawn.
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus());
      return;
    }
    const input = toProfileInput(values);
    const id = await saving.save(
      async (profileId) => {
        const kept = await client.call('profiles.save', {
          profile: input,
          ...(profileId ? { profileId } : {}),
        });
        onKept?.();
        return kept;
      },
      secretsToKeep(client, input.key, typed),
    );
    if (id === undefined) return;
    resetDraft();
    onDone?.();
    toast({
      message: profile ? `${values.name.trim()} is saved.` : `${values.name.trim()} is added.`,
      tone: 'ok',
    });
    navigation.openApp(id);
    // A failure to connect is the connection's own to tell, on the screen that opens.
    if (andConnect) client.call('live.connect', { profileId: id }).catch(() => undefined);
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void submit(!profile);
  };

  const hasTyped = typed.secret !== '' || typed.masterKeyChoice !== 'none';
  const isSecretLeft = !profile && saving.savedId !== undefined && hasTyped;
  return (
    <Page
      title={profile ? `Edit ${profile.name}` : 'Add an app'}
      actions={
        !profile && <CommandButton command="vault.import" label="Import from a file…" icon="incoming" />
      }
    >
      {head}
      <form ref={form} className={styles.form} onSubmit={onSubmit} autoComplete="off" noValidate>
        {profile?.dialect === 'sandbox' && (
          <Notice tone="notice" title="The sandbox keeps this app itself.">
            Its key, port and secrets are made anew at every start; what you change here lasts until then.
          </Notice>
        )}
        <Section>
          <TextField
            label="Name"
            value={values.name}
            autoFocus={!profile}
            onChange={(name) => change({ name })}
            onBlur={() => touch('name')}
            placeholder="shop"
            problem={
              fieldProblem('name') ?? (warning ? { severity: 'warning', message: warning } : undefined)
            }
          />
          <EnvironmentChoice value={values.environment} onChange={(environment) => change({ environment })} />
        </Section>
        <Section title="Where it is">
          <LocationFields
            server={
              offered.length > 1 && (
                <Select
                  label="Server"
                  value={values.dialect}
                  options={offered.map((dialect) => ({ value: dialect, label: dialectFacts[dialect].label }))}
                  onChange={(dialect) => setValues(withDialect(values, dialect))}
                  hint={
                    values.dialect === 'other'
                      ? 'Which one it is is found out from how it answers, where that can be told.'
                      : undefined
                  }
                />
              )
            }
            values={values}
            onChange={change}
            problemOf={problemOf}
            onBlur={touch}
          />
        </Section>
        <Section
          title="Its id and key"
          about="From the provider’s page of app keys, or the server’s configuration."
        >
          <FieldRow>
            <TextField
              label="App id"
              isCode
              value={values.appId}
              onChange={(appId) => change({ appId })}
              onBlur={() => touch('appId')}
              problem={fieldProblem('appId')}
            />
            <TextField
              label="Key"
              isCode
              value={values.key}
              onChange={(key) => change({ key })}
              onBlur={() => touch('key')}
              hint="Public: clients connect with it."
              problem={fieldProblem('key')}
            />
          </FieldRow>
        </Section>
        <Section title="Secrets">
          <SecretPart
            credentials={currentOnly(credentials)}
            appKey={values.key.trim()}
            typed={typed}
            onTyped={onTyped}
          />
          {hasTyped && (
            <VaultNotice>
              {saving.isWaitingForVault
                ? 'The app is saved. What you typed stays here: save it when the vault is open.'
                : 'The app can be saved meanwhile; what you typed stays here until the vault is open.'}
            </VaultNotice>
          )}
        </Section>
        {saving.error && (
          <ErrorNotice
            error={saving.error}
            onRetry={() => void submit(!profile)}
            onDismiss={saving.clearError}
          />
        )}
        <Actions>
          <Button type="submit" variant="primary" isPending={saving.isPending}>
            {profile ? 'Save' : isSecretLeft ? 'Save secrets and connect' : 'Add and connect'}
          </Button>
          {!profile && !isSecretLeft && (
            <Button isPending={saving.isPending} onClick={() => void submit(false)}>
              Add only
            </Button>
          )}
          <Button onClick={close}>{isSecretLeft ? 'Leave the secrets out' : 'Cancel'}</Button>
        </Actions>
        {profile && (
          <Section
            title="Remove this app"
            about="It can be undone for half a minute. Then its secrets are removed from the vault; recorded events stay on disk."
            actions={
              <Button icon="remove" onClick={() => void remove(profile)}>
                Remove {profile.name}
              </Button>
            }
          />
        )}
      </form>
    </Page>
  );
}

function currentOnly(credentials: readonly Credential[]): readonly Credential[] {
  return credentials.filter(({ slot }) => slot === 'current');
}

/** What was typed, or is to be made, in the order in which the vault gets it. */
function secretsToKeep(
  client: Services['client'],
  key: string,
  { secret, masterKey, masterKeyChoice }: TypedSecrets,
): readonly SecretToKeep<Partial<TypedSecrets>>[] {
  const toKeep: SecretToKeep<Partial<TypedSecrets>>[] = [];
  const slot = 'current';
  if (secret !== '') {
    toKeep.push({
      keep: (profileId) => client.secrets.enter({ profileId, kind: 'secret', slot, key, value: secret }),
      sent: { secret: '' },
    });
  }
  if (masterKeyChoice === 'make') {
    toKeep.push({
      keep: (profileId) => client.call('vault.generateMasterKey', { profileId, slot }),
      sent: { masterKeyChoice: 'none' },
    });
  } else if (masterKeyChoice === 'paste' && masterKey !== '') {
    toKeep.push({
      keep: (profileId) => client.secrets.enter({ profileId, kind: 'masterKey', slot, value: masterKey }),
      sent: { masterKey: '', masterKeyChoice: 'none' },
    });
  }
  return toKeep;
}

function fieldText(values: ProfileFormValues, field: ProfileField): string {
  switch (field) {
    case 'name':
    case 'appId':
    case 'key':
    case 'cluster':
      return values[field];
    case 'http.host':
    case 'http.port':
    case 'http.path':
      return values.http[partOf(field)];
    default:
      return values.webSocket[partOf(field)];
  }
}

function partOf(field: string): 'host' | 'port' | 'path' {
  return field.endsWith('.host') ? 'host' : field.endsWith('.port') ? 'port' : 'path';
}
