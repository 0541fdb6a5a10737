/** What becomes of an app that was found in a file: what is still to be asked, what is assumed, and its profile. Pure. */
import type { FoundApp } from '#shared/contract/imports.ts';
import {
  type Environment,
  type ProfileInput,
  profileInput,
  type ServiceInput,
} from '#shared/contract/profiles.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { parseUnknown } from '#shared/lib/parse-unknown.ts';
import { type Dialect, soketifyHosts } from '#shared/protocol/dialects.ts';
import { findProvider, parseProviderId } from '../providers/index.ts';

export interface FieldAndValue {
  readonly fieldId: string;
  readonly value: string;
}

type Values = ReadonlyMap<string, string>;

const paths = ['apiPath', 'socketPath'];

export interface Completed {
  readonly values: Values;
  readonly asks: readonly string[];
  readonly assumed: readonly FieldAndValue[];
}

/** Everything public of it: from the file, from the user, and what can be taken for granted then. */
export function completed(app: FoundApp, given: readonly FieldAndValue[] = []): Completed {
  const { hasChannels, fields } = findProvider(parseProviderId(app.provider));
  const found = publicValues(app);
  for (const { fieldId, value } of given) {
    if (value.trim() !== '') found.set(fieldId, value.trim());
  }
  // Latchkey's own: a path that is not there is none, and not the other side's.
  if (hasChannels && app.versions) for (const fieldId of paths) setIfMissing(found, fieldId, '');
  const values = new Map(found);
  if (hasChannels && app.provider !== 'pusher') assumeEndpoints(app, values);
  return {
    values,
    asks: fields
      .filter(({ isSecret, isRequired, fieldId }) => isRequired && !isSecret && fieldId !== 'dialect')
      .map(({ fieldId }) => fieldId)
      // Once one host is known, nothing else of a place is missing.
      .filter(
        (fieldId) => !values.has(fieldId) && !/^(?:socket|api)(?:Port|Tls)$|^socketHost$/.test(fieldId),
      ),
    assumed: [...values].flatMap(([fieldId, value]) => (found.has(fieldId) ? [] : [{ fieldId, value }])),
  };
}

/** @throws AppError `invalid_input` that says what is missing or malformed, and repeats no value */
export function profileOf(
  app: FoundApp,
  as: { readonly name: string; readonly environment: Environment },
  given: readonly FieldAndValue[],
):
  | { readonly kind: 'app'; readonly input: ProfileInput }
  | { readonly kind: 'service'; readonly input: ServiceInput } {
  const { fields, hasChannels, label } = findProvider(parseProviderId(app.provider));
  const isPublic = (id: string) => fields.some(({ fieldId, isSecret }) => fieldId === id && !isSecret);
  if (!given.every(({ fieldId }) => isPublic(fieldId))) {
    throw new AppError('invalid_input', `${label} has no such public field.`);
  }
  const { values, asks } = completed(app, given);
  const [missing] = asks;
  if (missing !== undefined) throw missingField(app, missing);
  if (hasChannels) return { kind: 'app', input: appOf(app, as, values) };
  const own = [...values].flatMap(([fieldId, value]) => (isPublic(fieldId) ? [{ fieldId, value }] : []));
  return { kind: 'service', input: { ...as, provider: app.provider, fields: own } };
}

function appOf(
  app: FoundApp,
  as: { readonly name: string; readonly environment: Environment },
  values: Values,
): ProfileInput {
  const input = {
    ...as,
    dialect: dialectOf(app),
    appId: values.get('appId'),
    key: values.get('key'),
    location:
      app.provider === 'pusher'
        ? { kind: 'cluster', cluster: values.get('cluster') }
        : { kind: 'endpoints', http: endpointOf('api', values), webSocket: endpointOf('socket', values) },
  };
  const parsed = parseUnknown(profileInput, input);
  if (parsed.success) return parsed.data;
  const path = (parsed.issue?.path ?? []).map(String);
  const field = path[0] === 'location' ? `${path[1] === 'webSocket' ? 'socket' : 'api'}Host` : path[0];
  throw malformed(app, path[1] === 'cluster' ? 'cluster' : (field ?? ''));
}

function dialectOf({ provider, dialect }: FoundApp): Dialect {
  if (provider === 'pusher' || provider === 'soketify') return provider;
  return dialect ?? 'other';
}

/** Where soketi and its like listen when nothing else is said. */
const usualPorts: Partial<Record<Dialect, string>> = { soketi: '6001', sockudo: '6001', reverb: '8080' };

/** Both sides are in one place unless the file tells them apart. */
function assumeEndpoints(app: FoundApp, values: Map<string, string>): void {
  const isHosted = app.provider === 'soketify';
  if (isHosted) {
    setIfMissing(values, 'apiHost', soketifyHosts.http);
    setIfMissing(values, 'socketHost', soketifyHosts.webSocket);
  }
  const host = values.get('apiHost') ?? values.get('socketHost');
  if (host === undefined) return;
  for (const [side, other] of [
    ['api', 'socket'],
    ['socket', 'api'],
  ] as const) {
    setIfMissing(values, `${side}Host`, host);
    const isSamePlace = values.get(`${side}Host`) === values.get(`${other}Host`);
    for (const part of isSamePlace ? ['Port', 'Tls', 'Path'] : []) {
      const value = values.get(`${other}${part}`);
      if (value !== undefined) setIfMissing(values, `${side}${part}`, value);
    }
    const usualPort = usualPorts[dialectOf(app)];
    const port = values.get(`${side}Port`);
    const isLocal = /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(values.get(`${side}Host`) ?? '');
    const isPlain = isLocal || (port !== undefined && (port === '80' || port === usualPort));
    setIfMissing(values, `${side}Tls`, isPlain ? 'false' : 'true');
    const isTls = values.get(`${side}Tls`) === 'true';
    setIfMissing(values, `${side}Port`, isTls ? '443' : (usualPort ?? '80'));
  }
}

function setIfMissing(values: Map<string, string>, fieldId: string, value: string): void {
  if (!values.has(fieldId)) values.set(fieldId, value);
}

function endpointOf(side: 'api' | 'socket', values: Values) {
  return {
    host: values.get(`${side}Host`),
    port: Number(values.get(`${side}Port`)),
    tls: values.get(`${side}Tls`) === 'true',
    path: values.get(`${side}Path`) ?? '',
  };
}

function publicValues({ fields }: FoundApp): Map<string, string> {
  return new Map(
    fields.flatMap((field) =>
      field.isSecret || field.value === null ? [] : [[field.fieldId, field.value] as const],
    ),
  );
}

function labelOf({ provider }: FoundApp, fieldId: string): string {
  const { fields } = findProvider(parseProviderId(provider));
  return fields.find((field) => field.fieldId === fieldId)?.label ?? 'A field';
}

function missingField(app: FoundApp, fieldId: string): AppError {
  return new AppError(
    'invalid_input',
    `Something is missing that the file does not have: ${labelOf(app, fieldId)}.`,
    {
      hint: 'Enter it in the preview, or leave this one out.',
    },
  );
}

function malformed(app: FoundApp, fieldId: string): AppError {
  return new AppError('invalid_input', `${labelOf(app, fieldId)}: this value can’t be right.`, {
    hint: 'Correct it in the preview, or leave this one out.',
  });
}
