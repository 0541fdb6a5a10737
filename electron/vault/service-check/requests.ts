/**
 * The one request of each check that sends a secret: where it goes and how. The hosts are the providers’ own, from
 * electron/providers; nothing that a page or a profile says can name another.
 */
import { AppError } from '#shared/lib/app-error.ts';
import { airshipSites, findProvider, ibmTokenHost, type ProviderId } from '../../providers/index.ts';

export const serviceCheckIds = [
  'airship-validate',
  'airship-schedules',
  'airship-oauth-token',
  'ibm-token',
] as const;
export type ServiceCheckId = (typeof serviceCheckIds)[number];

/** Public fields, by their id. */
export type PublicFields = Readonly<Record<string, string | undefined>>;

export interface ServiceRequest {
  readonly method: 'GET' | 'POST';
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Of the answer’s JSON: whether it is the one that only a request with the right secret gets. */
  isGranted(json: Readonly<Record<string, unknown>>): boolean;
}

/** The secret field that a check sends: the one of those that it needs. */
export function secretOf(providerId: ProviderId, checkId: ServiceCheckId): string {
  const { checks, fields } = findProvider(providerId);
  const { needs = [] } = checks.find((check) => check.checkId === checkId) ?? {};
  const secrets = needs.filter((need) =>
    fields.some(({ fieldId, isSecret }) => fieldId === need && isSecret),
  );
  const [secret] = secrets;
  if (secret === undefined || secrets.length > 1) throw new Error(`${checkId} does not send one secret`);
  return secret;
}

/** @throws AppError `invalid_input` for what can’t be in a header, or a public field that is missing */
export function requestOf(checkId: ServiceCheckId, fields: PublicFields, secret: string): ServiceRequest {
  switch (checkId) {
    case 'airship-validate':
      return {
        method: 'POST',
        host: siteOf(fields).api,
        path: '/api/push/validate',
        headers: {
          ...airshipHeaders,
          Authorization: basic(needed(fields, 'appKey'), secret),
          'Content-Type': 'application/json',
        },
        body: harmlessPush(),
        isGranted: ({ ok }) => ok === true,
      };
    case 'airship-schedules':
      return {
        method: 'GET',
        host: siteOf(fields).api,
        path: '/api/schedules?limit=1',
        headers: {
          ...airshipHeaders,
          Authorization: `Bearer ${inHeader(secret)}`,
          'X-UA-Appkey': inHeader(needed(fields, 'appKey')),
        },
        body: undefined,
        isGranted: ({ ok, schedules }) => ok === true || Array.isArray(schedules),
      };
    case 'airship-oauth-token':
      return {
        method: 'POST',
        host: siteOf(fields).oauth,
        path: '/token',
        headers: {
          Accept: 'application/json',
          // RFC 6749, 2.3.1: both are encoded as in a form before.
          Authorization: basic(formEncoded(needed(fields, 'oauthClientId')), formEncoded(secret)),
          'Content-Type': 'application/x-www-form-urlencoded',
        },
        body: form({ grant_type: 'client_credentials', sub: `app:${needed(fields, 'appKey')}` }),
        isGranted: isToken,
      };
    case 'ibm-token':
      return {
        method: 'POST',
        host: ibmTokenHost,
        path: '/identity/token',
        headers: { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' },
        body: form({ grant_type: 'urn:ibm:params:oauth:grant-type:apikey', apikey: secret }),
        isGranted: isToken,
      };
  }
}

const airshipHeaders = { Accept: 'application/vnd.urbanairship+json; version=3' };

/** Only validated, never sent. Even if it were, no device has this tag. */
function harmlessPush(): string {
  return JSON.stringify({
    audience: { tag: `latchkey-check-${crypto.randomUUID()}` },
    device_types: 'all',
    notification: { alert: 'A check of credentials, sent to nobody.' },
  });
}

function siteOf({ site }: PublicFields): { readonly api: string; readonly oauth: string } {
  const known = Object.entries(airshipSites).find(([name]) => name === site);
  if (!known) throw new AppError('invalid_input', 'This is not one of Airship’s cloud sites.');
  return known[1];
}

function needed(fields: PublicFields, fieldId: string): string {
  const value = fields[fieldId];
  if (value) return value;
  throw new AppError('invalid_input', 'A field that the check needs is empty.', {
    hint: 'Fill it in, and check again.',
  });
}

function isToken({ access_token: token }: Readonly<Record<string, unknown>>): boolean {
  return typeof token === 'string' && token !== '';
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function form(values: Readonly<Record<string, string>>): string {
  return new URLSearchParams(values).toString();
}

function formEncoded(value: string): string {
  return form({ value }).slice('value='.length);
}

/** Says nothing of the value: it may be the secret. */
function inHeader(value: string): string {
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw new AppError('invalid_input', 'It holds a character that no HTTP header can.', {
    hint: 'It may have been cut or changed on its way here: enter it again.',
  });
}
