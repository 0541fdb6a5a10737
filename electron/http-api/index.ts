/**
 * The provider's signed HTTP API, as one function. Everything that asks a server something goes through here:
 * publishing, presence, checks of a rotation.
 */

import type { Location, Profile } from '#shared/contract/profiles.ts';
import type { Slot } from '#shared/contract/vault.ts';
import { AppError } from '#shared/lib/app-error.ts';
import { clockOffsetMs } from '#shared/protocol/clock-offset.ts';
import { apiStatusMeaning } from '#shared/protocol/codes.ts';
import type { Endpoint } from '#shared/protocol/dialects.ts';
import { clusterEndpoints } from '#shared/protocol/dialects.ts';
import { networkCode, networkReason } from './network-reasons.ts';

export { isTimeOfCertificateCode, isTlsCode, networkReason } from './network-reasons.ts';

/** Makes the signed query of a request, in the vault process. */
export interface RequestSigner {
  signRequest(input: {
    profileId: string;
    slot: Slot;
    credentialId?: string;
    method: 'GET' | 'POST';
    /** As it is signed: without the prefix of a server behind a path. */
    path: string;
    query?: Readonly<Record<string, string>>;
    body?: string;
  }): Promise<{ query: string }>;
}

export interface ApiRequest {
  readonly profile: Profile;
  readonly method: 'GET' | 'POST';
  /** Below `/apps/ID`: `/events`, `/channels/NAME/users`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Which pair signs. */
  readonly slot?: Slot;
  /** The pair that signs, instead of the one in the slot. */
  readonly credentialId?: string | undefined;
  readonly signal?: AbortSignal;
}

export interface ApiAnswer {
  readonly status: number;
  /** The server's words, cut at `answerLimitCharacters`. */
  readonly text: string;
  readonly durationMs: number;
  /** The answer's `Date` header. */
  readonly date: string | undefined;
  /** Where a redirect leads; it is not followed. */
  readonly location: string | undefined;
}

export interface HttpApiOptions {
  /** Each answer to a signed request, with what tells of the server that gave it. */
  onAnswer?(
    profileId: string,
    answer: {
      readonly status: number;
      readonly headers: Readonly<Record<string, string | undefined>>;
      readonly body: string;
      /** The server's clock minus this one's, in milliseconds. Null: it gave no time. */
      readonly clockOffsetMs: number | null;
    },
  ): void;
}

const answerLimitCharacters = 20_000;
const answerLimitBytes = 4 * 1024 * 1024;
const timeoutMs = 15_000;

export class HttpApi {
  readonly #signer: RequestSigner;

  readonly #options: HttpApiOptions;

  constructor(signer: RequestSigner, options: HttpApiOptions = {}) {
    this.#signer = signer;
    this.#options = options;
  }

  /**
   * Any status is an answer. @throws AppError `offline` when there was none, `cancelled` when the signal says so, and
   * what the signer throws (`vault_locked`, `no_credential`).
   */
  async request(request: ApiRequest): Promise<ApiAnswer & { readonly body: string }> {
    const { profile, method, body, signal } = request;
    const endpoint = httpEndpoint(profile.location);
    const path = `/apps/${profile.appId}${request.path}`;
    // A server behind a path prefix checks the signature without it (Laravel Reverb strips it first).
    const { query } = await this.#signer.signRequest({
      profileId: profile.profileId,
      slot: request.slot ?? 'current',
      ...(request.credentialId === undefined ? {} : { credentialId: request.credentialId }),
      method,
      path,
      ...(request.query ? { query: request.query } : {}),
      ...(body === undefined ? {} : { body }),
    });
    const origin = `${endpoint.tls ? 'https' : 'http'}://${endpoint.host}:${endpoint.port}`;
    const [startedAt, sentAt] = [performance.now(), Date.now()];
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(`${origin}${endpoint.path}${path}?${query}`, {
        method,
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
        ...(body === undefined ? {} : { body, headers: { 'Content-Type': 'application/json' } }),
      });
      const receivedAt = Date.now();
      const whole = await readBounded(response);
      this.#options.onAnswer?.(profile.profileId, {
        status: response.status,
        headers: {
          'x-powered-by': response.headers.get('x-powered-by') ?? undefined,
          uwebsockets: response.headers.get('uwebsockets') ?? undefined,
        },
        body: whole,
        clockOffsetMs: clockOffsetMs(response.headers.get('date') ?? undefined, sentAt, receivedAt),
      });
      return {
        status: response.status,
        body: whole,
        text: whole.slice(0, answerLimitCharacters),
        durationMs: performance.now() - startedAt,
        date: response.headers.get('date') ?? undefined,
        location: response.headers.get('location') ?? undefined,
      };
    } catch (error) {
      if (signal?.aborted)
        throw new AppError('cancelled', 'Cancelled. The request may have reached the server.');
      throw offline(endpoint, error, deadline.aborted);
    }
  }
}

/** What a question (a GET) that was answered with another status than 200 fails with. */
export function apiFailure(status: number): AppError {
  const isServers = status >= 500;
  return new AppError(
    status === 401 || status === 403 ? 'unauthorized' : 'refused',
    isServers
      ? `The server failed with status ${status}.`
      : (apiStatusMeaning(status) ?? `The server answered ${status}.`),
    { retryable: isServers || status === 429 },
  );
}

export function httpEndpoint(location: Location): Endpoint {
  return location.kind === 'cluster' ? clusterEndpoints(location.cluster).http : location.http;
}

async function readBounded(response: Response): Promise<string> {
  if (!response.body) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > answerLimitBytes) {
      throw new AppError('refused', 'The server’s answer is larger than 4 MB and was not read to its end.');
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function offline(endpoint: Endpoint, error: unknown, isLate: boolean): AppError {
  if (error instanceof AppError) return error;
  const where = `${endpoint.host}:${endpoint.port}`;
  if (isLate) {
    return new AppError('offline', `${where} did not answer within ${timeoutMs / 1000} s.`, {
      retryable: true,
    });
  }
  const { cause } = error as { cause?: { name?: unknown; code?: unknown; message?: unknown } };
  if (cause?.message === 'bad port') {
    // The Fetch standard's list of ports, which has no error code: https://fetch.spec.whatwg.org/#port-blocking
    return new AppError(
      'offline',
      `${where} was not asked: port ${endpoint.port} belongs to another protocol, and HTTP clients refuse to use it.`,
      { hint: 'Have the server listen on another port, and change it in the app’s settings.', cause: error },
    );
  }
  const code = networkCode(error);
  return new AppError('offline', `${where} could not be reached: ${networkReason(code)}.`, {
    retryable: true,
    hint: 'Check the host, the port and TLS in the app’s settings, and that the server runs.',
    cause: error,
  });
}

/** What went wrong below, of an error that `request` threw as `offline`: see `networkReason`. */
export function offlineCode(error: AppError): string {
  return networkCode(error.cause);
}
