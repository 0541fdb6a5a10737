/** The whole app in a test, from its composition root, with a typed client in place of the page. */
import type { ClientMessage } from '#shared/contract/wire.ts';
import { Listeners } from '#shared/lib/disposer.ts';
import { type App, compose } from '../../electron/compose.ts';
import { spawnNodeChild } from '../../electron/processes/node-child.ts';
import { type Client, createClient } from '../../renderer/bridge/client.ts';
import type { Transport } from '../../renderer/bridge/transport.ts';

export interface Latchkey {
  readonly app: App;
  readonly client: Client;
  /** Failures that nobody expected: a test that ends with one has found a bug. */
  readonly bugs: readonly string[];
  /** Everything that crossed between page and main side, as text. */
  readonly recording: readonly string[];
  close(): Promise<void>;
}

export async function startLatchkey(dataFolder: string): Promise<Latchkey> {
  const bugs: string[] = [];
  const recording: string[] = [];
  const app = await compose({
    dataFolder,
    code: new URL('../../electron/', import.meta.url),
    spawn: spawnNodeChild,
    host: 'web',
    version: '0.0.0',
    reportBug: (where, error) =>
      bugs.push(`${where}: ${error instanceof Error ? error.stack : String(error)}`),
  });
  const messages = new Listeners<unknown>();
  const session = app.openSession((message) => {
    recording.push(JSON.stringify(message));
    messages.emit(structuredClone(message));
  });
  const transport: Transport = {
    send: (message: ClientMessage) => {
      recording.push(JSON.stringify(message));
      void session.receive(structuredClone(message));
    },
    onMessage: (listener) => messages.add(listener),
    status: { state: 'online' },
    onStatus: () => () => {},
    retry: () => {},
  };
  const client = createClient(transport);
  return {
    app,
    client,
    bugs,
    recording,
    close: async () => {
      session.close();
      client.close();
      await app.close();
    },
  };
}
