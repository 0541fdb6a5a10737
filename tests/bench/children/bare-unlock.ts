/** Opens a vault file with nothing around it: the key, the box, the list. Tells how many entries there are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSealed } from '../../../electron/vault/stores/sealed-file.ts';

const [folder = ''] = process.argv.slice(2);
process.once('message', async (passphrase: string) => {
  const { entries } = await openSealed(readFileSync(join(folder, 'secrets.latchkey')), passphrase);
  process.send?.(entries.size, () => process.exit());
});
