/** What the sandbox's process does when it is asked: one server, one app, its master keys and the demo. */
import { AppError } from '#shared/lib/app-error.ts';
import { encodeBase64, generateMasterKey } from '../signing/index.ts';
import { DemoTraffic } from './demo.ts';
import type { KeyPair, SandboxApp } from './server/app-store.ts';
import { createSandboxServer, type SandboxServer } from './server/sandbox-server.ts';

/** Random at every start, and worthless after it: for the vault, as the secret ledger says. */
export interface SandboxCredentials extends KeyPair {
  readonly port: number;
  readonly appId: string;
  readonly masterKeyBase64: string;
}

type Nothing = Readonly<Record<string, never>>;

/** The calls of the process. All but `start` and `stop` fail as `sandbox_failed` while it does not run. */
export type SandboxApi = {
  /** Fails as `conflict` when it runs already. */
  start(input: Nothing): Promise<SandboxCredentials>;
  setDemo(input: { readonly isRunning: boolean }): Promise<Nothing>;
  createPair(input: Nothing): KeyPair;
  /** Closes the pair's connections with 4001. `not_found`: no such pair. `conflict`: it is the only one. */
  revokePair(input: { readonly key: string }): Nothing;
  /** Made, and not used by the demo until `useMasterKey`. */
  createMasterKey(input: Nothing): { readonly masterKeyBase64: string };
  /** The demo encrypts with the newest master key from now on. */
  useMasterKey(input: Nothing): Nothing;
  stop(input: Nothing): Promise<Nothing>;
};

interface Running {
  readonly server: SandboxServer;
  readonly app: SandboxApp;
  newestMasterKey: Uint8Array;
  usedMasterKey: Uint8Array;
  demo: DemoTraffic | undefined;
}

export function createSandboxHost(): SandboxApi {
  let running: Running | undefined;
  let isStarting = false;
  const requireRunning = (): Running => {
    if (running) return running;
    throw new AppError('sandbox_failed', 'The sandbox is not running.', { hint: 'Start it first.' });
  };

  return {
    async start() {
      if (running || isStarting) throw new AppError('conflict', 'The sandbox is running already.');
      isStarting = true;
      try {
        running = await startServer();
      } finally {
        isStarting = false;
      }
      const { server, app, usedMasterKey } = running;
      return {
        port: server.port,
        appId: app.appId,
        ...app.oldestPair,
        masterKeyBase64: encodeBase64(usedMasterKey),
      };
    },
    async setDemo({ isRunning }) {
      const host = requireRunning();
      const { demo } = host;
      if (isRunning && !demo) {
        const { server, app } = host;
        host.demo = new DemoTraffic({ port: server.port, app, masterKey: () => host.usedMasterKey });
        host.demo.start();
      } else if (!isRunning && demo) {
        host.demo = undefined;
        await demo.stop();
      }
      return {};
    },
    createPair: () => requireRunning().app.createPair(),
    revokePair({ key }) {
      requireRunning().app.revokePair(key);
      return {};
    },
    createMasterKey() {
      const host = requireRunning();
      host.newestMasterKey = generateMasterKey();
      return { masterKeyBase64: encodeBase64(host.newestMasterKey) };
    },
    useMasterKey() {
      const host = requireRunning();
      host.usedMasterKey = host.newestMasterKey;
      return {};
    },
    async stop() {
      const host = running;
      running = undefined;
      await host?.demo?.stop();
      await host?.server.close();
      return {};
    },
  };
}

async function startServer(): Promise<Running> {
  const server = await createSandboxServer();
  const app = server.createApp({ hasSubscriptionCounts: true });
  const masterKey = generateMasterKey();
  return { server, app, newestMasterKey: masterKey, usedMasterKey: masterKey, demo: undefined };
}
