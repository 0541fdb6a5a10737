/** The official libraries, which share nothing with Latchkey: what they take and give is what the protocol says. */
import Pusher from 'pusher';
import PusherClient from 'pusher-js';
import type { ServerCredentials } from './server.ts';

export function officialServer(
  { appId, key, secret, port }: ServerCredentials,
  masterKeyBase64: string,
): Pusher {
  return new Pusher({
    appId,
    key,
    secret,
    host: '127.0.0.1',
    port: String(port),
    useTLS: false,
    encryptionMasterKeyBase64: masterKeyBase64,
  });
}

/** A client whose channels that server authorizes. */
export function officialClient({ key, port }: ServerCredentials, server: Pusher): PusherClient {
  return new PusherClient(key, {
    cluster: 'none',
    wsHost: '127.0.0.1',
    wsPort: port,
    forceTLS: false,
    enabledTransports: ['ws'],
    channelAuthorization: {
      transport: 'ajax',
      endpoint: 'none',
      customHandler: ({ channelName, socketId }, done) =>
        done(null, server.authorizeChannel(socketId, channelName)),
    },
  });
}
