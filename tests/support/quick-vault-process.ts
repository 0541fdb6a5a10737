/** The vault process, whose files are quick to make and to open: for tests that do so thousands of times. */
import { serveVault } from '../../electron/vault/serve-vault.ts';

serveVault({ cost: 2 ** 14 });
