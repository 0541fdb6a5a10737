export type { Decryption, EncryptedItem, ImportSource } from './api.ts';
export type { Clipboard } from './copied-secret.ts';
export {
  type CredentialIndex,
  type CredentialRecord,
  MemoryCredentialIndex,
  type RecordFilter,
  type RecordState,
  type VaultMeta,
} from './credential-index.ts';
export { importLifeMs } from './import-desk.ts';
export { SecretCalls, type SecretWay } from './secret-calls.ts';
export { SqliteCredentialIndex } from './sqlite-credential-index.ts';
export { Vault, type VaultOptions } from './vault.ts';
