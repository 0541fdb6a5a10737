/** Soketify, the hosted service: one host for the HTTP API, another for WebSockets. */
import { soketifyHosts } from '#shared/protocol/dialects.ts';
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

export const soketify: Provider = {
  providerId: 'soketify',
  label: 'Soketify',
  legacy: null,
  hasChannels: true,
  fields: [
    appIdField,
    keyField,
    secretField,
    ...httpEndpoint({ host: soketifyHosts.http }),
    ...webSocketEndpoint({ host: soketifyHosts.webSocket }),
    masterKeyField,
  ],
  checks: [channelsList, connectWithKey, openCapturedEvent],
  rotation: {
    planIds: ['key-pair', 'master-key'],
    summary:
      '“Rotate Secret” makes a new secret beside the old one. Both are accepted during the grace period; activating the new one revokes the old.',
  },
  tables: [encryptedChannelLibraries, mobileStrategies],
};
