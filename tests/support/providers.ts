/**
 * Stand-ins for what the doctor asks of Airship and IBM Cloud, with answers as their documentation has them:
 * - Airship’s API reference, https://docs.airship.com/developer/rest-api/ua/: “Introduction” (response format),
 *   “Schemas: Responses” (`ok`, `error`, `error_code`), “Schedules” (401: wrong or missing; 403: right, and not allowed),
 *   and the “Authorization Reference” (which of them each endpoint takes); `error_code` 40101 is in answers that users
 *   of the API quote.
 * - Airship’s OAuth, https://www.airship.com/docs/developer/rest-api/ua/operations/oauth, and RFC 6749, 5.1 and 5.2.
 * - IBM Cloud, https://cloud.ibm.com/apidocs/iam-identity-token-api; the codes BXNIM0415E and BXNIM0462E are in answers
 *   that users quote, such as https://github.com/watson-developer-cloud/food-coach/issues/28.
 */
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Certificate } from './certificates.ts';
import { type SeenRequest, type StandIn, startStandIn } from './stand-in-server.ts';

const random = (bytes = 16) => randomBytes(bytes).toString('base64url');

export interface AirshipProject {
  readonly appKey: string;
  readonly masterSecret: string;
  readonly bearerToken: string;
  readonly oauthClientId: string;
  readonly oauthClientSecret: string;
}

export function makeAirshipProject(): AirshipProject {
  return {
    appKey: random(),
    masterSecret: random(),
    bearerToken: random(30),
    oauthClientId: random(),
    // Has what a form encodes.
    oauthClientSecret: `${random()}+/=%&${random(4)}`,
  };
}

export interface StandInOptions {
  /** Of the server, as its `Date` header tells. */
  readonly clockOffsetMs?: number;
  readonly certificate?: Certificate;
}

export interface AirshipOptions extends StandInOptions {
  /** The token’s role leaves out schedules, the plan the validation. */
  readonly isForbidding?: boolean;
}

/** Tokens that were given out. */
export interface TokenStandIn extends StandIn {
  readonly tokens: readonly string[];
}

/** Both hosts of a cloud site, the API and OAuth, which share no path. */
export async function startAirship(
  project: AirshipProject,
  { isForbidding = false, ...options }: AirshipOptions = {},
): Promise<TokenStandIn> {
  const { appKey, masterSecret, bearerToken, oauthClientId, oauthClientSecret } = project;
  const tokens: string[] = [];
  const standIn = await startStandIn((request, response) => {
    const say = answering(response, options);
    const credentials = credentialsOf(request);
    const guarded = (isRight: boolean, answer: () => void) => {
      if (!isRight) say(401, { ok: false, error: 'Unauthorized', error_code: 40101 });
      else if (isForbidding) say(403, { ok: false, error: 'Forbidden', error_code: 40301 });
      else answer();
    };
    const [path] = request.path.split('?');
    if (request.method === 'POST' && path === '/api/push/validate') {
      guarded(credentials === `${appKey}:${masterSecret}`, () => {
        const { audience, device_types, notification } = JSON.parse(request.body);
        if (audience && device_types && notification) say(200, { ok: true });
        else say(400, { ok: false, error: 'Could not parse request body.', error_code: 40000 });
      });
    } else if (request.method === 'GET' && path === '/api/schedules') {
      const isRight =
        request.headers.authorization === `Bearer ${bearerToken}` &&
        request.headers['x-ua-appkey'] === appKey;
      guarded(isRight, () => say(200, { ok: true, count: 0, total_count: 0, schedules: [] }));
    } else if (request.method === 'POST' && path === '/token') {
      const form = new URLSearchParams(request.body);
      const encoded = (value: string) => new URLSearchParams({ value }).toString().slice(6);
      if (credentials !== `${encoded(oauthClientId)}:${encoded(oauthClientSecret)}`) {
        say(401, { error: 'invalid_client' });
      } else if (form.get('grant_type') !== 'client_credentials' || form.get('sub') !== `app:${appKey}`) {
        say(400, { error: 'invalid_request', error_description: 'The subject is not allowed.' });
      } else {
        tokens.push(random(30));
        say(200, { access_token: tokens.at(-1), token_type: 'Bearer', expires_in: 3600, scope: 'psh sch' });
      }
    } else say(404, { ok: false, error: 'Entity not found', error_code: 40401 });
  }, options.certificate);
  return Object.assign(standIn, { tokens });
}

export interface IbmAccount {
  readonly apiKey: string;
  readonly disabledKey: string;
}

export function makeIbmAccount(): IbmAccount {
  return { apiKey: random(33), disabledKey: random(33) };
}

export async function startIbm(account: IbmAccount, options: StandInOptions = {}): Promise<TokenStandIn> {
  const tokens: string[] = [];
  const standIn = await startStandIn((request, response) => {
    const say = answering(response, options);
    const form = new URLSearchParams(request.body);
    const apiKey = form.get('apikey');
    const fail = (errorCode: string, errorMessage: string) =>
      say(400, {
        errorCode,
        errorMessage,
        context: { requestId: random(), url: 'https://iam.cloud.ibm.com' },
      });
    if (request.method !== 'POST' || request.path !== '/identity/token') say(404, {});
    else if (form.get('grant_type') !== 'urn:ibm:params:oauth:grant-type:apikey')
      fail('BXNIM0106E', 'Validation of the property grant_type failed.');
    else if (apiKey === account.disabledKey) fail('BXNIM0462E', 'Provided API key is disabled.');
    else if (apiKey !== account.apiKey) fail('BXNIM0415E', 'Provided API key could not be found.');
    else {
      tokens.push(random(60));
      const expiration = Math.floor(Date.now() / 1000) + 3600;
      say(200, {
        access_token: tokens.at(-1),
        refresh_token: 'not_supported',
        token_type: 'Bearer',
        expires_in: 3600,
        expiration,
        scope: 'ibm openid',
      });
    }
  }, options.certificate);
  return Object.assign(standIn, { tokens });
}

/** The two parts of Basic authentication, joined by a colon as they come. */
export function credentialsOf({ headers }: SeenRequest): string | undefined {
  const [, encoded] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? [];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString();
}

function answering(response: ServerResponse, { clockOffsetMs = 0 }: StandInOptions) {
  return (status: number, json: unknown) =>
    response
      .writeHead(status, {
        'Content-Type': 'application/json',
        Date: new Date(Date.now() + clockOffsetMs).toUTCString(),
      })
      .end(JSON.stringify(json));
}
