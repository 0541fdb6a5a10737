/** Reading credentials out of files: pure functions, which run in the vault process. */
export { readLatchkeyFile } from './latchkey-file.ts';
export {
  fieldsOfProvider,
  type ImportedApp,
  type ImportedField,
  type ImportedFields,
  type ImportedVersion,
  type ImportFieldId,
  type ImportFormat,
  type ImportProblem,
  type ImportProvider,
  type ImportResult,
  type ImportWarning,
  importFieldIds,
  importLimits,
  importProviders,
  isSecretField,
  type Severity,
  type Source,
} from './model.ts';
export { parseImport } from './parse-import.ts';
export { previewOf } from './preview.ts';
export { tooLarge } from './text.ts';
