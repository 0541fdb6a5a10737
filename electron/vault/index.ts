export type { Decryption, EncryptedItem, EnteredValue, ImportSource } from './api.ts';
export type { Clipboard } from './copied-secret.ts';
export {
  type CredentialIndex,
  type CredentialRecord,
  idIn,
  MemoryCredentialIndex,
  noMeta,
  type RecordFilter,
  type RecordState,
  type VaultMeta,
} from './credential-index.ts';
export {
  authSnippet,
  authSnippetKinds,
  clientSnippet,
  clientSnippetKindsFor,
  type EnvStyle,
  type EnvTarget,
  type EnvText,
  type EnvVariable,
  type ExportApp,
  envPlan,
  envTargetLabel,
  envTargets,
  envTargetsFor,
  envVariables,
  exportAppOf,
  exportServiceOf,
  locationOf,
  redactedDescription,
  type Snippet,
  usualEnvTarget,
} from './export/index.ts';
export type { AppToBundle } from './exporter.ts';
export { IdleLock, type IdleLockOptions } from './idle-lock.ts';
export { importLifeMs } from './import-desk.ts';
export { SecretCalls, type SecretWay } from './secret-calls.ts';
export {
  type CheckEndpoints,
  type ServiceAnswer,
  type ServiceCheckId,
  secretOf,
  serviceCheckIds,
} from './service-check/index.ts';
export { SqliteCredentialIndex } from './sqlite-credential-index.ts';
export type { LockRule } from './status-words.ts';
export { Vault, type VaultOptions } from './vault.ts';
