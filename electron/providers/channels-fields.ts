/** What every app has that speaks the Pusher Channels protocol, wherever it is hosted. */
import type { Field, FieldFormat, ReadOnlyCheck } from './provider.ts';

const nameInPath: FieldFormat = {
  kind: 'pattern',
  pattern: /^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,200}$/,
  description: 'Letters, digits, dots, dashes and underscores.',
};

export const appIdField: Field = {
  fieldId: 'appId',
  label: 'App id',
  isSecret: false,
  isRequired: true,
  format: nameInPath,
  exposure: 'server',
  use: 'Servers name the app with it in the HTTP API’s path.',
  never: null,
};

export const keyField: Field = {
  fieldId: 'key',
  label: 'Key',
  isSecret: false,
  isRequired: true,
  format: nameInPath,
  exposure: 'public',
  use: 'Clients connect with it. It is public, and names the pair that a signature belongs to.',
  never: null,
};

export const secretField: Field = {
  fieldId: 'secret',
  label: 'Secret',
  isSecret: true,
  isRequired: true,
  format: { kind: 'text' },
  exposure: 'server',
  use: 'Servers sign subscriptions and requests of the HTTP API with it, and check webhooks.',
  never:
    'Never in a browser bundle, a mobile app, or a variable whose prefix ships it to one (VITE_, NEXT_PUBLIC_).',
};

export const masterKeyField: Field = {
  fieldId: 'masterKey',
  label: 'Encryption master key',
  isSecret: true,
  isRequired: false,
  format: { kind: 'master-key' },
  exposure: 'server',
  use: 'Servers derive each encrypted channel’s key from it. The provider never sees it.',
  never: 'Never in a client: clients get the key of one channel, as shared_secret, from your auth endpoint.',
};

export const channelsList: ReadOnlyCheck = {
  checkId: 'channels-list',
  title: 'Ask for the list of channels',
  needs: ['appId', 'key', 'secret'],
  request: 'A signed GET of /apps/ID/channels with a prefix that no channel has.',
  limits: 'It does not look at the encryption master key, which the server does not have.',
};

export const connectWithKey: ReadOnlyCheck = {
  checkId: 'connect-with-key',
  title: 'Connect with the key',
  needs: ['key'],
  request: 'A WebSocket connection that is closed once the server has greeted it.',
  limits: 'It shows that the key and the place are right, not the secret.',
};
