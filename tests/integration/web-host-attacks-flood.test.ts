/**
 * Ten thousand connections that say nothing, or half of something, from other processes on this machine: the page that
 * is open goes on, a page that is opened meanwhile gets in, and the host stays small and gives everything back.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/conditions.ts';
import { isProcReadable, kernelConnections, memoryOf, openDescriptors } from '../support/process-use.ts';
import { startServe, urlOf } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { openPage, settled, Tab } from '../support/web-page.ts';

const floodProcess = fileURLToPath(new URL('../support/flood-process.ts', import.meta.url));
const connectionCount = 10_000;
const attackerCount = 2;

interface Flood {
  opened(): number;
  /** That are open at the attackers' end. */
  held(): number;
  stop(): Promise<void>;
}

function startFlood(port: number): Flood {
  const attackers = Array.from({ length: attackerCount }, () => {
    const child = fork(floodProcess, [String(port), String(connectionCount / attackerCount)]);
    const attacker = { child, opened: 0, held: 0 };
    child.on('message', (message) => Object.assign(attacker, message));
    return attacker;
  });
  const sum = (key: 'opened' | 'held') => attackers.reduce((total, attacker) => total + attacker[key], 0);
  return {
    opened: () => sum('opened'),
    held: () => sum('held'),
    stop: async () => {
      const running = attackers.filter(({ child }) => child.exitCode === null && child.signalCode === null);
      const exits = running.map(({ child }) => once(child, 'exit'));
      for (const { child } of running) child.kill('SIGKILL');
      await Promise.all(exits);
    },
  };
}

it.skipIf(!isProcReadable)(
  'a flood of connections keeps nobody out and costs little',
  { timeout: 120_000 },
  async () => {
    const host = startServe(temporaryFolder());
    const url = await urlOf(host);
    const port = Number(new URL(url).port);
    const { client, tab } = await openPage(url);
    onTestFinished(() => tab.close());
    const before = { descriptors: openDescriptors(host.pid), memory: memoryOf(host.pid) };

    const flood = startFlood(port);
    onTestFinished(flood.stop);
    let descriptors = 0;
    let rounds = 0;
    await eventually(
      async () => {
        expect(await client.call('profiles.list', {})).toEqual({ profiles: [], services: [] });
        // The same tab, duplicated: a page that comes in the middle of it, and by its session as the link is used.
        const other = new Tab(tab);
        try {
          const status = await settled(other.open(`http://127.0.0.1:${port}/`), 20_000);
          expect(status).toEqual({ state: 'online' });
        } finally {
          other.close();
        }
        descriptors = Math.max(descriptors, openDescriptors(host.pid));
        rounds++;
        return flood.opened() >= connectionCount && rounds >= 5;
      },
      { withinMs: 60_000, what: `${connectionCount} connections` },
    );
    // That the flood was one: it held what can be held, and was still at it.
    expect(descriptors).toBeGreaterThan(500);
    expect(descriptors).toBeLessThan(before.descriptors + 512 + 50);
    expect(client.status.state).toBe('online');

    await flood.stop();
    await eventually(() => openDescriptors(host.pid) <= before.descriptors + 5, {
      what: 'descriptors given back',
    });
    await eventually(() => kernelConnections(port) <= 5, { what: 'connections given back' });
    expect(memoryOf(host.pid).peakMb - before.memory.nowMb).toBeLessThan(400);
    expect(await client.call('profiles.list', {})).toEqual({ profiles: [], services: [] });
    expect(host.output() + host.complaints()).toBe(`Latchkey is at ${url}\n`);
  },
);
