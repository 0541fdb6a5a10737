/**
 * Channel names and what their prefixes mean.
 *
 * Sources: the Channels docs (naming conventions, cache channels, encrypted channels) and the official client
 * and server libraries, which disagree on the length limit: the docs say 164, the Node, Go and Python libraries
 * and soketi accept 200.
 */

export type ChannelKind =
  | 'public'
  | 'private'
  | 'private-encrypted'
  | 'presence'
  | 'cache'
  | 'private-cache'
  | 'private-encrypted-cache'
  | 'presence-cache'
  | 'server-to-user';

/** Longest prefixes first: `private-encrypted-cache-` also starts with `private-`. */
const kindsByPrefix: readonly (readonly [prefix: string, kind: ChannelKind])[] = [
  ['private-encrypted-cache-', 'private-encrypted-cache'],
  ['private-encrypted-', 'private-encrypted'],
  ['private-cache-', 'private-cache'],
  ['presence-cache-', 'presence-cache'],
  ['private-', 'private'],
  ['presence-', 'presence'],
  ['cache-', 'cache'],
  ['#server-to-user-', 'server-to-user'],
];

/** The longest channel name that every server accepts, in characters. */
export const documentedChannelNameLimit = 164;
/** The longest channel name that the server libraries and soketi accept, in characters. */
export const channelNameLimit = 200;

const allowedCharacters = /^[A-Za-z0-9_\-=@,.;]+$/;

export function channelKind(name: string): ChannelKind {
  return kindsByPrefix.find(([prefix]) => name.startsWith(prefix))?.[1] ?? 'public';
}

/** Subscribing needs a signature from the app's secret. */
export function needsAuthorization(name: string): boolean {
  return name.startsWith('private-') || name.startsWith('presence-');
}

export function isEncrypted(name: string): boolean {
  return name.startsWith('private-encrypted-');
}

export function isPresence(name: string): boolean {
  return name.startsWith('presence-');
}

export function isCache(name: string): boolean {
  return channelKind(name).endsWith('cache');
}

/** Client events travel on private and presence channels only, and never on encrypted ones. */
export function allowsClientEvents(name: string): boolean {
  return needsAuthorization(name) && !isEncrypted(name);
}

export const channelKindLabels: Readonly<Record<ChannelKind, string>> = {
  public: 'Public',
  private: 'Private',
  'private-encrypted': 'Encrypted',
  presence: 'Presence',
  cache: 'Cache',
  'private-cache': 'Private cache',
  'private-encrypted-cache': 'Encrypted cache',
  'presence-cache': 'Presence cache',
  'server-to-user': 'Server to user',
};

export const channelKindExplanations: Readonly<Record<ChannelKind, string>> = {
  public: 'Anyone who has the app key can subscribe.',
  private: 'Subscribing needs a signature made with the app secret.',
  'private-encrypted':
    'Private, and event data is encrypted with a key derived from the master key. Names of channels and events stay readable.',
  presence: 'Private, and members see who else is subscribed.',
  cache: 'Public, and the last event is sent to new subscribers.',
  'private-cache': 'Private, and the last event is sent to new subscribers.',
  'private-encrypted-cache': 'Encrypted, and the last event is sent to new subscribers.',
  'presence-cache': 'Presence, and the last event is sent to new subscribers.',
  'server-to-user': 'Events for one signed-in user. The library subscribes to it after sign-in.',
};

export type ChannelNameProblem = { readonly severity: 'error' | 'warning'; readonly message: string };

/**
 * What is wrong with a channel name, or undefined. A `warning` is accepted by some servers only.
 * @param purpose server-to-user channels can be published to, but only the library subscribes to them.
 */
export function channelNameProblem(
  name: string,
  purpose: 'subscribe' | 'publish' = 'subscribe',
): ChannelNameProblem | undefined {
  const error = (message: string): ChannelNameProblem => ({ severity: 'error', message });
  if (name === '') return error('Enter a channel name.');
  if (name !== name.trim()) return error('Remove the space before or after the name.');
  if (name.length > channelNameLimit) {
    return error(`The name has ${name.length} characters; servers accept at most ${channelNameLimit}.`);
  }
  if (name.startsWith('#')) {
    if (purpose === 'publish' && /^#server-to-user-.+/.test(name)) return undefined;
    return error(
      'Names that start with # are reserved: the client library subscribes to them after sign-in.',
    );
  }
  if (!allowedCharacters.test(name)) {
    const bad = [...name].find((character) => !allowedCharacters.test(character)) ?? '';
    const shown = bad === ' ' ? 'a space' : /\s/.test(bad) ? 'white space' : `“${bad}”`;
    return error(`The name contains ${shown}. Use letters, digits and _ - = @ , . ; only.`);
  }
  if (name.length > documentedChannelNameLimit) {
    return {
      severity: 'warning',
      message: `The name has ${name.length} characters. Pusher documents a limit of ${documentedChannelNameLimit}; server libraries accept ${channelNameLimit}.`,
    };
  }
  const bare = kindsByPrefix.find(([prefix]) => name === prefix);
  if (bare) return error(`Only the prefix: add a name after “${bare[0]}”.`);
  return undefined;
}
