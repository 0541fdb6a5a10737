/** Enters, removes and promotes secrets in the system keychain until it is killed, and tells what it does. */
import { AuditLog } from '../../electron/audit/index.ts';
import { spawnNodeChild } from '../../electron/processes/node-child.ts';
import { Database, Preferences } from '../../electron/storage/index.ts';
import { SqliteCredentialIndex, Vault } from '../../electron/vault/index.ts';
import { argument, tell, untilToldToGo } from './killed-child.ts';
import { formatOf } from './secret-formats.ts';
import { SeededRandom } from './seeded-random.ts';
import {
  nextSecretChange,
  type SecretChange,
  type Secrets,
  secretsAfter,
  type VaultProgress,
  type VaultWork,
} from './vault-work.ts';

const { folder, profileId, seed } = argument<VaultWork>();
const database = await Database.open(folder);
const vault = new Vault({
  formatOf,
  spawn: (entry, options) => {
    const child = spawnNodeChild(entry, options);
    void tell({ state: 'vault process', pid: child.pid ?? 0 } satisfies VaultProgress);
    return child;
  },
  entry: new URL(
    `../../electron/vault/process${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`,
    import.meta.url,
  ),
  index: new SqliteCredentialIndex(database, new Preferences(database)),
  audit: new AuditLog(database, { nameOf: () => undefined, onAdded: () => {} }),
  folder,
});
await untilToldToGo();
await vault.start();
const random = new SeededRandom(seed);
for (let secrets: Secrets = {}; ; ) {
  const change = nextSecretChange(secrets, random);
  await tell({ state: 'about', change } satisfies VaultProgress);
  await make(change);
  await tell({ state: 'done', change } satisfies VaultProgress);
  secrets = secretsAfter(secrets, change);
}

async function make(change: SecretChange): Promise<void> {
  if (change.kind === 'enter') {
    await vault.enterSecret({ profileId, ...change.place, key: 'appkey', value: change.value });
  } else if (change.kind === 'remove') {
    await vault.removeSlot({ profileId, ...change.place });
  } else {
    vault.promoteNext({ profileId, kind: change.secretKind });
  }
}
