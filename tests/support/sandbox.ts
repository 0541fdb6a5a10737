/** A sandbox of a test's own, and the unmodified official libraries connected to it. Everything ends with the test. */
import { randomBytes } from 'node:crypto';
import Pusher from 'pusher';
import PusherClient from 'pusher-js';
import { onTestFinished } from 'vitest';
import type { AppOptions, KeyPair, SandboxApp } from '../../electron/sandbox/server/app-store.ts';
import {
  createSandboxServer,
  type SandboxServer,
  type SandboxServerOptions,
} from '../../electron/sandbox/server/sandbox-server.ts';
import { eventually } from './conditions.ts';
import { RawClient } from './raw-client.ts';

export interface ServerAddress extends KeyPair {
  readonly port: number;
  readonly appId: string;
}

export interface TestSandbox {
  readonly server: SandboxServer;
  readonly app: SandboxApp;
  readonly address: ServerAddress;
}

export async function startSandbox(
  options?: SandboxServerOptions,
  appOptions?: AppOptions,
): Promise<TestSandbox> {
  const server = await createSandboxServer(options);
  onTestFinished(() => server.close());
  const app = server.createApp(appOptions);
  return { server, app, address: { port: server.port, appId: app.appId, ...app.oldestPair } };
}

/** The official server library. */
export function officialServer(address: ServerAddress, masterKeyBase64 = randomMasterKey()): Pusher {
  return new Pusher({
    appId: address.appId,
    key: address.key,
    secret: address.secret,
    host: '127.0.0.1',
    port: String(address.port),
    useTLS: false,
    encryptionMasterKeyBase64: masterKeyBase64,
  });
}

export function randomMasterKey(): string {
  return randomBytes(32).toString('base64');
}

/** pusher-js, connected, with the official server library as its auth endpoint. */
export async function officialClient(
  address: ServerAddress,
  { auth = officialServer(address), userId = 'user' }: { auth?: Pusher; userId?: string } = {},
): Promise<PusherClient> {
  const client = unconnectedClient(address, auth, userId);
  await eventually(() => client.connection.state === 'connected', { what: 'the connection' });
  return client;
}

export function unconnectedClient(address: ServerAddress, auth: Pusher, userId = 'user'): PusherClient {
  const client = new PusherClient(address.key, {
    cluster: 'x',
    wsHost: '127.0.0.1',
    wsPort: address.port,
    forceTLS: false,
    enabledTransports: ['ws'],
    disableStats: true,
    channelAuthorization: {
      customHandler({ socketId, channelName }, callback) {
        const member = { user_id: userId, user_info: { name: `Name of ${userId}` } };
        const isPresence = channelName.startsWith('presence-');
        callback(null, auth.authorizeChannel(socketId, channelName, isPresence ? member : undefined));
      },
    },
    userAuthentication: {
      customHandler: ({ socketId }, callback) =>
        callback(null, auth.authenticateUser(socketId, { id: userId })),
    },
  });
  onTestFinished(() => client.disconnect());
  return client;
}

/** Subscribes and waits until the server agreed. `events` grows with everything that is not the protocol's own. */
export async function subscribed(client: PusherClient, name: string) {
  const channel = client.subscribe(name);
  const events: { event: string; data: unknown }[] = [];
  channel.bind_global((event: string, data: unknown) => {
    if (!event.startsWith('pusher:subscription_')) events.push({ event, data });
  });
  await eventually(() => channel.subscribed, { what: `the subscription to ${name}` });
  return { channel, events };
}

export async function rawClient({ port, key }: ServerAddress): Promise<RawClient> {
  const client = await RawClient.connect(port, key);
  onTestFinished(() => client.close());
  return client;
}
