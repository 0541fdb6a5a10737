/**
 * The only file that imports pusher-js. The library keeps the connection, the handshake, subscriptions and reconnects;
 * its sockets are ours. The hook for that is process-wide and two connections to one app have the same URL, so a
 * connection's socket class travels in the asynchronous context of its calls and timers.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import Pusher from 'pusher-js';
import type { Endpoint } from '#shared/protocol/dialects.ts';
import { type Tap, TapSocket } from './tap-socket.ts';
import type { LiveTiming } from './timing.ts';

export interface ChannelSignature {
  readonly auth: string;
  readonly channelData: string | undefined;
}

export interface PusherClientOptions {
  readonly key: string;
  readonly endpoint: Endpoint;
  readonly timing: LiveTiming;
  readonly tap: Omit<Tap, 'enter'>;
  /** Undefined: nobody waits for it any more. A failure has been dealt with before it gets here. */
  authorize(socketId: string, channel: string): Promise<ChannelSignature | undefined>;
  onState(state: string): void;
}

type SocketClass = new (url: string) => TapSocket;

const socketClasses = new AsyncLocalStorage<SocketClass>();
let isHookInstalled = false;

/** Clients of pusher-js that are not ours keep their own sockets. */
function installHook(): void {
  if (isHookInstalled) return;
  isHookInstalled = true;
  const runtime = Pusher.Runtime;
  const original = runtime.getWebSocketAPI.bind(runtime);
  runtime.getWebSocketAPI = () => socketClasses.getStore() ?? original();
}

export class PusherClient {
  readonly #pusher: Pusher;
  readonly #socketClass: SocketClass;
  #isDisposed = false;

  /** Connects at once, as pusher-js does. */
  constructor(options: PusherClientOptions) {
    installHook();
    const tap: Tap = { ...options.tap, enter: (work) => this.#enter(work) };
    this.#socketClass = class extends TapSocket {
      constructor(url: string) {
        super(url, tap);
      }
    };
    const { key, endpoint, timing } = options;
    this.#pusher = socketClasses.run(
      this.#socketClass,
      () =>
        new Pusher(key, {
          // Wanted by the library, and without effect beside a host.
          cluster: 'none',
          wsHost: endpoint.host,
          wsPort: endpoint.port,
          wssPort: endpoint.port,
          wsPath: endpoint.path,
          forceTLS: endpoint.tls,
          // With forceTLS this one speaks TLS; `wss` would be a fallback to another scheme than the profile's.
          enabledTransports: ['ws'],
          enableStats: false,
          activityTimeout: timing.activityTimeoutMs,
          pongTimeout: timing.pongTimeoutMs,
          unavailableTimeout: timing.unavailableTimeoutMs,
          channelAuthorization: {
            customHandler: ({ socketId, channelName }, callback) => {
              options.authorize(socketId, channelName).then(
                (signature) => {
                  if (signature) this.#enter(() => callback(null, authorizationFor(signature)));
                },
                () => this.#enter(() => callback(new Error('Not authorized'), null)),
              );
            },
          },
        }),
    );
    this.#pusher.connection.bind('state_change', ({ current }: { current: string }) => {
      if (!this.#isDisposed) options.onState(current);
    });
    // Static lists of the library would keep every client for ever. Nothing goes online or offline in Node.
    Pusher.instances.splice(Pusher.instances.indexOf(this.#pusher), 1);
    Pusher.Runtime.getNetwork().unbind('online');
    Pusher.Runtime.getNetwork().unbind('offline');
  }

  subscribe(channel: string): void {
    this.#enter(() => this.#pusher.subscribe(channel));
  }

  /**
   * Not the library's own `unsubscribe`: while a subscription is pending that only marks it, and the next reconnect
   * subscribes again.
   * @param wasSent The server has been asked to subscribe.
   */
  unsubscribe(channel: string, wasSent: boolean): void {
    this.#enter(() => {
      this.#pusher.channels.remove(channel);
      if (wasSent) this.#pusher.send_event('pusher:unsubscribe', { channel });
    });
  }

  /** A message of the protocol that the library is not to know of. */
  send(event: string, data: unknown): void {
    this.#enter(() => this.#pusher.send_event(event, data));
  }

  /** Ends it for good. Nothing is reported any more. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#enter(() => this.#pusher.disconnect());
  }

  #enter(work: () => void): void {
    socketClasses.run(this.#socketClass, work);
  }
}

/**
 * `shared_secret` is demanded for encrypted channels. It is never a real one: events are not decrypted there, since
 * they do not even get there.
 */
function authorizationFor({ auth, channelData }: ChannelSignature) {
  return {
    auth,
    ...(channelData === undefined ? {} : { channel_data: channelData }),
    shared_secret: randomBytes(32).toString('base64'),
  };
}
