/** A server of one’s own: soketi, Laravel Reverb, Sockudo, or another that speaks the protocol. */
import {
  appIdField,
  channelsList,
  connectWithKey,
  keyField,
  masterKeyField,
  secretField,
} from './channels-fields.ts';
import { encryptedChannelLibraries, mobileStrategies, openCapturedEvent } from './encrypted-channels.ts';
import { httpEndpoint, webSocketEndpoint } from './endpoint-fields.ts';
import type { Provider } from './provider.ts';

export const selfHosted: Provider = {
  providerId: 'self-hosted',
  label: 'Self-hosted server',
  legacy: null,
  hasChannels: true,
  fields: [
    {
      fieldId: 'dialect',
      label: 'Server',
      isSecret: false,
      isRequired: true,
      format: { kind: 'choice', choices: ['soketi', 'reverb', 'sockudo', 'other'] },
      exposure: 'public',
      use: 'Servers differ in limits, codes and replies: see the dialects.',
      never: null,
    },
    appIdField,
    keyField,
    secretField,
    ...httpEndpoint(),
    ...webSocketEndpoint(),
    masterKeyField,
  ],
  checks: [channelsList, connectWithKey, openCapturedEvent],
  rotation: {
    planIds: ['key-pair', 'master-key'],
    summary:
      'Most of these servers know one secret an app: swap it in the server’s configuration, restart, and expect a gap.',
  },
  tables: [encryptedChannelLibraries, mobileStrategies],
};
