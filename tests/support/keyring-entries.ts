/** What the keyring itself has of Latchkey's, asked from a process of its own: keytar takes the bus from its environment. */
import { spawnNodeChild } from '../../electron/processes/node-child.ts';
import { RpcClient } from '../../electron/processes/rpc.ts';
import type { SecretService } from './secret-service.ts';
import type { StoreApi } from './store-process.ts';

export async function keyringEntries({ env }: SecretService) {
  const child = spawnNodeChild(new URL('store-process.ts', import.meta.url), { name: 'test-store', env });
  try {
    return await new RpcClient<StoreApi>(child).call('entries', null);
  } finally {
    child.kill();
  }
}
