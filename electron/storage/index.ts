export { Database, FolderLock, hasDatabase, type Row } from './database.ts';
export { Preferences } from './preferences.ts';
