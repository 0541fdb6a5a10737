/** What is known of encrypted channels, whatever server carries them. Source: the libraries’ own change logs. */
import type { FactTable, ReadOnlyCheck } from './provider.ts';

export const openCapturedEvent: ReadOnlyCheck = {
  checkId: 'open-captured-event',
  title: 'Open a captured event',
  needs: ['masterKey'],
  request: 'No request: an event from the log is opened with this key.',
  limits:
    'No server can check a master key. It takes an event that was encrypted with it, or the shared_secret of an auth endpoint’s answer.',
};

export const encryptedChannelLibraries: FactTable = {
  tableId: 'encrypted-channel-libraries',
  title: 'Libraries that support encrypted channels',
  columns: ['Side', 'Library', 'From version'],
  rows: [
    ['client', 'pusher-js', '4.3.0'],
    ['client', 'pusher-angular', 'with such a pusher-js'],
    ['client', 'java', '2.1.0'],
    ['client', 'swift', '8.0'],
    ['client', 'dotnet', '2.1.0'],
    ['server', 'node', '4.3'],
    ['server', 'go', '1.1.0'],
    ['server', 'php', '3.2.0'],
    ['server', 'python', '2.1.1'],
    ['server', 'ruby', '1.4.0'],
    ['server', 'java', '1.3.0'],
    ['server', 'dotnet', '4.5.0'],
  ],
  notes: [
    'From 6.0.0 pusher-js decrypts in browsers only in its “with-encryption” build.',
    'An older library publishes in the clear, or can’t read: a cause worth a look when a payload on an encrypted channel isn’t encrypted.',
  ],
};

/** Source: Pusher’s support on keys in mobile apps. */
export const mobileStrategies: FactTable = {
  tableId: 'mobile-strategies',
  title: 'Rotating a key that ships in a mobile app',
  columns: ['Strategy', 'How', 'Takes'],
  rows: [
    [
      'bundled',
      'A new pair goes out with a new release. The old pair is deleted only after that.',
      'until nearly all installs have updated',
    ],
    ['served', 'The app fetches its current credentials, encrypted, from a server that you run.', 'minutes'],
  ],
  notes: ['Give every application (mobile, server, web) a pair of its own.'],
};
