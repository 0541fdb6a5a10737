/**
 * Makes one request with a secret in it, and tells as little of the answer as the doctor needs. Nothing is followed,
 * kept alive or tried again, and no word of the server’s gets out: it could have the secret in it, or a token.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { clockOffsetMs } from '#shared/protocol/clock-offset.ts';
import type { ServiceRequest } from './requests.ts';

export type ServiceAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** It is what only the right secret gets. */
      readonly isGranted: boolean;
      /** The provider’s code for what is wrong, if it is of a form that codes have: `40101`, `BXNIM0415E`, `invalid_client`. */
      readonly errorCode: string | null;
      readonly clockOffsetMs: number | null;
    }
  /** `code` is Node’s, or `ETIMEDOUT` when it took too long. */
  | { readonly kind: 'silent'; readonly code: string }
  | { readonly kind: 'cancelled' };

export interface AskOptions {
  readonly signal: AbortSignal;
  /** In place of `https://HOST`: tests have stand-ins on this machine. */
  readonly baseUrl?: string | undefined;
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 15_000;
const answerLimitBytes = 256 * 1024;

/** Never throws for what the network or the server does. */
export async function askService(
  request: ServiceRequest,
  { signal, baseUrl = `https://${request.host}`, timeoutMs = defaultTimeoutMs }: AskOptions,
): Promise<ServiceAnswer> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const sentAt = Date.now();
  try {
    const answer = await send(request, baseUrl, AbortSignal.any([signal, deadline]));
    return {
      kind: 'answered',
      status: answer.status,
      isGranted: answer.status === 200 && answer.json !== undefined && request.isGranted(answer.json),
      errorCode: answer.json === undefined ? null : errorCodeOf(answer.json),
      clockOffsetMs: clockOffsetMs(answer.date, sentAt, Date.now()),
    };
  } catch (error) {
    if (signal.aborted) return { kind: 'cancelled' };
    return { kind: 'silent', code: deadline.aborted ? 'ETIMEDOUT' : codeOf(error) };
  }
}

interface Answer {
  readonly status: number;
  readonly date: string | undefined;
  /** Undefined: it is none, or too large. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

function send(
  { method, path, headers, body }: ServiceRequest,
  baseUrl: string,
  signal: AbortSignal,
): Promise<Answer> {
  const url = new URL(path, baseUrl);
  // Its own connection, closed after it; a certificate that is not trusted ends it before a byte of the request is sent.
  const options = { method, signal, agent: false, rejectUnauthorized: true };
  const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const make = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const sending = make(url, { ...options, headers: { ...headers, ...length } }, (incoming) => {
      readJson(incoming).then(
        (json) => resolve({ status: incoming.statusCode ?? 0, date: incoming.headers.date, json }),
        reject,
      );
    });
    sending.on('error', reject);
    sending.end(body);
  });
}

async function readJson(incoming: IncomingMessage): Promise<Answer['json']> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of incoming) {
    sizeBytes += (chunk as Buffer).length;
    // Leaving the loop ends the connection.
    if (sizeBytes > answerLimitBytes) return undefined;
    chunks.push(chunk as Buffer);
  }
  try {
    const json: unknown = JSON.parse(Buffer.concat(chunks).toString());
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? (json as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Airship: the status and two digits. IBM: a prefix, four digits and a letter. OAuth: the words of RFC 6749, 5.2.
 * A list of forms, so that nothing else a server says passes for a code.
 */
function errorCodeOf(json: Readonly<Record<string, unknown>>): string | null {
  const { error_code: airship, errorCode: ibm, error: oauth } = json;
  if (typeof airship === 'number' && Number.isInteger(airship) && airship >= 100 && airship <= 999_999)
    return String(airship);
  if (typeof ibm === 'string' && /^BX[A-Z]{2,4}\d{4}[A-Z]$/.test(ibm)) return ibm;
  return typeof oauth === 'string' && oauthErrors.includes(oauth) ? oauth : null;
}

const oauthErrors: readonly string[] = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
];

/** Node’s code alone: its message may quote what was sent. */
function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (typeof code !== 'string' || !/^[A-Z0-9_]{2,60}$/.test(code)) return '';
  // What the HTTP parser says of something that is not HTTP.
  return code.startsWith('HPE_') ? 'HTTPParserError' : code;
}
