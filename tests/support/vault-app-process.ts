/**
 * Enters, removes and promotes secrets in the system keychain until it is killed, and tells what it does. With a
 * passphrase it moves them to a vault file and back, and seals them in the keychain, all the time.
 */
import { AuditLog } from '../../electron/audit/index.ts';
import { spawnNodeChild } from '../../electron/processes/node-child.ts';
import { Database, Preferences } from '../../electron/storage/index.ts';
import { SqliteCredentialIndex, Vault } from '../../electron/vault/index.ts';
import { argument, tell, untilToldToGo } from './killed-child.ts';
import { formatOf } from './secret-formats.ts';
import { SeededRandom } from './seeded-random.ts';
import {
  nextSecretChange,
  placeName,
  type SecretChange,
  type Secrets,
  secretsAfter,
  type VaultProgress,
  type VaultWork,
} from './vault-work.ts';

const { folder, profileId, seed, passphrase, places = [] } = argument<VaultWork>();
const database = await Database.open(folder);
const vault = new Vault({
  formatOf,
  spawn: (entry, options) => {
    const child = spawnNodeChild(entry, options);
    void tell({ state: 'vault process', pid: child.pid ?? 0 } satisfies VaultProgress);
    return child;
  },
  entry: new URL(
    `${passphrase === undefined ? '../../electron/vault/process' : 'quick-vault-process'}${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`,
    import.meta.url,
  ),
  index: new SqliteCredentialIndex(database, new Preferences(database)),
  audit: new AuditLog(database, { nameOf: () => undefined, onAdded: () => {} }),
  folder,
});
await untilToldToGo();
await vault.start();
if (vault.status.state === 'locked') await vault.unlock({ value: passphrase ?? '' });
vault.moveChanged.add((move) => {
  if (!move) return;
  const isLast = move.total > 0 && move.done === move.total;
  void tell({ state: 'moving', isLast } satisfies VaultProgress);
});
const random = new SeededRandom(seed);
for (let secrets: Secrets = Object.fromEntries(places.map((place) => [placeName(place), ''])); ; ) {
  const change = nextSecretChange(secrets, random);
  await tell({ state: 'about', change } satisfies VaultProgress);
  await make(change);
  await tell({ state: 'done', change } satisfies VaultProgress);
  secrets = secretsAfter(secrets, change);
  if (passphrase !== undefined) await move({ value: passphrase });
}

async function move(passphrase: { readonly value: string }): Promise<void> {
  const { store, isKeychainSealed } = vault.status;
  if (store === 'file') return void (await vault.moveTo('keychain'));
  const toFile = () => vault.moveTo('file', passphrase);
  const ways = isKeychainSealed
    ? [
        toFile,
        () => vault.removePassphrase(passphrase),
        () => vault.changePassphrase({ from: passphrase, to: passphrase }),
      ]
    : [toFile, () => vault.setPassphrase(passphrase)];
  await random.pick(ways)();
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
