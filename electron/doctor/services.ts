/** Which checks a service's credentials have, and their evidence. The requests themselves are the vault process's. */
import type { Service } from '#shared/contract/profiles.ts';
import type { Credential } from '#shared/contract/vault.ts';
import {
  airshipSites,
  findProvider,
  ibmTokenHost,
  type ProviderId,
  parseProviderId,
} from '../providers/index.ts';
import { type ServiceCheckId, secretOf, serviceCheckIds } from '../vault/index.ts';
import type { Answer, AskedHost, ServiceEvidence } from './conclude-service.ts';

/** A service as its checks look at it. */
export interface CheckedService {
  readonly profileId: string;
  readonly provider: ProviderId;
  /** The public ones, by field id. */
  readonly fields: Readonly<Record<string, string | undefined>>;
}

export function asChecked({ profileId, provider, fields }: Service): CheckedService {
  return {
    profileId,
    provider: parseProviderId(provider),
    fields: Object.fromEntries(fields.map(({ fieldId, value }) => [fieldId, value])),
  };
}

export type CheckService = (
  input: {
    readonly credentialId: string;
    readonly checkId: ServiceCheckId;
    readonly fields: CheckedService['fields'];
  },
  signal: AbortSignal,
) => Promise<Answer>;

/** The check of this credential, with what it lacks; undefined: there is none that changes nothing. */
export function checkOf(
  { provider, fields }: CheckedService,
  { kind }: Pick<Credential, 'kind'>,
):
  | { readonly checkId: ServiceCheckId; readonly limits: string | null; readonly missing: readonly string[] }
  | undefined {
  const { checks, fields: all } = findProvider(provider);
  const check = checks.find(({ checkId }) => isServiceCheck(checkId) && secretOf(provider, checkId) === kind);
  if (!check || !isServiceCheck(check.checkId)) return undefined;
  const missing = all
    .filter(({ fieldId, isSecret }) => check.needs.includes(fieldId) && !isSecret && !fields[fieldId])
    .map(({ label }) => label);
  return { checkId: check.checkId, limits: check.limits, missing };
}

export async function gatherService(
  service: CheckedService,
  { credentialId }: Credential,
  { checkId, limits }: { readonly checkId: ServiceCheckId; readonly limits: string | null },
  options: {
    readonly ask: CheckService;
    readonly elsewhere: boolean;
    readonly signal: AbortSignal;
    onProgress(done: number, of: number): void;
  },
): Promise<ServiceEvidence> {
  const { ask, elsewhere, signal, onProgress } = options;
  const askAt = async ({ host, site, fields }: Place): Promise<AskedHost> => ({
    host,
    site,
    answer: await ask({ credentialId, checkId, fields }, signal),
  });
  const [first, ...rest] = placesOf(service, checkId);
  const here = await askAt(first);
  const others: AskedHost[] = [];
  const isGranted = here.answer.kind === 'answered' && here.answer.isGranted;
  if (elsewhere && !isGranted && rest.length > 0) {
    onProgress(0, rest.length);
    for (const place of rest) {
      others.push(await askAt(place));
      onProgress(others.length, rest.length);
    }
  }
  return { checkId, here, others, hasOthers: rest.length > 0, limits };
}

interface Place {
  readonly host: string;
  readonly site: string | null;
  /** The service's, as they would be there. */
  readonly fields: CheckedService['fields'];
}

/** The service's own first. */
function placesOf({ fields }: CheckedService, checkId: ServiceCheckId): readonly [Place, ...Place[]] {
  if (checkId === 'ibm-token') return [{ host: ibmTokenHost, site: null, fields }];
  const sites = Object.entries(airshipSites).toSorted(
    ([one], [other]) => Number(other === fields.site) - Number(one === fields.site),
  );
  const places = sites.map(
    ([site, { label, api, oauth }]): Place => ({
      host: checkId === 'airship-oauth-token' ? oauth : api,
      site: label,
      fields: { ...fields, site },
    }),
  );
  const [first, ...rest] = places;
  if (!first) throw new Error('Airship has no site');
  return [first, ...rest];
}

function isServiceCheck(checkId: string): checkId is ServiceCheckId {
  return serviceCheckIds.some((known) => known === checkId);
}
