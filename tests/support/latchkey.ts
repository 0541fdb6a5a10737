/** The whole app in a test, from its composition root, with a typed client in place of the page. */
import type { ClientMessage } from '#shared/contract/wire.ts';
import { Listeners } from '#shared/lib/disposer.ts';
import { type App, type ComposeOptions, compose } from '../../electron/compose.ts';
import type { PickFile } from '../../electron/files/index.ts';
import { spawnNodeChild } from '../../electron/processes/node-child.ts';
import type { SpawnChild } from '../../electron/processes/port.ts';
import type { CheckEndpoints, Clipboard } from '../../electron/vault/index.ts';
import { type Client, createClient } from '../../renderer/bridge/client.ts';
import type { Transport } from '../../renderer/bridge/transport.ts';
import { VaultPort } from '../../renderer/bridge/vault-port.ts';
import { MemoryClipboard } from './memory-clipboard.ts';
import { noProviders } from './provider-hosts.ts';
import { spawnThreadChild } from './thread-child.ts';

export interface Latchkey {
  readonly app: App;
  readonly client: Client;
  /** Failures that nobody expected: a test that ends with one has found a bug. */
  readonly bugs: readonly string[];
  /** Everything that crossed between page and main side, as text. */
  readonly recording: readonly string[];
  /** Everything that crossed between the main side and its vault process, as text. */
  readonly vaultRecording: readonly string[];
  close(): Promise<void>;
}

export interface LatchkeyOptions {
  /** As in Electron: secrets pass on channels between the page and the vault “process”, which is a thread here. */
  readonly hasPorts?: boolean;
  /** Of a host with channels. */
  readonly clipboard?: Clipboard;
  /** The host's dialog for files, if it has one. */
  readonly pickFile?: PickFile;
  /** Starts processes, which are plain Node ones without it. */
  readonly spawnProcess?: SpawnChild;
  readonly clock?: ComposeOptions['clock'];
  /** Of the vault process, in place of the test's own. */
  readonly vaultEnv?: Readonly<Record<string, string | undefined>>;
  /** In place of the providers' hosts. Without it, none can be reached. */
  readonly checkEndpoints?: CheckEndpoints;
}

export async function startLatchkey(
  dataFolder: string,
  {
    hasPorts = false,
    clipboard = new MemoryClipboard(),
    pickFile,
    spawnProcess = spawnNodeChild,
    vaultEnv = {},
    checkEndpoints = noProviders,
    clock,
  }: LatchkeyOptions = {},
): Promise<Latchkey> {
  const bugs: string[] = [];
  const recording: string[] = [];
  const vaultRecording: string[] = [];
  const spawn: SpawnChild = (entry, options) => {
    if (options.name !== 'vault') return spawnProcess(entry, options);
    const env = { ...options.env, ...vaultEnv };
    const child = (hasPorts ? spawnThreadChild : spawnProcess)(entry, { ...options, env });
    child.onMessage((message) => vaultRecording.push(JSON.stringify(message)));
    return {
      ...child,
      send(message) {
        vaultRecording.push(JSON.stringify(message));
        child.send(message);
      },
    };
  };
  const app = await compose({
    dataFolder,
    code: new URL('../../electron/', import.meta.url),
    spawn,
    host: 'web',
    secretWay: hasPorts ? { by: 'port', clipboard } : { by: 'call' },
    pickFile,
    version: '0.0.0',
    checkEndpoints,
    ...(clock ? { clock } : {}),
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
    ...(hasPorts ? { openVaultPort: (signal) => VaultPort.open((port) => app.passPort(port), signal) } : {}),
  };
  const client = createClient(transport);
  return {
    app,
    client,
    bugs,
    recording,
    vaultRecording,
    close: async () => {
      session.close();
      client.close();
      await app.close();
    },
  };
}
