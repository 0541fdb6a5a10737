/** Pusher Channels, the hosted service. */
import { clusters } from '#shared/protocol/dialects.ts';
import {
  appIdField,
  channelsList,
  connectWithKey,
  keyField,
  masterKeyField,
  secretField,
} from './channels-fields.ts';
import { encryptedChannelLibraries, mobileStrategies, openCapturedEvent } from './encrypted-channels.ts';
import type { Provider } from './provider.ts';

export const pusher: Provider = {
  providerId: 'pusher',
  label: 'Pusher Channels',
  legacy: null,
  hasChannels: true,
  fields: [
    appIdField,
    keyField,
    secretField,
    {
      fieldId: 'cluster',
      label: 'Cluster',
      isSecret: false,
      isRequired: true,
      format: { kind: 'choice', choices: clusters },
      exposure: 'public',
      use: 'Clients and servers find the app’s hosts by it.',
      never: null,
    },
    masterKeyField,
  ],
  checks: [channelsList, connectWithKey, openCapturedEvent],
  rotation: {
    planIds: ['key-pair', 'master-key'],
    summary:
      'Create a second pair, deploy it, wait until nobody uses the old one, and delete that. Deleting can’t be undone, and webhooks are signed with the oldest pair: they change when it goes.',
  },
  tables: [encryptedChannelLibraries, mobileStrategies],
};
