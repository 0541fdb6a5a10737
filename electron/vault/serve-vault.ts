/** What the vault process does from its start: serves a keeper, and leaves nothing of it anywhere else. */
import { flushCompileCache, getCompileCacheDir } from 'node:module';
import { keepMemoryOutOfDumps } from '../processes/core-dumps.ts';
import { parentPort } from '../processes/parent-port.ts';
import { type RpcServer, serveRpc } from '../processes/rpc.ts';
import type { VaultApi, VaultNotices } from './api.ts';
import { Keeper, type OpenedFile, serveable } from './keeper.ts';
import { SecretPorts } from './secret-ports.ts';
import type { SecretStore } from './store.ts';
import { KeychainStore } from './stores/keychain-store.ts';
import { OneAtATime } from './stores/one-at-a-time.ts';
import { hasSealedFile, SealedFileStore } from './stores/sealed-file-store.ts';
import { SessionStore } from './stores/session-store.ts';

/** @param cost Of scrypt, for files that are made: tests that make thousands take the least. */
export function serveVault({ cost }: { readonly cost?: number } = {}): void {
  leaveNoTraces();
  // It is killed in the end, and would never write what it compiled. Now it has no secret yet.
  if (getCompileCacheDir() !== undefined) flushCompileCache();
  // Not `exit`: it would wait for a keychain call that hangs, for up to 50 s, with the secrets still in memory.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));

  const parent = parentPort();
  const ports = new SecretPorts();
  parent.onPort?.((end) => ports.accept(end));
  /** The only one of this process: what is asked of it for different ends waits in one line. */
  let keychain: SecretStore | undefined;
  const keeper = new Keeper(
    async (kind, file) => {
      if (kind === 'session') return new SessionStore();
      if (kind === 'file') return openVaultFile(file, cost);
      keychain ??= new OneAtATime(
        await KeychainStore.open({ lost: () => server.notify('keychainLost', null) }),
        {
          started: () => server.notify('keychainCallStarted', null),
          ended: () => server.notify('keychainCallEnded', null),
        },
      );
      return keychain;
    },
    ports,
    undefined,
    cost,
  );
  const server: RpcServer<VaultNotices> = serveRpc<VaultApi, VaultNotices>(parent, serveable(keeper));
  keeper.sweeper.progressed.add((progress) => server.notify('sweepProgress', progress));
}

async function openVaultFile(
  file: OpenedFile | undefined,
  cost: number | undefined,
): Promise<SealedFileStore> {
  if (!file) throw new Error('A vault file wants a passphrase.');
  const { folder, passphrase, how } = file;
  if (how === 'anew') await SealedFileStore.setAside(folder, passphrase);
  return hasSealedFile(folder) || how === 'open'
    ? SealedFileStore.open(folder, passphrase)
    : SealedFileStore.create(folder, passphrase, cost);
}

/** Memory, messages and stacks hold secrets: none of them may reach a dump, a report or a terminal. */
function leaveNoTraces(): void {
  keepMemoryOutOfDumps();
  process.on('uncaughtException', () => process.kill(process.pid, 'SIGKILL'));
  process.on('unhandledRejection', () => process.kill(process.pid, 'SIGKILL'));
  if (process.report) {
    process.report.reportOnFatalError = false;
    process.report.reportOnUncaughtException = false;
    process.report.reportOnSignal = false;
  }
}
