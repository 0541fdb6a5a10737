/** Airship: the keys of a project. Source: Airship’s documentation on security and its API reference. */
import type { FactTable, Field, Provider } from './provider.ts';

const text = { kind: 'text' } as const;

/**
 * The hosts of each cloud site: of the API, and of the OAuth tokens for it. A check sends a secret to one of these, and
 * to no other. Source: Airship’s API reference, “Base URLs”, and “OAuth” of its API.
 */
export const airshipSites = {
  'go.urbanairship.com': { label: 'North America', api: 'go.urbanairship.com', oauth: 'oauth2.asnapius.com' },
  'go.airship.eu': { label: 'Europe', api: 'go.airship.eu', oauth: 'oauth2.asnapieu.com' },
} as const;

const serverSecret = {
  isSecret: true,
  isRequired: false,
  format: text,
  exposure: 'server',
  never: 'Never in an app bundle or a browser: who has it can push to everybody.',
} as const;

const fields: readonly Field[] = [
  {
    fieldId: 'site',
    label: 'Cloud site',
    isSecret: false,
    isRequired: true,
    format: { kind: 'choice', choices: Object.keys(airshipSites) },
    exposure: 'public',
    use: 'The host of the project’s API: North America or Europe.',
    never: null,
  },
  {
    fieldId: 'appKey',
    label: 'App key',
    isSecret: false,
    isRequired: true,
    format: text,
    exposure: 'app-bundle',
    use: 'Names the project. It ships in the app, beside the app secret.',
    never: null,
  },
  {
    fieldId: 'appSecret',
    label: 'App secret',
    isSecret: true,
    isRequired: false,
    format: text,
    exposure: 'app-bundle',
    use: 'The app’s SDK registers the device with it. It ships in the app bundle, so those who look can read it.',
    never: 'Never where the master secret is asked for: a server does not need it.',
  },
  {
    ...serverSecret,
    fieldId: 'masterSecret',
    label: 'Master secret',
    use: 'Servers send pushes and read the project with the app key and this.',
  },
  {
    ...serverSecret,
    fieldId: 'bearerToken',
    label: 'Bearer token',
    use: 'Servers call the API with it, within the scope it was made for. The one key that can be rotated on a schedule.',
  },
  {
    fieldId: 'oauthClientId',
    label: 'OAuth client id',
    isSecret: false,
    isRequired: false,
    format: text,
    exposure: 'server',
    use: 'Servers ask for an access token with it. Access tokens live an hour.',
    never: null,
  },
  {
    ...serverSecret,
    fieldId: 'oauthClientSecret',
    label: 'OAuth client secret',
    use: 'Servers ask for an access token with it and the client id.',
  },
  {
    fieldId: 'partnerKey',
    label: 'Partner key',
    isSecret: false,
    isRequired: false,
    format: text,
    exposure: 'server',
    use: 'Partners only: names the partner in the partner API.',
    never: null,
  },
  {
    ...serverSecret,
    fieldId: 'partnerSecret',
    label: 'Partner secret',
    use: 'Partners only: for the partner API, with the partner key.',
  },
  {
    fieldId: 'deviceUserId',
    label: 'Device user id',
    isSecret: false,
    isRequired: false,
    format: text,
    exposure: 'device',
    use: 'One device’s user in the rich-push API. Lives in the device’s keychain.',
    never: null,
  },
  {
    fieldId: 'devicePassword',
    label: 'Device password',
    isSecret: true,
    isRequired: false,
    format: text,
    exposure: 'device',
    use: 'Reads and deletes that user’s rich messages. Lives in the device’s keychain.',
    never: 'Never on a server or in another app: it is one device’s.',
  },
];

const authenticationMap: FactTable = {
  tableId: 'airship-authentication',
  title: 'What each API feature takes',
  columns: ['API feature', 'Create', 'Read', 'Update', 'Delete'],
  rows: [
    [
      'tags',
      'device + token',
      'single: device + token; enumerate: device',
      'device + token',
      'single, from the device: device + token; all tags, all devices: master secret',
    ],
    [
      'device token, APID, PIN registration',
      'device + token',
      'single: device + token; enumerate: master secret',
      'device + token',
      'device + token (marks it inactive)',
    ],
    [
      'push message',
      'master secret (unless push from device is enabled)',
      'scheduled: master secret',
      'scheduled: master secret',
      'scheduled: master secret',
    ],
    ['rich push message', 'app key + master secret', 'user id + password', '–', 'user id + password'],
    [
      'user',
      'app key + master secret',
      'single: user id + password or master secret; enumerate: master secret',
      'user id + password or master secret',
      'user id + master secret (marks it inactive)',
    ],
    ['partner API (partners only)', 'partner key + secret', 'same', 'same', 'same'],
  ],
  notes: [
    'device: app key and app secret. token: the device’s push token.',
    'Push tokens, tags and named users are obscure, not secret.',
    'The login of the dashboard is another thing again, and is never stored here.',
  ],
};

export const airship: Provider = {
  providerId: 'airship',
  label: 'Airship',
  legacy: null,
  hasChannels: false,
  fields,
  checks: [
    {
      checkId: 'airship-validate',
      title: 'Have a push validated',
      needs: ['appKey', 'masterSecret'],
      request: 'POST /api/push/validate with the app key and master secret. Nothing is sent to a device.',
      limits: null,
    },
    {
      checkId: 'airship-schedules',
      title: 'Ask for the schedules',
      needs: ['appKey', 'bearerToken'],
      request: 'GET /api/schedules with the bearer token.',
      limits: 'A token whose scope leaves out schedules is refused here, though it is right.',
    },
    {
      checkId: 'airship-oauth-token',
      title: 'Ask for an access token',
      needs: ['appKey', 'oauthClientId', 'oauthClientSecret'],
      request: 'A client-credentials request at the OAuth token endpoint. The token is thrown away.',
      limits: 'The app secret, partner secret and device password have no request that changes nothing.',
    },
  ],
  rotation: {
    planIds: [],
    summary:
      'Bearer tokens: create a new one, deploy it, revoke the old one. The app secret and master secret are reset by Airship Support only, for emergencies.',
  },
  tables: [authenticationMap],
};
