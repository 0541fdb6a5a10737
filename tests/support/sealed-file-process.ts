/** Writes to a vault file until it is killed, and tells what it was told is kept: each entry's value is its round. */
import { hasSealedFile, SealedFileStore } from '../../electron/vault/stores/sealed-file-store.ts';

const [folder = '', passphrase = '', first = '0'] = process.argv.slice(2);
process.on('disconnect', () => process.exit(0));
const store = hasSealedFile(folder)
  ? await SealedFileStore.open(folder, passphrase)
  : await SealedFileStore.create(folder, passphrase, 2 ** 14);
for (let round = Number(first); ; round++) {
  await store.write(`vault/${round % 7}`, String(round));
  process.send?.(round);
}
