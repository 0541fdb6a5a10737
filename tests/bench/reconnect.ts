/**
 * How long after a server's return everything is subscribed again, and how long a connection is believed in whose
 * other end has fallen silent. pusher-js alone meets the same outages. All wait at the same time: they do little else.
 */
import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import Pusher from 'pusher-js';
import type { Profile } from '#shared/contract/profiles.ts';
import { Live } from '../../electron/live/index.ts';
import { eventually } from '../support/conditions.ts';
import { ScriptedServer } from '../support/scripted-server.ts';
import { type Benchmark, type Figure, median } from './measure.ts';

const goalMs = 1500;
const silenceGoalMs = 8000;
const patienceMs = 60_000;
const channels = ['orders', 'invoices', 'cache-prices'];

export const reconnect: Benchmark = {
  name: 'reconnect',
  async run({ isQuick }) {
    const outages = isQuick ? [0.1, 1] : [0.1, 1, 5, 20];
    const runs = isQuick ? 1 : 5;
    const each = await Promise.all(
      outages.map(async (seconds) => ({
        seconds,
        measured: await Promise.all(Array.from({ length: runs }, (_, run) => afterOutage(seconds, run))),
      })),
    );
    const figures = each.flatMap(({ seconds, measured }): Figure[] => {
      const [ours, peer] = [measured.map((one) => one.ours), measured.map((one) => one.peer)];
      const of = `slowest of ${runs}; median ${Math.round(median(ours))} ms`;
      const peerOf = `slowest of ${runs}; median ${Math.round(median(peer))} ms`;
      return [
        { name: `back-after-${seconds}-s`, unit: 'ms', value: Math.max(...ours), goal: goalMs, of },
        {
          name: `pusher-js-back-after-${seconds}-s`,
          unit: 'ms',
          value: Math.max(...peer),
          goal: null,
          of: peerOf,
        },
      ];
    });
    const found = await Promise.all(Array.from({ length: runs }, (_, run) => untilFound(run * 800)));
    figures.push({
      name: 'half-open-found',
      unit: 'ms',
      value: Math.max(...found),
      goal: silenceGoalMs,
      of: `slowest of ${runs}; median ${Math.round(median(found))} ms; pusher-js documents up to 150 s`,
    });
    return figures;
  },
};

interface Subscriber {
  isBack(): boolean;
  isGone(): boolean;
  close(): void;
}

async function afterOutage(seconds: number, run: number): Promise<{ ours: number; peer: number }> {
  const server = await ScriptedServer.start();
  const subscribers = [ours(server, server.port), pusherJs(server)] as const;
  for (const subscriber of subscribers) await until(() => subscriber.isBack());
  await server.stop();
  for (const subscriber of subscribers) await until(() => subscriber.isGone());
  // The next try comes once a second: each server returns at another moment before it.
  await delay(seconds * 1000 + run * 190);
  await server.listen();
  const returnedAt = performance.now();
  const took = await Promise.all(
    subscribers.map(async (subscriber) => {
      await until(() => subscriber.isBack());
      return performance.now() - returnedAt;
    }),
  );
  for (const subscriber of subscribers) subscriber.close();
  await server.stop();
  return { ours: took[0] ?? Number.NaN, peer: took[1] ?? Number.NaN };
}

/** A proxy stands between, which stops passing anything on. @param afterMs since the connection was made */
async function untilFound(afterMs: number): Promise<number> {
  const server = await ScriptedServer.start();
  const ends: Socket[] = [];
  let isSilent = false;
  const proxy = createServer((near) => {
    const far = createConnection({ port: server.port, host: '127.0.0.1' });
    ends.push(near, far);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (bytes) => !isSilent && to.write(bytes));
      from.on('error', () => {});
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const subscriber = ours(server, (proxy.address() as AddressInfo).port);
  await until(() => subscriber.isBack());
  await delay(afterMs);
  isSilent = true;
  const silentSince = performance.now();
  await until(() => subscriber.isGone());
  const took = performance.now() - silentSince;
  subscriber.close();
  for (const end of ends) end.destroy();
  proxy.close();
  await server.stop();
  return took;
}

const until = (probe: () => boolean) => eventually(probe, { withinMs: patienceMs });

function ours(server: ScriptedServer, port: number): Subscriber {
  const endpoint = { host: '127.0.0.1', port, tls: false, path: '' };
  const profile: Profile = {
    profileId: crypto.randomUUID(),
    name: 'benchmark',
    environment: 'local',
    dialect: 'other',
    appId: server.appId,
    key: server.key,
    location: { kind: 'endpoints', http: endpoint, webSocket: endpoint },
    createdAt: 0,
    updatedAt: 0,
  };
  const { profileId } = profile;
  const live = new Live({
    profiles: { get: () => profile },
    authorizer: {
      signChannel: () => Promise.reject(new Error('Nothing is to be signed here.')),
      signUser: () => Promise.reject(new Error('Nobody is to be signed in here.')),
    },
    recorder: () => ({ frame: () => true, note: () => {}, whenReady: () => Promise.resolve() }),
    onClosed: () => {},
    onChanged: () => {},
    onPresenceChanged: () => {},
  });
  live.connect(profileId);
  for (const channel of channels) live.subscribe({ profileId, channel });
  const subscribed = () =>
    live.list()[0]?.subscriptions.filter(({ state }) => state === 'subscribed').length ?? 0;
  return {
    isBack: () => subscribed() === channels.length,
    isGone: () => subscribed() === 0,
    close: () => live.close(),
  };
}

function pusherJs(server: ScriptedServer): Subscriber {
  const pusher = new Pusher(server.key, {
    cluster: 'none',
    wsHost: '127.0.0.1',
    wsPort: server.port,
    forceTLS: false,
    enabledTransports: ['ws'],
    enableStats: false,
  });
  const all = channels.map((channel) => pusher.subscribe(channel));
  const isUp = () => pusher.connection.state === 'connected';
  return {
    isBack: () => isUp() && all.every(({ subscribed }) => subscribed),
    isGone: () => !isUp(),
    close: () => pusher.disconnect(),
  };
}
