/**
 * A Channels server in a process of its own, for tests that need many events: `{count, perSecond}` from its parent
 * makes it send so many to every client, at that pace or as fast as they are taken. Ends with its parent.
 */
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { numberedEvent, timedEvent } from './numbered-event.ts';
import { ScriptedServer } from './scripted-server.ts';

export interface SendOrder {
  /** Of the first event. */
  readonly from: number;
  readonly count: number;
  readonly perSecond: number | null;
  /** The events say when they were sent, and little else. */
  readonly isTimed?: boolean;
}

/** Sent between two looks at the clock. */
const eventsPerTurn = 500;
const paceMs = 10;

const server = await ScriptedServer.start();

async function sendAll({ from, count, perSecond, isTimed }: SendOrder): Promise<void> {
  const startedAt = performance.now();
  for (let sent = 0; sent < count; ) {
    const elapsedMs = performance.now() - startedAt;
    const due = perSecond === null ? count : Math.ceil((elapsedMs * perSecond) / 1000);
    const end = Math.min(count, due, sent + eventsPerTurn);
    for (; sent < end; sent++) server.sendRaw(isTimed ? timedEvent(from + sent) : numberedEvent(from + sent));
    if (sent >= due) await delay(paceMs);
    else await setImmediate();
    await server.whenTaken();
  }
  process.send?.({ sent: count, seconds: (performance.now() - startedAt) / 1000 });
}

process.on('message', (order: SendOrder) => void sendAll(order));
process.once('disconnect', () => process.exit());
const { port, key, secret, appId } = server;
process.send?.({ port, key, secret, appId });
