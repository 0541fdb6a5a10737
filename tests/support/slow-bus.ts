/**
 * Between a process and its session bus: passes on what goes by, each way after a delay. What is behind it then is a
 * keyring that works, and takes its time.
 */

import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { SecretService } from './secret-service.ts';

export interface SlowBus {
  /** As the service's own, with this in place of the bus. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For what comes from now on. A call of the keychain is several messages, each of which is delayed twice. */
  delayMs: number;
  close(): Promise<void>;
}

export async function startSlowBus(service: SecretService, delayMs: number): Promise<SlowBus> {
  const path = join(service.folder, 'slow-bus');
  rmSync(path, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(join(service.folder, 'bus'));
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      passOn(from, to, bus);
    }
  });
  const bus: SlowBus = {
    env: { ...service.env, DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` },
    delayMs,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  server.listen(path);
  await once(server, 'listening');
  return bus;
}

function passOn(from: Socket, to: Socket, bus: { readonly delayMs: number }): void {
  let last = Promise.resolve();
  from.on('data', (chunk) => {
    const due = performance.now() + bus.delayMs;
    last = last.then(async () => {
      await wait(Math.max(0, due - performance.now()));
      if (to.writable) to.write(chunk);
    });
  });
  // A process that is killed ends its connection; nothing is waited for then.
  from.on('error', () => from.destroy());
  from.on('close', () => to.destroy());
}
