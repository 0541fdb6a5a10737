/**
 * Texts made of credentials. Those with values (`envFile`, `latchkeyFile`) are made in the vault process and leave it
 * through the exits of the ledger only; snippets and the description for bug reports hold none.
 */
export { type AuthSnippetKind, authSnippet, authSnippetKinds } from './auth-snippets.ts';
export {
  type ClientSnippetKind,
  clientSnippet,
  clientSnippetKinds,
  clientSnippetKindsFor,
} from './client-snippets.ts';
export {
  type EnvFile,
  type EnvTarget,
  type EnvVariable,
  envFile,
  envPlan,
  envTargetLabel,
  envTargets,
  envTargetsFor,
  envVariables,
  usualEnvTarget,
} from './env-file.ts';
export { type EnvStyle, type EnvText, envStyles, envText } from './env-text.ts';
export { type BundledApp, latchkeyFile } from './latchkey-file.ts';
export { type ExportApp, locationOf, type ServerLocation } from './model.ts';
export { exportAppOf, exportServiceOf } from './profile-app.ts';
export { redactedDescription } from './redacted.ts';
export {
  type Snippet,
  type SnippetFile,
  type SnippetLanguage,
  type SnippetOptions,
  snippetLanguages,
} from './snippets.ts';
