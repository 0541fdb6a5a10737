/** An encryption master key that stands alone: shared by several apps, or kept for somebody who runs the servers. */
import { masterKeyField } from './channels-fields.ts';
import { encryptedChannelLibraries, openCapturedEvent } from './encrypted-channels.ts';
import type { Provider } from './provider.ts';

export const masterKey: Provider = {
  providerId: 'master-key',
  label: 'Encryption master key',
  legacy: null,
  hasChannels: false,
  fields: [{ ...masterKeyField, isRequired: true }],
  checks: [openCapturedEvent],
  rotation: {
    planIds: ['master-key'],
    summary:
      'Swap it on every server. While servers hold different keys, some events can’t be opened: a client asks its auth endpoint once for each event that fails.',
  },
  tables: [encryptedChannelLibraries],
};
