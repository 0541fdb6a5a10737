/** The built app as a program, connected to a server that sends it as many events as are wanted. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '../../renderer/bridge/client.ts';
import { eventually } from '../support/conditions.ts';
import { EventSender } from '../support/event-sender.ts';
import { type ServeProgram, startServeProgram } from '../support/serve-program.ts';
import { openSocketClient } from '../support/socket-client.ts';

export interface WatchedApp {
  readonly folder: string;
  readonly host: ServeProgram;
  readonly client: Client;
  readonly profileId: string;
  readonly sender: EventSender;
  /** Sends events until so many have been sent in all, at a pace, and waits until the log has them. */
  sendUpTo(count: number, perSecond: number | null, isTimed?: boolean): Promise<void>;
  stop(): Promise<void>;
}

export async function startWatchedApp(): Promise<WatchedApp> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
  const sender = await EventSender.start();
  const host = await startServeProgram({ dataFolder: join(folder, 'data'), code: 'built' });
  const { client, close } = openSocketClient(await host.createUrl());
  const { port, key, appId } = sender.credentials;
  const endpoint = { host: '127.0.0.1', port, tls: false, path: '' };
  const { profileId } = await client.call('profiles.save', {
    profile: {
      name: 'watched',
      environment: 'local',
      dialect: 'other',
      appId,
      key,
      location: { kind: 'endpoints', http: endpoint, webSocket: endpoint },
    },
  });
  await client.call('live.connect', { profileId });
  await eventually(async () =>
    (await client.call('live.list', {})).connections.some(({ state }) => state === 'connected'),
  );
  const view = { profileId, viewId: 'bench' };
  let sent = 0;
  return {
    folder,
    host,
    client,
    profileId,
    sender,
    async sendUpTo(count, perSecond, isTimed = false) {
      await sender.send({ from: sent, count: count - sent, perSecond, isTimed });
      sent = count;
      const { total } = await eventually(
        async () => {
          const status = await client.call('history.openView', { ...view, filter: '' });
          return status.total >= count && status;
        },
        { withinMs: 60_000, what: `${count} events in the log` },
      );
      await client.call('history.closeView', view);
      // Beside the events there are notes and pongs.
      if (total > count + 1000) throw new Error(`The log has ${total} lines of ${count} events.`);
    },
    async stop() {
      close();
      await host.stop();
      await sender.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
