/** Adds any kind of credentials: an app, or a service. What was typed for one kind waits while another is looked at. */
import { useState } from 'react';
import type { Provider } from '#shared/contract/providers.ts';
import { dialects } from '#shared/protocol/dialects.ts';
import { ErrorNotice, Loading } from '../../components/index.ts';
import { useDraft, useReadable, useServices, type Value } from '../../state/index.ts';
import { findKind, providerIdOf } from '../providers/kind-of.ts';
import { KindChoice } from './kind-choice.tsx';
import { AppForm } from './profile-form.tsx';
import { newProfileForm, type ProfileFormValues } from './profile-form-values.ts';
import { noSecrets, type TypedSecrets } from './secret-part.tsx';
import { noServiceSecrets, ServiceForm, type TypedServiceSecrets } from './service-form.tsx';
import { newServiceForm, type ServiceFormValues } from './service-form-values.ts';

export const addKindDraft = 'add:kind';
export const firstKind = 'pusher';

export function AddForm() {
  const { stores } = useServices();
  const providers = useReadable(stores.providers);
  if (providers.state === 'loading') return <Loading />;
  if (providers.state === 'failed') {
    return <ErrorNotice error={providers.error} isBar onRetry={() => void stores.providers.load()} />;
  }
  return <Chosen providers={providers.value} />;
}

function Chosen({ providers }: { readonly providers: readonly Provider[] }) {
  const { drafts } = useServices().stores;
  const [kind, setKind, resetKind] = useDraft<string>(addKindDraft, firstKind);
  const [typed, setTyped] = useState<TypedSecrets>(noSecrets);
  const [typedService, setTypedService] = useState<TypedServiceSecrets>(noServiceSecrets);
  const [isKept, setKept] = useState(false);
  const provider = findKind(providers, kind) ?? providers[0];
  if (!provider) return null;

  const app = drafts.of<ProfileFormValues | undefined>(appDraft, undefined);
  const service = (providerId: string) =>
    drafts.of<ServiceFormValues | undefined>(serviceDraft(providerId), undefined);
  const choose = (next: string) => {
    const what = provider.hasChannels ? takeName(app) : takeName(service(provider.providerId));
    if (findKind(providers, next)?.hasChannels) giveName(app, newProfileForm(), what);
    else giveName(service(next), newServiceForm, what);
    setKind(next);
  };
  // What is kept has its kind.
  const head = !isKept && <KindChoice providers={providers} value={provider.providerId} onChange={choose} />;
  if (!provider.hasChannels) {
    return (
      <ServiceForm
        key={provider.providerId}
        provider={provider}
        draftName={serviceDraft(provider.providerId)}
        head={head}
        typed={typedService}
        onTyped={setTypedService}
        onKept={() => setKept(true)}
        onDone={resetKind}
      />
    );
  }
  return (
    <AppForm
      key="app"
      draftName={appDraft}
      dialects={dialects.filter(
        (dialect) => dialect !== 'sandbox' && providerIdOf({ dialect }) === provider.providerId,
      )}
      head={head}
      typed={typed}
      onTyped={(changes) => setTyped((before) => ({ ...before, ...changes }))}
      onKept={() => setKept(true)}
      onDone={resetKind}
    />
  );
}

const appDraft = 'profile-form:new';

function serviceDraft(providerId: string): string {
  return `service-form:new:${providerId}`;
}

type What = Pick<ServiceFormValues, 'name' | 'environment'>;

/** A name is what it is called, whatever kind it turns out to be: it goes along. */
function takeName<T extends What>(draft: Value<T | undefined>): What {
  const { name, environment } = draft.get() ?? newServiceForm;
  draft.update((values) => values && { ...values, name: '' });
  return { name, environment };
}

function giveName<T extends What>(draft: Value<T | undefined>, empty: T, what: What): void {
  draft.update((values = empty) => ({ ...values, ...what }));
}
