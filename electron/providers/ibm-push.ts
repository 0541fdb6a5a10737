/** IBM Push Notifications, withdrawn in 2022: for those who still have its keys somewhere. */
import type { FactTable, Provider } from './provider.ts';

const text = { kind: 'text' } as const;

/** Where an API key is exchanged for a token: a check sends it there, and nowhere else. */
export const ibmTokenHost = 'iam.cloud.ibm.com';

const verifyClientSecret: FactTable = {
  tableId: 'ibm-verify-client-secret',
  title: 'When clientSecret is demanded',
  columns: ['Call', 'Old apps', 'New apps'],
  rows: [
    ['device registration with a user id', 'demanded', 'demanded'],
    ['all other client calls', 'off by default; verifyClientSecret switches it on', 'on, and fixed'],
  ],
  notes: [
    'clientSecret is one per service instance, from its service credentials.',
    'The app pulls it from a server at run time: it must never be hard-coded in a mobile app.',
    'The management APIs take Cloud IAM API keys, of a user or a service id.',
  ],
};

export const ibmPush: Provider = {
  providerId: 'ibm-push',
  label: 'IBM Push Notifications',
  legacy: 'IBM withdrew this service in 2022.',
  hasChannels: false,
  fields: [
    {
      fieldId: 'appGuid',
      label: 'App GUID',
      isSecret: false,
      isRequired: true,
      format: text,
      exposure: 'app-bundle',
      use: 'Names the service instance.',
      never: null,
    },
    {
      fieldId: 'clientSecret',
      label: 'clientSecret',
      isSecret: true,
      isRequired: false,
      format: text,
      exposure: 'device',
      use: 'A device that registers with a user id shows it. The app pulls it from a server at run time.',
      never: 'Never hard-coded in a mobile app.',
    },
    {
      fieldId: 'iamApiKey',
      label: 'IAM API key',
      isSecret: true,
      isRequired: false,
      format: text,
      exposure: 'server',
      use: 'Servers exchange it for an access token, for the management APIs.',
      never: 'Never in an app: it stands for a user or a service id of the whole account.',
    },
  ],
  checks: [
    {
      checkId: 'ibm-token',
      title: 'Exchange the API key for a token',
      needs: ['iamApiKey'],
      request:
        'POST https://iam.cloud.ibm.com/identity/token with the grant urn:ibm:params:oauth:grant-type:apikey. The token is thrown away.',
      limits: 'The clientSecret can’t be checked without registering a device.',
    },
  ],
  rotation: {
    planIds: [],
    summary: 'Make a new API key, swap it where it is used, delete the old one.',
  },
  tables: [verifyClientSecret],
};
