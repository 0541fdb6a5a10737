/** What can be made of an app or a service for other programs: a file, a bundle, code, or words for a bug report. */
import type { Profile, Service } from '#shared/contract/profiles.ts';
import {
  Button,
  EmptyState,
  EnvironmentLabel,
  ErrorNotice,
  Loading,
  Page,
  Segmented,
} from '../../components/index.ts';
import {
  useContractEvent,
  useDraft,
  useNavigation,
  useProfile,
  useProfiles,
  useQuery,
  useService,
  useServiceList,
} from '../../state/index.ts';
import { VaultNotice } from '../vault/index.ts';
import { BundleForm } from './bundle-form.tsx';
import { CodeView } from './code-view.tsx';
import { EnvForm } from './env-form.tsx';
import { ReportView } from './report-view.tsx';

const forms = [
  { value: 'env', label: '.env file' },
  { value: 'bundle', label: 'Sealed bundle' },
  { value: 'code', label: 'Code' },
  { value: 'report', label: 'Bug report' },
] as const;
type Form = (typeof forms)[number]['value'];

export function ExportsScreen({ profileId }: { readonly profileId: string }) {
  const [profiles, services] = [useProfiles(), useServiceList()];
  const isLoaded = profiles !== undefined && services !== undefined;
  const profile = useProfile(profileId);
  const service = useService(profileId);
  const navigation = useNavigation();
  const owner = profile ?? service;
  if (owner) return <Shown key={profileId} owner={owner} isApp={profile !== undefined} />;
  if (!isLoaded) return <Loading />;
  return (
    <EmptyState
      title="It is no longer in Latchkey."
      actions={
        <Button onClick={() => navigation.go({ screen: 'app', profileId: null, tab: 'inspector' })}>
          Go to the apps
        </Button>
      }
    />
  );
}

function Shown({ owner, isApp }: { readonly owner: Profile | Service; readonly isApp: boolean }) {
  const { profileId, name, environment } = owner;
  const navigation = useNavigation();
  const [chosen, setForm] = useDraft<Form>(`export-form:${profileId}`, 'env');
  const { result, reload } = useQuery('exports.describe', { profileId });
  useContractEvent('vault.credentialsChanged', (changed) => {
    if (changed.profileId === profileId) reload();
  });
  useContractEvent('profiles.changed', reload);
  const form = chosen === 'code' && !isApp ? 'env' : chosen;
  return (
    <Page
      title={`Export ${name}`}
      about={<EnvironmentLabel environment={environment} />}
      actions={<Button onClick={() => navigation.back()}>Back to {isApp ? 'the app' : 'the service'}</Button>}
    >
      <Segmented
        label="As"
        value={form}
        options={forms.filter(({ value }) => isApp || value !== 'code')}
        onChange={setForm}
      />
      {(form === 'env' || form === 'bundle') && <VaultNotice>Secrets can be exported then.</VaultNotice>}
      {result.state === 'loading' && <Loading />}
      {result.state === 'failed' && <ErrorNotice error={result.error} onRetry={reload} />}
      {result.state === 'ready' && form === 'env' && (
        <EnvForm owner={owner} targets={result.value.targets} usual={result.value.usual} />
      )}
      {form === 'bundle' && <BundleForm owner={owner} />}
      {form === 'code' && <CodeView profileId={profileId} />}
      {form === 'report' && <ReportView owner={owner} />}
    </Page>
  );
}
