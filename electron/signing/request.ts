/**
 * Signed requests of the HTTP API, made and checked.
 * Source: the Channels docs, "HTTP API, authentication": the signature is over `METHOD\nPATH\nQUERY`, QUERY being the
 * parameters sorted by lower-cased key and not URL-encoded.
 */
import { createHash } from 'node:crypto';
import { AppError } from '#shared/lib/app-error.ts';
import type { FindSecret } from './channel-auth.ts';
import { isSameSignature, sign } from './hmac.ts';

/** How far a request's timestamp may be from the server's clock. */
export const timestampWindowSeconds = 600;

const authVersion = '1.0';
const signedParameters = ['auth_key', 'auth_timestamp', 'auth_version', 'body_md5', 'auth_signature'];

export interface RequestToSign {
  readonly key: string;
  readonly secret: string;
  readonly method: string;
  /** With the server's path prefix, if it has one and does not strip it: `/apps/3/events`. */
  readonly path: string;
  /** Values as they are meant, not URL-encoded. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  /** In place of a body that is not here: its MD5, in hex. */
  readonly bodyMd5?: string | undefined;
  /** Seconds since 1970. */
  readonly timestampSeconds: number;
}

export interface SignedRequest {
  /** The whole query string, URL-encoded, without `?`. */
  readonly query: string;
  readonly stringToSign: string;
  readonly signature: string;
}

/** @throws AppError `invalid_input` when the query uses a name that belongs to the signature, or the path is unusable. */
export function signRequest(input: RequestToSign): SignedRequest {
  const { key, secret, method, path, query = {}, body = '', timestampSeconds } = input;
  const bodyMd5 = input.bodyMd5 ?? (body === '' ? undefined : md5(body));
  requirePath(path);
  const taken = Object.keys(query).find((name) => signedParameters.includes(name.toLowerCase()));
  if (taken !== undefined) {
    throw new AppError('invalid_input', `The query parameter ${taken} belongs to the signature.`);
  }
  const parameters: [string, string][] = [
    ...Object.entries(query),
    ['auth_key', key],
    ['auth_timestamp', String(Math.floor(timestampSeconds))],
    ['auth_version', authVersion],
  ];
  if (bodyMd5 !== undefined) parameters.push(['body_md5', bodyMd5]);
  const stringToSign = textToSign(method, path, parameters);
  const signature = sign(secret, stringToSign);
  const encoded = [...sorted(parameters), ['auth_signature', signature] as const].map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  return { query: encoded.join('&'), stringToSign, signature };
}

export type RequestProblem =
  | 'missing-parameter'
  | 'malformed-parameter'
  | 'unknown-key'
  | 'bad-signature'
  | 'stale-timestamp'
  | 'bad-body-md5';

export type RequestVerification =
  | { readonly ok: true; readonly key: string; readonly query: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly reason: RequestProblem; readonly message: string };

export interface RequestToVerify {
  readonly method: string;
  /** As it was sent. */
  readonly path: string;
  /** As it was sent, without `?`. */
  readonly query: string;
  readonly body: string | Uint8Array;
  readonly findSecret: FindSecret;
  /** The server's clock, in seconds since 1970. */
  readonly nowSeconds: number;
  readonly windowSeconds?: number;
}

/** Checks a request as a server does. `query` of the answer leaves the signature's own parameters out. */
export function verifyRequest(input: RequestToVerify): RequestVerification {
  const entries = [...new URLSearchParams(input.query)];
  const parameters = new Map(entries);
  if (parameters.size !== entries.length) {
    return refuse('malformed-parameter', 'A query parameter is given twice.');
  }
  const hasBody = input.body.length > 0;
  for (const name of signedParameters) {
    if (name === 'body_md5' && !hasBody) continue;
    if (!parameters.get(name)) {
      return refuse('missing-parameter', `The query parameter ${name} is missing.`);
    }
  }
  const [key, version, timestamp] = [
    parameters.get('auth_key') ?? '',
    parameters.get('auth_version'),
    parameters.get('auth_timestamp') ?? '',
  ];
  if (version !== authVersion) {
    return refuse('malformed-parameter', `auth_version has to be ${authVersion}.`);
  }
  if (!/^\d{1,15}$/.test(timestamp)) {
    return refuse('malformed-parameter', 'auth_timestamp has to be a number of seconds since 1970.');
  }
  const secret = input.findSecret(key);
  if (secret === undefined) return refuse('unknown-key', 'No key pair of this app has this auth_key.');

  const signed = entries.filter(([name]) => name !== 'auth_signature');
  const stringToSign = textToSign(input.method, input.path, signed);
  if (!isSameSignature(sign(secret, stringToSign), parameters.get('auth_signature') ?? '')) {
    const shown = JSON.stringify(stringToSign);
    return refuse(
      'bad-signature',
      `The signature does not match: it was made with another secret, or of something else than ${shown}.`,
    );
  }
  return checkFreshness(input, key, Number(timestamp), parameters);
}

function checkFreshness(
  input: RequestToVerify,
  key: string,
  timestampSeconds: number,
  parameters: ReadonlyMap<string, string>,
): RequestVerification {
  const windowSeconds = input.windowSeconds ?? timestampWindowSeconds;
  const offSeconds = Math.round(timestampSeconds - input.nowSeconds);
  if (Math.abs(offSeconds) > windowSeconds) {
    const side = offSeconds < 0 ? 'behind' : 'ahead of';
    return refuse(
      'stale-timestamp',
      `The timestamp is ${Math.abs(offSeconds)} s ${side} the server's clock; ${windowSeconds} s are accepted.`,
    );
  }
  const bodyMd5 = parameters.get('body_md5');
  if (bodyMd5 !== undefined && !isSameSignature(md5(input.body), bodyMd5)) {
    return refuse('bad-body-md5', 'body_md5 is not the MD5 of the body.');
  }
  const query = new Map([...parameters].filter(([name]) => !signedParameters.includes(name)));
  return { ok: true, key, query };
}

function refuse(reason: RequestProblem, message: string): RequestVerification {
  return { ok: false, reason, message };
}

function textToSign(
  method: string,
  path: string,
  parameters: readonly (readonly [string, string])[],
): string {
  const query = sorted(parameters).map(([name, value]) => `${name}=${value}`);
  return [method.toUpperCase(), path, query.join('&')].join('\n');
}

function sorted(parameters: readonly (readonly [string, string])[]): (readonly [string, string])[] {
  return parameters.toSorted(([one], [other]) => compare(one.toLowerCase(), other.toLowerCase()));
}

/** By code unit: a locale's order is not the server's. */
function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function md5(body: string | Uint8Array): string {
  return createHash('md5').update(body).digest('hex');
}

function requirePath(path: string): void {
  if (/^\/[^\s?#]*$/.test(path)) return;
  throw new AppError('invalid_input', 'A path to sign starts with / and has no spaces, ? or #.');
}
