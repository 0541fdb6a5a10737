/** What the page uses of the vault. */
export { CredentialLine, CredentialList, maskedValue, useKindName } from './credential-line.tsx';
export { credentialName, lowerFirst, slotWord, sortCredentials } from './credential-words.ts';
export { SecretEntry, type SecretEntryProps } from './secret-entry.tsx';
export { appKeyProblem, badNameCharacter, labelProblem, secretProblem } from './secret-problems.ts';
export { SecretSet, type SecretSetProps } from './secret-set.tsx';
export { VaultCommands } from './vault-commands.tsx';
export { VaultActions, VaultNotice } from './vault-notice.tsx';
export { VaultPanel } from './vault-panel.tsx';
export { VaultScreen, VaultScreen as default } from './vault-screen.tsx';
export { storeNames, type VaultLook, vaultLook } from './vault-words.ts';
