/** The vault process: the only one that ever holds a secret. The main side starts it, and locks by ending it. */
import { serveVault } from './serve-vault.ts';

serveVault();
